package kind

import (
	"strings"

	"qclean/scan/letter"
)

// words is what a message's own words come to.
type words struct {
	sender  int // weight of the sender as a mail system
	subject tallies
	text    tallies
	replied bool // the subject is that of an answer or a forward
}

// maxRead is how much of a text is read: a report says on its first lines what it is.
const maxRead = 6 << 10

// maxOpening is how much is read of a message that gives no other hint.
const maxOpening = 100

// byWords reads sender, subject and, where there is a reason to, the text.
func byWords(m *letter.Message, h *marks) (Facts, bool) {
	var w words
	w.sender = daemonic(m)
	var buf [maxSubject + 8]byte
	subject := fold(buf[:0], h.subject, maxSubject)
	w.replied = answered(subject)
	subjects().find(subject, &w.subject)
	opened := false
	if !w.hinted(m, h) {
		if !opens(fold(buf[:0], m.Text[:min(len(m.Text), maxOpening)], maxOpening)) {
			return Facts{}, false
		}
		opened = true
	}
	w.read(m, h)
	return w.judge(m, h, opened)
}

// opens tells whether a text begins with words of a mail system.
func opens(text []byte) bool {
	var t tallies
	texts().find(text, &t)
	return max(t.points[notice], t.points[failed], t.points[delayed], t.points[delivered]) >= formula
}

// read weighs the text. It has a frame of its own, so that the buffer costs
// nothing where no text is read.
//
//go:noinline
func (w *words) read(m *letter.Message, h *marks) {
	text := m.Text
	if len(text) == 0 && (w.sender >= weak || h.null > 0) {
		text = m.Aside
	}
	var buf [maxRead + 8]byte
	texts().find(fold(buf[:0], text[:min(len(text), 2*maxRead)], maxRead), &w.text)
}

// hinted tells whether sender, subject or fields give a reason to read on.
func (w *words) hinted(m *letter.Message, h *marks) bool {
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
