package relay

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func reply(text string) (Reply, error) {
	return readReply(bufio.NewReaderSize(strings.NewReader(text), maxLine), func(string) {})
}

func TestReadReply(t *testing.T) {
	for name, tc := range map[string]struct {
		in   string
		want Reply
		err  error
	}{
		"one line":            {"250 2.1.5 ok\r\n", Reply{250, "2.1.5", []string{"2.1.5 ok"}}, nil},
		"bare LF":             {"250 ok\n", Reply{250, "", []string{"ok"}}, nil},
		"code alone":          {"250\r\n", Reply{250, "", []string{""}}, nil},
		"several lines":       {"250-a\r\n250-b\r\n250 c\r\n", Reply{250, "", []string{"a", "b", "c"}}, nil},
		"qmail's status":      {"553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)\r\n", Reply{553, "5.7.1", []string{"sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"}}, nil},
		"status of two kinds": {"550 4.7.1 no\r\n", Reply{550, "", []string{"4.7.1 no"}}, nil},
		"an address":          {"550 5.1.2.3 no\r\n", Reply{550, "", []string{"5.1.2.3 no"}}, nil},
		"two codes":           {"250-a\r\n550 b\r\n", Reply{}, ErrNotSMTP},
		"not SMTP":            {"HTTP/1.1 400 Bad Request\r\n", Reply{}, ErrNotSMTP},
		"code too low":        {"100 a\r\n", Reply{}, ErrNotSMTP},
		"code too high":       {"999 a\r\n", Reply{}, ErrNotSMTP},
		"no blank":            {"250ok\r\n", Reply{}, ErrNotSMTP},
		"empty line":          {"\r\n", Reply{}, ErrNotSMTP},
		"nothing":             {"", Reply{}, io.EOF},
		"cut short":           {"250 o", Reply{}, io.ErrUnexpectedEOF},
		"line too long":       {"250 " + strings.Repeat("x", maxLine) + "\r\n", Reply{}, ErrFlood},
		"longest line":        {"250 " + strings.Repeat("x", maxLine-6) + "\r\n", Reply{250, "", []string{strings.Repeat("x", maxLine-6)}}, nil},
		"too many lines":      {strings.Repeat("250-a\r\n", maxLines) + "250 b\r\n", Reply{}, ErrFlood},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := reply(tc.in)
			if !errors.Is(err, tc.err) {
				t.Fatalf("err = %v", err)
			}
			if err == nil {
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func FuzzReply(f *testing.F) {
	for _, s := range []string{"250 ok\r\n", "250-a\r\n250 b\r\n", "553 no (#5.7.1)\r\n", "421 4.7.0 x", strings.Repeat("250-\n", 200), "250 (#\r\n", "550 (#)\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r := bufio.NewReaderSize(bytes.NewReader(in), maxLine)
		traced := 0
		got, err := readReply(r, func(string) { traced++ })
		if len(got.Lines) > maxLines || traced > maxLines {
			t.Fatalf("%d lines, %d traced", len(got.Lines), traced)
		}
		for _, line := range got.Lines {
			if len(line) > maxLine || strings.Contains(line, "\n") {
				t.Fatalf("line of %d bytes", len(line))
			}
		}
		if err == nil && (got.Code < 200 || got.Code > 599 || len(got.Lines) == 0) {
			t.Fatalf("%+v", got)
		}
		res := Result{Form: Forms()[1], Stage: stageRcpt, Reply: got}
		if read(&res); err == nil && (res.Verdict == NotTried || res.Verdict == Relays != (got.Code/100 == 2)) {
			t.Fatalf("%+v is %s", got, res.Verdict)
		}
	})
}
