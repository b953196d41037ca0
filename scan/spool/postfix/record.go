package postfix

import (
	"bytes"
	"errors"
	"io"
)

// Record types as rec_type.h names them; only those that the reader treats
// differently have a name here.
const (
	recSize      = 'C'
	recTime      = 'T'
	recSender    = 'S'
	recRecipient = 'R'
	recRedirect  = '>'
	recAttribute = 'A'
	recMessage   = 'M'
	recLine      = 'N'
	recPiece     = 'L' // in the content: part of a long line; in the envelope: the content filter
	recExtracted = 'X'
	recEnd       = 'E'
	recPointer   = 'p'
	recKilled    = 'K'
	recPadding   = 'w'
)

// What makes a queue file unreadable from some point on. Each is a flaw of
// the message, not a failure to read it: what came before still counts.
var (
	errNoEnd   = errors.New("no end record")
	errLength  = errors.New("record length that cannot be")
	errBeyond  = errors.New("record beyond the end of the file")
	errPointer = errors.New("pointer to nowhere")
	errLoop    = errors.New("pointers in a loop")
)

const (
	// windowSize is also how much of one record is given as its data. Lines
	// are cut at line_length_limit (2048) by Postfix, so all honest records fit.
	windowSize = 32 << 10

	// maxBack is the limit that the MTA itself has for jumps backwards (record.c).
	maxBack = 10000
)

// record is one record of a queue file.
type record struct {
	kind   byte
	dataAt int64  // where its data begins in the file
	size   int64  // of its data
	data   []byte // the first windowSize bytes of it, valid until the next call
}

// reader gives the records of a queue file in reading order (record.c):
// pointers are followed, killed records and padding left out.
type reader struct {
	src    io.ReaderAt // nil: the window is the whole file
	size   int64       // of the file
	pos    int64       // of the next record
	base   int64       // of window[0] in the file
	window []byte
	buf    []byte // backs window

	spent  int64 // bytes of all records given: each is read once, or there is a ring
	back   int
	jumped bool // a pointer has been followed
}

// reset makes the reader start at the first record of another file.
func (r *reader) reset(src io.ReaderAt, size int64) {
	*r = reader{src: src, size: size, buf: r.room()}
}

// room is where a file that is no longer can be put as a whole. What the reader
// gave before is no longer valid.
func (r *reader) room() []byte {
	if r.buf == nil {
		r.buf = make([]byte, windowSize)
	}
	return r.buf
}

// next gives the next record. At the end of the file it is errNoEnd, since an
// honest file ends in an end record before that.
func (r *reader) next() (record, error) {
	for {
		rec, err := r.one()
		if err != nil {
			return record{}, err
		}
		switch rec.kind {
		case recPointer:
			if err := r.follow(rec); err != nil {
				return record{}, err
			}
		case recKilled, recPadding:
		default:
			return rec, nil
		}
	}
}

// one reads the record at pos, whatever it is.
func (r *reader) one() (record, error) {
	head, err := r.at(r.pos, 6)
	if err != nil {
		return record{}, err
	}
	if len(head) == 0 {
		return record{}, errNoEnd
	}
	size, n, ok := length(head[1:])
	if !ok {
		return record{}, errLength
	}
	rec := record{kind: head[0], dataAt: r.pos + 1 + int64(n), size: size}
	if size > r.size-rec.dataAt {
		return record{}, errBeyond
	}
	if r.spent+1+int64(n)+size > r.size {
		return record{}, errLoop
	}
	r.spent += 1 + int64(n) + size
	r.pos = rec.dataAt + size
	rec.data, err = r.at(rec.dataAt, int(min(size, windowSize)))
	return rec, err
}

// length decodes a record's length: seven bits a byte, low ones first, the top
// bit set on all but the last, 31 bits at most. n is the bytes it takes.
func length(b []byte) (size int64, n int, ok bool) {
	for i := 0; i < len(b) && i < 5; i++ {
		size |= int64(b[i]&0x7f) << (7 * i)
		if b[i]&0x80 == 0 {
			return size, i + 1, size < 1<<31
		}
	}
	return 0, 0, false
}

// follow goes where a pointer record points. An offset of 0 is a place kept
// free for a pointer that was never needed.
func (r *reader) follow(rec record) error {
	to, ok := number(rec.data)
	if !ok || to < 0 || to >= r.size {
		return errPointer
	}
	if to == 0 {
		return nil
	}
	if to < r.pos {
		if r.back++; r.back > maxBack {
			return errLoop
		}
	}
	r.pos, r.jumped = to, true
	return nil
}

// piece gives bytes of a record's data from an offset on, as many as fit the window.
func (r *reader) piece(rec record, off int64) ([]byte, error) {
	return r.at(rec.dataAt+off, int(min(rec.size-off, windowSize)))
}

// at gives want bytes of the file, fewer only at its end. What it gave before
// is no longer valid.
func (r *reader) at(pos int64, want int) ([]byte, error) {
	from, have := pos-r.base, int64(len(r.window))
	atEnd := r.base+have == r.size && from >= 0 && from < have // there is no more to be had
	if from < 0 || from+int64(want) > have && !atEnd {
		if r.src == nil { // all of it is in the window
			return nil, nil
		}
		if err := r.fill(pos); err != nil {
			return nil, err
		}
		from = 0
	}
	left := r.window[from:]
	return left[:min(want, len(left))], nil
}

func (r *reader) fill(pos int64) error {
	r.base, r.window = pos, nil
	ask := min(int64(len(r.buf)), r.size-pos)
	if ask <= 0 {
		return nil
	}
	n, err := r.src.ReadAt(r.buf[:ask], pos)
	r.window = r.buf[:n]
	if errors.Is(err, io.EOF) { // it has shrunk since: the records that are missing tell
		err = nil
	}
	return err
}

// number reads a blank-padded decimal number, as the size, pointer and time
// records have them.
func number(b []byte) (int64, bool) {
	b = bytes.TrimSpace(b)
	digits := b
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		digits = b[1:]
	}
	if len(digits) == 0 || len(digits) > maxDigits {
		return 0, false
	}
	n := int64(0)
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	if b[0] == '-' {
		n = -n
	}
	return n, true
}

// maxDigits is what any number of 64 bits has at least room for.
const maxDigits = 18
