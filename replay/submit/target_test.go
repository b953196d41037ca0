package submit

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseTarget(t *testing.T) {
	for in, want := range map[string]Target{
		"smtp://mx.example.net":                       {Network: "tcp", Address: "mx.example.net:25"},
		"smtp://127.0.0.1:2525/":                      {Network: "tcp", Address: "127.0.0.1:2525"},
		"smtp://[::1]:2525":                           {Network: "tcp", Address: "[::1]:2525"},
		"smtp://[::1]":                                {Network: "tcp", Address: "[::1]:25"},
		"smtp://mx.example.net?tls=verify":            {Network: "tcp", Address: "mx.example.net:25", TLS: TLSVerified},
		"smtp://mx.example.net:26?tls=off":            {Network: "tcp", Address: "mx.example.net:26", TLS: TLSOff},
		"lmtp://store.example.net":                    {Network: "tcp", Address: "store.example.net:24", LMTP: true, TLS: TLSOff},
		"lmtp:///run/dovecot/lmtp":                    {Network: "unix", Address: "/run/dovecot/lmtp", LMTP: true, TLS: TLSOff},
		"sendmail:/usr/sbin/sendmail":                 {Network: "program", Address: "/usr/sbin/sendmail"},
		"smtp://u%40d@mx:587?password-file=/p":        {Network: "tcp", Address: "mx:587", TLS: TLSVerified, Login: Login{"u@d", "/p"}},
		"smtp://u@127.0.0.1?tls=off&password-file=/p": {Network: "tcp", Address: "127.0.0.1:25", TLS: TLSOff, Login: Login{"u", "/p"}},
		"smtp://u@mx?tls=off&password-file=/p":        {},
		"smtp://u@mx":                                 {},
		"smtp://u@mx?password-file=p":                 {},
		"smtp://@mx?password-file=/p":                 {},
		"smtp://u:secret@mx?password-file=/p":         {},
		"smtp://mx?password-file=/p":                  {},
		"lmtp://u@mx?password-file=/p":                {},
		"":                                            {},
		"mx.example.net":                              {},
		"smtp:mx.example.net":                         {},
		"smtp://":                                     {},
		"smtp://:25":                                  {},
		"smtp://mx:":                                  {},
		"smtp://mx:port":                              {},
		"smtp://user:secret@mx.example.net":           {},
		"smtp://mx/path":                              {},
		"smtp://mx?tls=perhaps":                       {},
		"smtp://mx?other=1":                           {},
		"lmtp://mx?tls=verify":                        {},
		"lmtp://":                                     {},
		"https://mx":                                  {},
		"sendmail:sendmail":                           {},
		"sendmail://usr/sbin/sendmail":                {},
	} {
		t.Run(in, func(t *testing.T) {
			got, err := ParseTarget(in)
			if want.Network == "" {
				if !errors.Is(err, ErrTarget) {
					t.Errorf("%+v, %v", got, err)
				}
				return
			}
			want.name = in
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(Target{})); diff != "" || err != nil {
				t.Errorf("%v\n%s", err, diff)
			}
		})
	}
}

func TestSendable(t *testing.T) {
	for _, a := range []string{"a@example.org", `"a b"@example.org`, `"a\"b"@example.org`, "a+b=c@[192.0.2.1]", "postmaster", "ä@exämple.org", "-x@example.org", `"<>"@example.org`} {
		if err := sendable(a); err != nil {
			t.Error(err)
		}
	}
	for _, a := range []string{"", "a b@example.org", "a@example.org>", "<a@example.org", "a\r\n@example.org", "a\x00@b", "a\xff@b", `"a@example.org`, `"a\`, `a\ b@c`, "a,b@c", strings.Repeat("a", 1001)} {
		if err := sendable(a); !errors.Is(err, ErrAddress) {
			t.Errorf("%q: %v", a, err)
		}
	}
}

// FuzzSendable holds an address against what it becomes in a command.
func FuzzSendable(f *testing.F) {
	for _, a := range []string{"a@b.c", `"a >b"@c`, "a>b@c", `"\"> x"@c`, "a\r\nDATA"} {
		f.Add(a)
	}
	f.Fuzz(func(t *testing.T, a string) {
		if sendable(a) != nil {
			return
		}
		command := "RCPT TO:<" + a + ">"
		if strings.ContainsAny(command, "\r\n\x00") {
			t.Fatalf("%q has a line end", command)
		}
		if end := closing(command[len("RCPT TO:"):]); end != len(command)-len("RCPT TO:")-1 {
			t.Fatalf("%q ends at %d", command, end)
		}
	})
}

// closing finds the bracket that ends a path as a server reads it (RFC 5321
// section 4.1.2): not inside a quoted string.
func closing(s string) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '>' && !quoted:
			return i
		}
	}
	return -1
}

// FuzzLines wants no CR, the same line ends as a plain replacement gives, and
// the same text whatever the size of the reads.
func FuzzLines(f *testing.F) {
	for _, s := range []string{"a\r\nb\n", "\r", "\r\r\n", "a\r.\r\nb", "\n\r\n\r"} {
		f.Add([]byte(s), 1)
	}
	f.Fuzz(func(t *testing.T, text []byte, size int) {
		want := strings.ReplaceAll(strings.ReplaceAll(string(text), "\r\n", "\n"), "\r", " ")
		var got bytes.Buffer
		in := newLines(bytes.NewReader(text))
		buf := make([]byte, 1+(size&63))
		for {
			n, err := in.Read(buf)
			got.Write(buf[:n])
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, got.String()); diff != "" {
			t.Error(diff)
		}
	})
}
