package relay

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Reply is one answer of the server (RFC 5321 section 4.2), as it came.
type Reply struct {
	Code   int      // 0: there was none
	Status string   // RFC 3463, "5.7.1"; "" when there is none
	Lines  []string // without the codes
}

// Bounds of one answer. RFC 5321 section 4.5.3.1.5 allows 512 bytes a line.
const (
	maxLine  = 2 << 10
	maxLines = 100
)

// String is the answer on one line.
func (r Reply) String() string {
	if r.Code == 0 {
		return ""
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", r.Code, strings.Join(r.Lines, " / ")))
}

func (r Reply) class() int { return r.Code / 100 }

// domainFault tells the refusals that are about a domain which takes or sends
// no mail (RFC 3463 section 3.2, RFC 7505), not about relaying.
func (r Reply) domainFault() bool {
	switch r.Status {
	case "5.1.2", "5.1.8", "5.1.10", "5.7.27":
		return true
	}
	return false
}

// readReply reads one answer and gives every line to trace as it comes.
// ErrFlood when it does not end within the bounds, ErrNotSMTP when it is none.
func readReply(r *bufio.Reader, trace func(line string)) (Reply, error) {
	var out Reply
	for {
		line, err := readLine(r)
		if err != nil {
			return out, err
		}
		trace(line)
		code, more, text, ok := splitReply(line)
		if !ok || out.Code != 0 && code != out.Code {
			return out, fmt.Errorf("%w: %q", ErrNotSMTP, line)
		}
		out.Code = code
		out.Lines = append(out.Lines, text)
		if !more {
			out.Status = enhanced(text, code)
			return out, nil
		}
		if len(out.Lines) >= maxLines {
			return out, fmt.Errorf("%w: more than %d lines", ErrFlood, maxLines)
		}
	}
}

// readLine takes a bare LF for a line's end, as servers of old send it.
func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return "", fmt.Errorf("%w: a line of more than %d bytes", ErrFlood, maxLine)
	case errors.Is(err, io.EOF) && len(line) > 0:
		return "", io.ErrUnexpectedEOF
	case err != nil:
		return "", err
	}
	return strings.TrimRight(string(line), "\r\n"), nil
}

// splitReply reads "250-text", "250 text" and "250" (RFC 5321 section 4.2.1).
func splitReply(line string) (code int, more bool, text string, ok bool) {
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, false, "", false
	}
	for i := range 3 {
		if line[i] < '0' || line[i] > '9' {
			return 0, false, "", false
		}
		code = code*10 + int(line[i]-'0')
	}
	if code < 200 || code > 599 {
		return 0, false, "", false
	}
	if len(line) > 4 {
		text = line[4:]
	}
	return code, len(line) > 3 && line[3] == '-', text, true
}

// enhanced finds the status code at the beginning of a text (RFC 2034), or
// in qmail's form "(#5.7.1)" at its end.
func enhanced(text string, code int) string {
	word, _, _ := strings.Cut(text, " ")
	if i := strings.LastIndex(text, "(#"); i >= 0 && strings.HasSuffix(text, ")") {
		word = text[i+2 : len(text)-1]
	}
	class, rest, _ := strings.Cut(word, ".")
	subject, detail, ok := strings.Cut(rest, ".")
	if !ok || len(class) != 1 || int(class[0]-'0') != code/100 || !digits(subject) || !digits(detail) {
		return ""
	}
	return word
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) >= 1 && len(s) <= 3
}
