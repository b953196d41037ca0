package postfix

import (
	"bytes"

	"qclean/scan/spool"
)

// reasonBytes is what is read of a log: the first block has the reason, and
// the blocks of further recipients mostly repeat it.
const reasonBytes = 4096

// parseReason finds in a defer or bounce log (bounce_append_service.c) why a
// recipient was not served. The log is text: blocks of "name=value" lines, each
// begun by an empty line and a line for people, "<recipient>: reason".
func parseReason(l *spool.Lender, b []byte) string {
	for rest := b; ; {
		at := bytes.Index(rest, reasonIs)
		if at < 0 {
			return humanReason(l, b)
		}
		before := len(b) - len(rest) + at
		rest = rest[at+len(reasonIs):]
		if before == 0 || b[before-1] == '\n' {
			line, _, _ := bytes.Cut(rest, []byte("\n"))
			return l.String(bytes.TrimRight(line, "\r"))
		}
	}
}

var reasonIs = []byte("reason=")

// humanReason is all that there is in a log that is cut or very old.
func humanReason(l *spool.Lender, b []byte) (reason string) {
	for line := range bytes.Lines(b) {
		if reason != "" {
			break
		}
		if line = bytes.TrimRight(line, "\r\n"); bytes.HasPrefix(line, []byte("<")) {
			if _, v, ok := bytes.Cut(line, []byte(">: ")); ok {
				reason = l.String(v)
			}
		}
	}
	return reason
}
