package spool

import (
	"sync"
	"unsafe"

	"qclean/scan/disk"
)

// Lender makes the strings of one message's envelope after another. It lends
// them: they lie in memory that is used again for the next message, so that an
// envelope costs no allocation, where a piece of memory for each string was a
// third of what reading a message allocated. A nil Lender gives copies, which
// are the caller's.
//
// Only the view that a driver gives for one goroutine (Nearer) has one. What is
// lent must not be given to a disk.Tree, which keeps names.
type Lender struct {
	text []byte
	to   []string
}

// What a Lender keeps from one message to the next: far more than an ordinary
// envelope, and not what one odd message may have.
const (
	maxLentText = 64 << 10
	maxLentTo   = MaxRecipients
)

// Begin takes back all that was lent.
func (l *Lender) Begin() {
	if l == nil {
		return
	}
	if cap(l.text) > maxLentText {
		l.text = nil
	}
	if cap(l.to) > 2*maxLentTo {
		l.to = nil
	}
	l.text, l.to = l.text[:0], l.to[:0]
}

// String gives a string of these bytes.
func (l *Lender) String(b []byte) string {
	if l == nil {
		return string(b)
	}
	at := len(l.text)
	l.text = append(l.text, b...) // where it grows, what was lent stays where it was
	own := l.text[at:]
	return unsafe.String(unsafe.SliceData(own), len(own))
}

// Ident gives that of a file.
func (l *Lender) Ident(i *disk.Info) string {
	return l.String(i.AppendIdent(make([]byte, 0, disk.MaxIdent)))
}

// Recipient adds one to an envelope, and counts those that are too many. One
// list is lent at a time: that of the envelope to which the last first
// recipient was given.
func (l *Lender) Recipient(env *Envelope, to string) {
	switch {
	case len(env.To) == MaxRecipients:
		env.More++
	case l == nil:
		env.To = append(env.To, to)
	default:
		l.to = append(l.to[:len(env.To)], to)
		env.To = l.to
	}
}

// Lenders are those that no view has in use. The zero value is ready.
type Lenders struct{ pool sync.Pool }

// Get gives one for a view.
func (p *Lenders) Get() *Lender {
	if l, ok := p.pool.Get().(*Lender); ok {
		return l
	}
	return new(Lender)
}

// Put takes it back, with all that it lent.
func (p *Lenders) Put(l *Lender) {
	l.Begin()
	p.pool.Put(l)
}
