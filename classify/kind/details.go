package kind

import (
	"strings"

	"qclean/scan/letter"
)

// maxDetails is the most that details gives.
const maxDetails = 5

// details weighs what a report has whatever its words are: a reply code, a
// status code, a recipient that a line is about, and the header of the message
// that it returns. It is how a mail system that nobody knows is understood.
func details(m *letter.Message) int {
	own := ownAddresses(m)
	text := letter.View(m.Text[:min(len(m.Text), maxRead)])
	n := 0
	var code, status, to, header bool
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line[:min(len(line), maxLine)])
		if len(line) < 5 {
			continue
		}
		code = code || replyCode(line)
		status = status || firstStatus(line) != ""
		to = to || strings.IndexByte(line, '@') > 0 && names(line, own)
		header = header || hasFold(line, "received: ") || hasFold(line, "message-id: ")
	}
	for _, found := range []bool{code, status, to} {
		if found {
			n++
		}
	}
	if header {
		n += 2
	}
	return n
}

// names tells whether a line holds an address that is neither the report's
// sender's nor its recipient's.
func names(line string, own [3]string) bool {
	for word := range strings.FieldsSeq(line) {
		if strings.IndexByte(word, '@') < 0 {
			continue
		}
		if a, _, ok := leading(strings.Trim(word, "<>()[]\"',;:")); ok && !mine(a, own) {
			return true
		}
	}
	return false
}

func hasFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
