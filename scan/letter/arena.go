package letter

import "unsafe"

// arena holds the strings of one message: unfolded values, decoded names,
// links. A string that it gave stays good when the arena grows, because the
// old memory stays where it was; it is overwritten after reset.
type arena struct{ buf []byte }

// maxArena is what an arena keeps from one message to the next. One odd
// message must not hold its megabytes for the rest of a scan.
const maxArena = 1 << 20

func (a *arena) reset() {
	if cap(a.buf) > maxArena {
		a.buf = nil
	}
	a.buf = a.buf[:0]
}

// keep copies b.
func (a *arena) keep(b []byte) string {
	from := len(a.buf)
	a.buf = append(a.buf, b...)
	return view(a.buf[from:])
}

// since is all that was appended to buf from a mark on.
func (a *arena) since(mark int) string { return view(a.buf[mark:]) }

// view lends b as a string without a copy. Whoever holds the string must not
// outlive the bytes: this is the one place where the package's promise
// "valid until the next Read" comes from.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// View lends bytes of a message as a string, without a copy of them: it is good
// as long as the message is, and the bytes must not be written to.
func View(b []byte) string { return view(b) }

// lend is the reverse of view. The bytes must not be written to.
func lend(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
