package spool

import (
	"strings"
	"testing"
)

func TestEscapeName(t *testing.T) {
	for name, want := range map[string]string{
		"WKA6D6YM":       "WKA6D6YM",
		"two words":      "two words",
		"a\nb":           "a%0Ab",
		"100%":           "100%25",
		"\xff\xfe":       "%FF%FE",
		"\x1b[2J":        "%1B[2J",
		"Grüße":          "Grüße",
		"x\u202egpj.exe": "x%E2%80%AEgpj.exe",
	} {
		if got := EscapeName(name); got != want {
			t.Errorf("EscapeName(%q) = %q, want %q", name, got, want)
		}
	}
}

func FuzzEscapeName(f *testing.F) {
	f.Add("a%zz\xff\n")
	f.Fuzz(func(t *testing.T, name string) {
		e := EscapeName(name)
		if got := UnescapeName(e); got != name {
			t.Errorf("%q came back as %q", name, got)
		}
		if strings.ContainsAny(e, "\n\x1b\x00\t") {
			t.Errorf("%q is not printable", e)
		}
	})
}
