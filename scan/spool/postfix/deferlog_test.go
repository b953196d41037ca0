package postfix

import (
	"bytes"
	"testing"
)

// FuzzReason holds the short way through a log against one that looks at each line.
func FuzzReason(f *testing.F) {
	for _, s := range []string{
		"", "reason=", "<a@x.example>: refused\nrecipient=a@x.example\nreason=connection refused\r\n\n<b@x.example>: x\nreason=other\n",
		"<a@x.example>: only this\n", "noreason=x\n<a>: b", "x reason=x\nreason=reason=y\r\r", "<a>\n<b>: \n<c>: d\n", "reason=a\rb\nreason=c",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, want := parseReason(nil, b), slowReason(b); got != want {
			t.Errorf("%q: %q, want %q", b, got, want)
		}
	})
}

func slowReason(b []byte) string {
	human := ""
	for line := range bytes.Lines(b) {
		line = bytes.TrimRight(line, "\r\n")
		if v, ok := bytes.CutPrefix(line, []byte("reason=")); ok {
			return string(v)
		}
		if human == "" && bytes.HasPrefix(line, []byte("<")) {
			if _, v, ok := bytes.Cut(line, []byte(">: ")); ok {
				human = string(v)
			}
		}
	}
	return human
}
