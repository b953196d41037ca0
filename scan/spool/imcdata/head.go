package imcdata

import (
	"bytes"
	"net/netip"
	"strings"

	"qclean/scan/spool"
)

// readHead reads the binary head of the Internet Mail Service. Its layout was
// never published. From dumps in KB 190709: F7, "ImCr", HELO name and host,
// <sender>, an X.400 id, <recipient> …, and the text from its first header
// field; between them are bytes of which nothing is known. So strings are
// looked for, not counted.
func readHead(l *spool.Lender, b []byte) front {
	text := textAfterHead(b)
	head := b
	if text >= 0 {
		head = b[:text]
	}
	f := front{text: max(text, 0), endless: text < 0}
	f.envelope.Source = spool.Unknown
	session := head
	for at := 0; ; {
		address, begin, end := nextAddress(head, at)
		if end < 0 {
			break
		}
		if f.envelope.Source == spool.Unknown {
			f.envelope.Source = spool.FromHead
			setSender(&f.envelope, l.String(address))
			session = head[:begin]
		} else if len(address) > 0 {
			l.Recipient(&f.envelope, l.String(address))
		}
		at = end
	}
	readSession(l, &f.envelope, session)
	return f
}

// nextAddress finds the next <…> that could be an address.
func nextAddress(b []byte, at int) (address []byte, begin, end int) {
	for {
		open := bytes.IndexByte(b[at:], '<')
		if open < 0 {
			return nil, 0, -1
		}
		begin = at + open
		inside := b[begin+1 : min(len(b), begin+2+maxAddress)]
		size := 0
		for size < len(inside) && !endsAddress[inside[size]] {
			size++
		}
		if size < len(inside) && inside[size] == '>' {
			return inside[:size], begin, begin + 1 + size + 1
		}
		at = begin + 1
	}
}

// endsAddress are the bytes that stand in no address: blanks, controls and brackets.
var endsAddress = func() (t [256]bool) {
	for c := range t {
		t[c] = c <= ' ' || c == 0x7f || c == '<' || c == '>'
	}
	return t
}()

// readSession takes HELO name and host from what stands before the sender:
// the last strings there that could be host names.
func readSession(l *spool.Lender, env *spool.Envelope, b []byte) {
	if i := bytes.Index(b, mark); i >= 0 {
		b = b[i+len(mark):]
	}
	before, last := hostWords(b)
	switch {
	case len(before) > 0:
		env.Helo, env.ClientName = l.String(before), l.String(last)
		literal := strings.Trim(env.ClientName, "[]")
		if !isNumeric(literal) {
			return // a name: netip would make an error of it, which costs more than all the rest
		}
		if ip, ok := clientIP(l, literal); ok {
			env.ClientIP, env.ClientName = ip, ""
		}
	case len(last) > 0:
		env.Helo = l.String(last)
	}
}

// clientIP is an address in its usual form, false for what is none.
func clientIP(l *spool.Lender, literal string) (string, bool) {
	ip, err := netip.ParseAddr(literal)
	if err != nil {
		return "", false
	}
	return l.String(ip.AppendTo(make([]byte, 0, 64))), true
}

// isNumeric is false for what cannot be an address in numbers.
func isNumeric(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' || c == '.' || c == ':') {
			return false
		}
	}
	return true
}

// A word is no shorter, since that is taken for chance, and no longer than a name.
const (
	minWord = 3
	maxWord = 255
)

// hostWords gives the last two words that could be host names, or the last.
func hostWords(b []byte) (before, last []byte) {
	for end := len(b); end > 0; {
		if !hostBytes[b[end-1]] {
			end--
			continue
		}
		at := end - 1
		for at > 0 && hostBytes[b[at-1]] {
			at--
		}
		word := b[at:end]
		end = at
		switch {
		case len(word) < minWord || len(word) > maxWord:
		case last == nil:
			last = word
		default:
			return word, last
		}
	}
	return nil, last
}

// hostBytes are those of host names and address literals.
var hostBytes = func() (t [256]bool) {
	for c := range byte(0x80) {
		t[c] = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(".-_[]:", c) >= 0
	}
	return t
}()

// textAfterHead finds the first header field behind the head, -1 when there is
// none: at the beginning of a line, or right behind a byte that is no text. A
// string whose length byte happens to be a letter cannot hide a name that all
// mail has.
func textAfterHead(b []byte) int {
	for at := len(mark); at < len(b); {
		colon := bytes.IndexByte(b[at:], ':')
		if colon < 0 {
			return -1
		}
		colon += at
		start := colon
		for start > at && isNameByte(b[start-1]) {
			start--
		}
		if begin := fieldBegin(b, start, colon); begin >= 0 {
			return begin
		}
		at = colon + 1
	}
	return -1
}

// fieldBegin gives the offset of the field whose name, with a byte too many
// perhaps, is b[start:colon], -1 when it is none.
func fieldBegin(b []byte, start, colon int) int {
	for _, known := range firstFields {
		if at := colon - len(known); at >= start && isName(b[at:colon], known) && (at == start || !isLetter(b[at-1])) {
			return at
		}
	}
	if colon-start < 2 || colon-start > maxName || start == 0 || isText(b[start-1]) && b[start-1] != '\n' {
		return -1
	}
	if colon+1 < len(b) && b[colon+1] != ' ' && b[colon+1] != '\t' && b[colon+1] != '\r' && b[colon+1] != '\n' {
		return -1
	}
	return start
}

// firstFields are the names with which the text of mail begins.
var firstFields = []string{
	"received", "return-path", "from", "date", "subject", "message-id", "to",
	"mime-version", "content-type", "delivered-to", "reply-to", "sender",
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '-' }
func isText(c byte) bool   { return c >= ' ' && c < 0x7f || c == '\n' || c == '\r' || c == '\t' }
