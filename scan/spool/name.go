package spool

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// EscapeName writes any file name as printable UTF-8 that UnescapeName turns
// back: control and format characters, bytes that are not UTF-8 and "%" become
// %XX, everything else stays as it is.
func EscapeName(name string) string {
	if plainName(name) {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); {
		r, n := utf8.DecodeRuneInString(name[i:])
		if escaped(r, n) {
			for _, c := range []byte(name[i : i+n]) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
		} else {
			b.WriteString(name[i : i+n])
		}
		i += n
	}
	return b.String()
}

func plainName(name string) bool {
	for i := 0; i < len(name); i++ {
		if c := name[i]; c <= ' ' || c == '%' || c >= 0x7f {
			return false
		}
	}
	return true
}

func escaped(r rune, n int) bool {
	return r == utf8.RuneError && n == 1 || r == '%' || r != ' ' && !unicode.IsPrint(r)
}

// UnescapeName is the reverse of EscapeName. A "%" without two hexadecimal
// digits behind it stays as it is, so that no input is an error.
func UnescapeName(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if hi, lo := hexDigit(s[i+1]), hexDigit(s[i+2]); hi >= 0 && lo >= 0 {
				b = append(b, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// ParseSource is the reverse of Source.String; an unknown word is Unknown.
func ParseSource(s string) Source {
	for i, n := range sourceNames {
		if n == s {
			return Source(i)
		}
	}
	return Unknown
}
