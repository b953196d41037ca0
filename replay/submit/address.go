package submit

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds of RFC 5321 section 4.5.3.1.3, generously.
const maxAddress = 1000

// sendable refuses an address that a server would read as something else, such
// as one that ends its own brackets and goes on with parameters. Queues hold
// what an attacker gave, or what is left of a damaged file.
func sendable(a string) error {
	if a == "" || len(a) > maxAddress || !utf8.ValidString(a) {
		return fmt.Errorf("%w: %.100q", ErrAddress, a)
	}
	quoted, escaped := false, false
	for _, r := range a {
		switch {
		case r < ' ' || r == 0x7f:
			return fmt.Errorf("%w: %.100q", ErrAddress, a)
		case escaped:
			escaped = false
		case r == '\\':
			if !quoted {
				return fmt.Errorf("%w: %.100q", ErrAddress, a)
			}
			escaped = true
		case r == '"':
			quoted = !quoted
		case !quoted && strings.ContainsRune(" <>(),;", r):
			return fmt.Errorf("%w: %.100q", ErrAddress, a)
		}
	}
	if quoted || escaped {
		return fmt.Errorf("%w: %.100q", ErrAddress, a)
	}
	return nil
}

// check looks at the whole envelope, and takes recipients that come twice out.
func (l *Letter) check() error {
	if l.From != "" {
		if err := sendable(l.From); err != nil {
			return err
		}
	}
	seen := make(map[string]bool, len(l.To))
	to := make([]string, 0, len(l.To))
	for _, a := range l.To {
		if err := sendable(a); err != nil {
			return err
		}
		if !seen[a] {
			seen[a] = true
			to = append(to, a)
		}
	}
	if l.To = to; len(to) == 0 {
		return fmt.Errorf("%w: no recipients", ErrAddress)
	}
	return nil
}

// ascii tells whether the envelope needs no SMTPUTF8 (RFC 6531).
func (l *Letter) ascii() bool {
	for _, a := range append([]string{l.From}, l.To...) {
		for i := 0; i < len(a); i++ {
			if a[i] >= utf8.RuneSelf {
				return false
			}
		}
	}
	return true
}
