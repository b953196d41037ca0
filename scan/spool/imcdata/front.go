package imcdata

import (
	"bytes"

	"qclean/scan/spool"
)

// front is what stands before and at the beginning of a message's text.
type front struct {
	envelope spool.Envelope
	text     int  // offset of the text in the file
	endless  bool // a binary head whose end was not found: all is taken for text
}

// readFront finds the envelope in the first bytes of a file, by the best
// source there is. It is a pure function: every byte is an attacker's.
func readFront(l *spool.Lender, b []byte) front {
	if hasHead(b) {
		return readHead(l, b)
	}
	if env, n, ok := readXLines(l, b); ok {
		return front{envelope: env, text: n}
	}
	return front{envelope: readFields(l, b)}
}

// mark is in the first bytes of the files of the Internet Mail Service, behind F7 (KB 190709).
var mark = []byte("ImCr")

func hasHead(b []byte) bool {
	return bytes.Contains(b[:min(len(b), 8)], mark)
}

// maxAddress is longer than any address may be (RFC 5321 section 4.5.3.1: 64 + 1 + 255).
const maxAddress = 512

// setSender sets the reverse path; "" is the null sender.
func setSender(env *spool.Envelope, from string) {
	env.From, env.Null = from, from == ""
}
