package imcdata

import (
	"bytes"

	"qclean/scan/spool"
)

const (
	maxName   = 76   // longest field name that is taken for one
	maxFields = 1000 // fields that are looked at
)

// nextField gives the header field that begins at an offset, its value as it
// stands there, folded, and the offset of the next. name is empty for a line
// that is no field.
func nextField(b []byte, at int) (name, value []byte, next int) {
	colon := at
	for colon < len(b) && colon-at <= maxName && isNameByte(b[colon]) {
		colon++
	}
	end := fieldEnd(b, at)
	if colon == at || colon >= end || b[colon] != ':' {
		return nil, nil, end
	}
	return b[at:colon], b[colon+1 : end], end
}

// fieldEnd is the offset of the field behind the one at an offset.
func fieldEnd(b []byte, at int) int {
	end := lineEnd(b, at)
	for end < len(b) && (b[end] == ' ' || b[end] == '\t') { // RFC 5322 section 2.2.3
		end = lineEnd(b, end)
	}
	return end
}

func lineEnd(b []byte, at int) int {
	if i := bytes.IndexByte(b[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(b)
}

// unfold takes the line ends out of a value (RFC 5322 section 2.2.3).
func unfold(l *spool.Lender, value []byte) string {
	value = bytes.TrimSpace(value)
	if bytes.IndexByte(value, '\n') < 0 && bytes.IndexByte(value, '\r') < 0 {
		return l.String(value)
	}
	var room [512]byte // longer than most
	out := room[:0]
	for _, c := range value {
		if c != '\r' && c != '\n' {
			out = append(out, c)
		}
	}
	return l.String(out)
}

func isNameByte(c byte) bool { return c > ' ' && c < 0x7f && c != ':' }

// isName compares with a name in lower case. Names are printable ASCII, of which
// only letters have another case.
func isName(name []byte, want string) bool {
	if len(name) != len(want) {
		return false
	}
	for i, c := range name {
		if c != want[i] && (c < 'A' || c > 'Z' || c|0x20 != want[i]) {
			return false
		}
	}
	return true
}

// guess is what the header says about the envelope.
type guess struct {
	lend       *spool.Lender
	returnPath string // Return-Path (RFC 5321 section 4.4)
	returned   bool   // there was one
	traced     string // "for <…>" of the first Received
	received   bool
	from       string
	sender     string
	shown      spool.Envelope // To, Cc and Bcc
}

// readFields guesses the envelope from the header: trace fields first, the
// addresses that people see last.
func readFields(l *spool.Lender, b []byte) spool.Envelope {
	g := guess{lend: l}
	for at, n := 0, 0; at < len(b) && n < maxFields; n++ {
		if b[at] == '\n' || b[at] == '\r' {
			break
		}
		if !beginsField[b[at]] {
			at = fieldEnd(b, at)
			continue
		}
		var name, value []byte
		name, value, at = nextField(b, at)
		g.field(name, value)
	}
	return g.envelope()
}

// beginsField are the first letters of the fields that guess looks at.
var beginsField = func() (t [256]bool) {
	for _, c := range []byte("rfstcb") {
		t[c], t[c-'a'+'A'] = true, true
	}
	return t
}()

func (g *guess) field(name, value []byte) {
	switch {
	case isName(name, "return-path"):
		if v := unfold(g.lend, value); v != "" && !g.returned {
			g.returned, g.returnPath = true, pathOf(v)
		}
	case isName(name, "received"):
		if !g.received {
			g.received, g.traced = true, forPath(g.lend, value)
		}
	case isName(name, "from"):
		g.from = g.orFirst(g.from, value)
	case isName(name, "sender"):
		g.sender = g.orFirst(g.sender, value)
	case isName(name, "to"), isName(name, "cc"), isName(name, "bcc"):
		for a := range addresses(unfold(g.lend, value)) {
			g.lend.Recipient(&g.shown, a)
		}
	}
}

// orFirst keeps what it has, else takes the first address of a field.
func (g *guess) orFirst(has string, value []byte) string {
	if has != "" {
		return has
	}
	for a := range addresses(unfold(g.lend, value)) {
		return a
	}
	return ""
}

// envelope is as good as the worse of its two halves.
func (g *guess) envelope() spool.Envelope {
	env := spool.Envelope{Source: spool.FromHeaders}
	switch {
	case g.returned:
		setSender(&env, g.returnPath)
	case g.sender != "": // it wins over From, as in pickup (KB 201314)
		env.From = g.sender
	default:
		env.From = g.from
	}
	switch {
	case g.traced != "":
		g.lend.Recipient(&env, g.traced)
	default:
		env.To, env.More = g.shown.To, g.shown.More
	}
	switch {
	case g.returned && g.traced != "":
		env.Source = spool.FromTrace
	case env.From == "" && !env.Null && len(env.To) == 0:
		env.Source = spool.Unknown
	}
	return env
}
