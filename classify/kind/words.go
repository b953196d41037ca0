package kind

import (
	"strings"

	"qclean/scan/letter"
)

// words is what a message's own words come to.
type words struct {
	m       *letter.Message
	h       *marks
	sender  int // weight of the sender as a mail system
	subject tallies
	replied bool // the subject is that of an answer or a forward
	body    tallies
	read    bool // body is filled
}

// maxRead is how much of a text is read: a report says on its first lines what it is.
const maxRead = 6 << 10

// byWords reads sender, subject and, where there is a reason to, the text.
func byWords(m *letter.Message, h *marks) (Facts, bool) {
	w := words{m: m, h: h, sender: daemonic(m)}
	var buf [maxSubject + 8]byte
	subject := fold(buf[:0], h.subject, maxSubject)
	w.replied = answered(subject)
	subjects().find(subject, &w.subject)
	if !w.hinted() {
		return Facts{}, false
	}
	return w.judge()
}

// text weighs the text when the first question comes that it could decide: for
// most messages none does, and reading it costs more than all the rest.
func (w *words) text() *tallies {
	if !w.read {
		w.read = true
		w.weigh()
	}
	return &w.body
}

// weigh has a frame of its own, so that the buffer costs nothing where no text
// is read.
//
//go:noinline
func (w *words) weigh() {
	text := w.m.Text
	if len(text) == 0 && (w.sender >= weak || w.h.null > 0) {
		text = w.m.Aside
	}
	var buf [maxRead + 8]byte
	texts().find(fold(buf[:0], letter.View(text[:min(len(text), 2*maxRead)]), maxRead), &w.body)
}

// hinted tells whether sender, subject or fields give a reason to read on.
func (w *words) hinted() bool {
	m, h := w.m, w.h
	return w.sender >= weak || w.subject.any() || h.null > 0 || h.failedTo != "" || h.auto || h.ndrField ||
		h.autoSub != "" || h.complained != "" || m.Report != nil || m.Type == "multipart/report" || strings.EqualFold(h.precedence, "auto_reply")
}

// daemonic weighs the sender: display name, local part and domain.
func daemonic(m *letter.Message) int {
	from := m.From()
	if len(from) == 0 {
		return 0
	}
	var buf [256]byte
	s := fold(buf[:0], from[0].Name, 100)
	s = append(s, ' ')
	s = fold(s, from[0].Mail, 100)
	var t tallies
	senders().find(s, &t)
	return int(t.points[daemon])
}
