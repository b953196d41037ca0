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
const maxOpening = 192

// byWords reads sender, subject and, where there is a reason to, the text.
func byWords(m *letter.Message, h *marks) (Facts, bool) {
	var w words
	w.sender = daemonic(m)
	var buf [maxRead + 64]byte
	subject := fold(buf[:0], h.subject, maxSubject)
	w.replied = answered(subject)
	subjects().find(subject, w.subject.add)
	opened := false
	if !w.hinted(m, h) {
		texts().find(fold(buf[:0], m.Text[:min(len(m.Text), maxOpening)], maxOpening), w.text.add)
		if w.text.points[failed] < formula && w.text.points[delayed] < formula && w.text.points[read] < formula {
			return Facts{}, false
		}
		w.text, opened = tallies{}, true
	}
	text := m.Text
	if len(text) == 0 && (w.sender >= weak || h.null > 0) {
		text = m.Aside
	}
	texts().find(fold(buf[:0], text[:min(len(text), 2*maxRead)], maxRead), w.text.add)
	return w.judge(m, h, opened)
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
	best := 0
	senders().find(s, func(p *phrase, _ int) { best = max(best, int(p.points)) })
	return best
}
