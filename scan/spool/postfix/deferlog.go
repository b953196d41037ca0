package postfix

import "bytes"

// reasonBytes is what is read of a log: the first block has the reason, and
// the blocks of further recipients mostly repeat it.
const reasonBytes = 4096

// parseReason finds in a defer or bounce log (bounce_append_service.c) why a
// recipient was not served. The log is text: blocks of "name=value" lines, each
// begun by an empty line and a line for people, "<recipient>: reason".
func parseReason(b []byte) string {
	human := ""
	for line := range bytes.Lines(b) {
		line = bytes.TrimRight(line, "\r\n")
		if v, ok := bytes.CutPrefix(line, []byte("reason=")); ok {
			return string(v)
		}
		if human == "" && bytes.HasPrefix(line, []byte("<")) { // all that there is in a log that is cut or very old
			if _, v, ok := bytes.Cut(line, []byte(">: ")); ok {
				human = string(v)
			}
		}
	}
	return human
}
