package exim

import (
	"strings"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// heldBytes is what is read of a file as one piece. Nearly all header and body
// files are shorter.
const heldBytes = 64 << 10

// hold reads both files of a message as one piece each, and fills the entry as
// Stat would: half of the calls that the long way takes. It is false, and has
// changed nothing but the buffers, for all that is out of the ordinary: a long
// file, one that is gone or no file, a journal. The long way tells which.
func (s *spoolDir) hold(e *spool.Entry, b *buffers) bool {
	b.header, b.held = room(b.header, heldBytes), room(b.held, heldBytes+1)
	stem := stemOf(e)
	bodyName := bodyOf(e, stem)
	n, header, err := s.t.Load(e.Files[0].Name, b.header)
	b.header = b.header[:n]
	if err != nil || int64(n) != header.Size {
		return false
	}
	if !s.noJournal(stem) {
		return false
	}
	b.journal = b.journal[:0]
	n, ok := disk.Whole(s.t, bodyName, b.held)
	b.held = b.held[:n]
	if !ok {
		return false
	}
	if e.Ident == "" {
		stated(s.lend, e, bodyName, &header, int64(n))
	}
	return true
}

// stemOf is what the names of a message's files begin with.
func stemOf(e *spool.Entry) string { return strings.TrimSuffix(e.Files[0].Name, "-H") }

// bodyOf is the name of the body file: that in the entry, if it is there.
func bodyOf(e *spool.Entry, stem string) string {
	if len(e.Files) == 2 && e.Files[1].Role == spool.Body {
		if name := e.Files[1].Name; len(name) == len(stem)+len("-D") && strings.HasPrefix(name, stem) && strings.HasSuffix(name, "-D") {
			return name
		}
	}
	return stem + "-D"
}

// room is all of a buffer, made when there is none.
func room(b []byte, least int) []byte {
	if cap(b) < least {
		return make([]byte, least)
	}
	return b[:cap(b)]
}

// stated takes what the file system knows of both files; bodyName is "" without
// a body.
func stated(l *spool.Lender, e *spool.Entry, bodyName string, header *disk.Info, bodySize int64) {
	e.Ident, e.Size = l.Ident(header), header.Size+bodySize
	file := spool.File{Name: bodyName, Role: spool.Body}
	switch {
	case bodyName == "":
		e.Files = e.Files[:1:1]
	case len(e.Files) != 2 || e.Files[1] != file:
		e.Files = append(e.Files[:1:1], file)
	}
	if e.Arrived.IsZero() {
		e.Arrived = arrived(e.ID.Short())
	}
}
