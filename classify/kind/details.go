package kind

import (
	"bytes"
	"strings"
)

// maxDetails is the most that details gives.
const maxDetails = 5

// details weighs what a report has whatever its words are: a reply code, a
// status code, a recipient that a line is about, and the header of the message
// that it returns. It is how a mail system that nobody knows is understood.
func details(text []byte) int {
	n := 0
	var code, status, to, header bool
	for line := range bytes.Lines(text[:min(len(text), maxRead)]) {
		line = bytes.TrimSpace(line[:min(len(line), maxLine)])
		if len(line) < 5 {
			continue
		}
		s := string(line)
		isCode := replyCode(s)
		code = code || isCode
		status = status || firstStatus(s) != ""
		if !to && strings.IndexByte(s, '@') > 0 {
			_, to = recipient(s, isCode)
			if at := strings.IndexByte(s, '<'); !to && at >= 0 {
				_, _, to = leading(s[at:])
			}
		}
		header = header || hasFold(s, "received: ") || hasFold(s, "message-id: ")
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

func hasFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
