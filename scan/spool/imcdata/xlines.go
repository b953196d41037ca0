package imcdata

import (
	"slices"
	"strings"

	"qclean/scan/spool"
)

// injected are the lines that may stand before the text of a message for
// pickup: those of IIS and Exchange 5.5 (KB 201314), then what Exchange 2007
// and others have added for their replay folders.
var injected = []string{
	"x-sender", "x-receiver",
	"x-createdby", "x-endofinjectedxheaders", "x-extendedmessageprops",
	"x-helodomain", "x-source", "x-sourceipaddress", "x-envid", "x-job",
}

// longestInjected is enough of a text to see whether it begins with one of
// them, blanks before the colon included.
const longestInjected = 256

// readXLines reads x-sender and x-receiver lines at the very beginning and
// gives the offset of the text behind them. Without a receiver they are
// ordinary fields: some mail programs wrote an X-Sender of their own.
func readXLines(l *spool.Lender, b []byte) (env spool.Envelope, text int, ok bool) {
	first, _, _ := nextField(b, 0)
	if !isName(first, "x-sender") && !isName(first, "x-receiver") {
		return env, 0, false
	}
	for {
		name, value, next := nextField(b, text)
		if !slices.ContainsFunc(injected, func(x string) bool { return isName(name, x) }) {
			break
		}
		readXLine(l, &env, name, unfold(l, value))
		text = next
	}
	env.Source = spool.FromXLines
	return env, text, len(env.To) > 0
}

func readXLine(l *spool.Lender, env *spool.Envelope, name []byte, value string) {
	switch {
	case isName(name, "x-sender"):
		setSender(env, pathOf(value))
	case isName(name, "x-receiver"):
		if to := pathOf(value); to != "" {
			l.Recipient(env, to)
		}
	case isName(name, "x-helodomain"):
		env.Helo = clip(value)
	case isName(name, "x-sourceipaddress"):
		if ip, ok := clientIP(l, value); ok {
			env.ClientIP = ip
		}
	}
}

// pathOf takes the address of a reverse or forward path, with or without
// brackets, and leaves ESMTP parameters behind it ("NOTIFY=NEVER").
func pathOf(value string) string {
	value = strings.TrimSpace(value)
	if inside, ok := strings.CutPrefix(value, "<"); ok {
		end := outsideQuotes(inside, '>')
		if end < 0 {
			end = len(inside)
		}
		return clip(inside[:end])
	}
	if end := outsideQuotes(value, ' '); end >= 0 {
		value = value[:end]
	}
	return clip(value)
}

// outsideQuotes finds a character that is not in a quoted string, -1 if there is none.
func outsideQuotes(s string, c byte) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == c && !quoted:
			return i
		}
	}
	return -1
}

func clip(s string) string { return s[:min(len(s), maxAddress)] }
