package journal

import (
	"fmt"
	"strings"
)

const hexDigits = "0123456789abcdef"

// plain tells whether a byte stands for itself: visible ASCII. Everything
// else, also a letter in UTF-8, is written as %xx, so that a hostile name can
// neither end a line nor reach the terminal of who reads the journal.
func plain(c byte) bool { return c > ' ' && c < 0x7f && c != '%' }

// appendEscaped adds an argument in the form of a line. The empty one is a
// lone %, which escaping never gives.
func appendEscaped(dst []byte, s string) []byte {
	if s == "" {
		return append(dst, '%')
	}
	for i := range len(s) {
		if c := s[i]; plain(c) {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return dst
}

// unescape takes only what appendEscaped writes, so that a value has one form.
func unescape(s string) (string, error) {
	if s == "%" {
		return "", nil
	}
	first := strings.IndexByte(s, '%')
	if first < 0 {
		return s, allPlain(s)
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '%' {
			if !plain(c) {
				return "", fmt.Errorf("byte %#x in %q", c, s)
			}
			out = append(out, c)
			continue
		}
		if i+2 >= len(s) {
			return "", fmt.Errorf("escape cut short in %q", s)
		}
		hi, lo := strings.IndexByte(hexDigits, s[i+1]), strings.IndexByte(hexDigits, s[i+2])
		if hi < 0 || lo < 0 || plain(byte(hi<<4|lo)) {
			return "", fmt.Errorf("escape %q in %q", s[i:i+3], s)
		}
		out = append(out, byte(hi<<4|lo))
		i += 2
	}
	return string(out), nil
}

func allPlain(s string) error {
	for i := range len(s) {
		if !plain(s[i]) {
			return fmt.Errorf("byte %#x in %q", s[i], s)
		}
	}
	return nil
}
