package submit

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func sender(t *testing.T, target string) Sender {
	t.Helper()
	tg, err := ParseTarget(target)
	if err != nil {
		t.Fatal(err)
	}
	s := New(tg, "mail.example.org")
	t.Cleanup(func() { s.Close() })
	return s
}

func letter(from string, to ...string) Letter {
	return Letter{From: from, To: to, Text: strings.NewReader("Subject: x\n\n.dot\nend\n")}
}

func TestSend(t *testing.T) {
	for name, c := range map[string]struct {
		l    Letter
		want error
		got  []taken
		more Receipt // but for the reply
	}{
		"plain": {letter("a@example.org", "b@example.net"), nil,
			[]taken{{"a@example.org", []string{"b@example.net"}, "Subject: x\r\n\r\n.dot\r\nend\r\n"}}, Receipt{Taken: []string{"b@example.net"}}},
		"null sender": {letter("", "b@example.net"), nil,
			[]taken{{"", []string{"b@example.net"}, "Subject: x\r\n\r\n.dot\r\nend\r\n"}}, Receipt{Taken: []string{"b@example.net"}}},
		"twice the same": {letter("a@example.org", "b@example.net", "b@example.net"), nil,
			[]taken{{"a@example.org", []string{"b@example.net"}, "Subject: x\r\n\r\n.dot\r\nend\r\n"}}, Receipt{Taken: []string{"b@example.net"}}},
		"UTF-8 address": {letter("ä@example.org", "b@example.net"), nil,
			[]taken{{"ä@example.org", []string{"b@example.net"}, "Subject: x\r\n\r\n.dot\r\nend\r\n"}}, Receipt{Taken: []string{"b@example.net"}}},
		"one of each": {letter("a@example.org", "b@example.net", "451@example.net", "550@example.net"), nil,
			[]taken{{"a@example.org", []string{"b@example.net"}, "Subject: x\r\n\r\n.dot\r\nend\r\n"}},
			Receipt{Taken: []string{"b@example.net"}, Later: []Answer{{To: "451@example.net"}}, Refused: []Answer{{To: "550@example.net"}}}},
		"all later":             {letter("a@example.org", "451@example.net", "550@example.net"), ErrLater, nil, Receipt{Later: []Answer{{To: "451@example.net"}}, Refused: []Answer{{To: "550@example.net"}}}},
		"all refused":           {letter("a@example.org", "550@example.net"), ErrRefused, nil, Receipt{Refused: []Answer{{To: "550@example.net"}}}},
		"later, after the text": {letter("a@example.org", "data451@example.net"), ErrLater, nil, Receipt{}},
		"never, after the text": {letter("a@example.org", "data550@example.net"), ErrRefused, nil, Receipt{}},
		"no answer": {letter("a@example.org", "silence@example.net"), ErrDoubt,
			[]taken{{"a@example.org", []string{"silence@example.net"}, "Subject: x\r\n\r\n.dot\r\nend\r\n"}}, Receipt{}},
		"bare CR": {Letter{"a@example.org", []string{"b@example.net"}, strings.NewReader("a\r.\r\r\nb\r\n.\r\nc\r")}, nil,
			[]taken{{"a@example.org", []string{"b@example.net"}, "a . \r\nb\r\n.\r\nc \r\n"}}, Receipt{Taken: []string{"b@example.net"}}},
		"commands in the sender":    {letter("a@example.org> BODY=8BITMIME\r\nRCPT TO:<x@y>", "b@example.net"), ErrRefused, nil, Receipt{}},
		"parameters in a recipient": {letter("a@example.org", "b@example.net> NOTIFY=NEVER"), ErrRefused, nil, Receipt{}},
		"no recipients":             {letter("a@example.org"), ErrRefused, nil, Receipt{}},
		"the text breaks off":       {Letter{"a@example.org", []string{"b@example.net"}, io.MultiReader(strings.NewReader("x\n\n"), iotest.ErrReader(io.ErrClosedPipe))}, io.ErrClosedPipe, nil, Receipt{Taken: []string{"b@example.net"}}},
	} {
		t.Run(name, func(t *testing.T) {
			srv, at := serve(t, nil)
			s := sender(t, "smtp://"+at)
			r, err := s.Send(t.Context(), c.l)
			if !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Errorf("%v, want %v", err, c.want)
			}
			if c.want == nil && r.Reply == "" {
				t.Error("no reply")
			}
			if diff := cmp.Diff(c.more, r, cmpopts.IgnoreFields(Receipt{}, "Reply"), cmpopts.IgnoreFields(Answer{}, "Reply")); diff != "" {
				t.Error(diff)
			}
			got, _, _ := srv.seen()
			if diff := cmp.Diff(c.got, got); diff != "" {
				t.Error(diff)
			}
			// Whatever it was, the next one goes through, and alone.
			if _, err := s.Send(t.Context(), letter("next@example.org", "n@example.net")); err != nil {
				t.Fatalf("the next: %v", err)
			}
			got, _, _ = srv.seen()
			if n := len(got); n != len(c.got)+1 || got[n-1].From != "next@example.org" || len(got[n-1].To) != 1 {
				t.Errorf("the next came as %+v", got)
			}
		})
	}
}

func TestLMTP(t *testing.T) {
	for name, c := range map[string]struct {
		to   []string
		want error
		more Receipt
	}{
		"one of each":   {[]string{"b@x.net", "data451@x.net", "data550@x.net"}, nil, Receipt{Taken: []string{"b@x.net"}, Later: []Answer{{To: "data451@x.net"}}, Refused: []Answer{{To: "data550@x.net"}}}},
		"none now":      {[]string{"data451@x.net", "data550@x.net"}, ErrLater, Receipt{Later: []Answer{{To: "data451@x.net"}}, Refused: []Answer{{To: "data550@x.net"}}}},
		"never":         {[]string{"data550@x.net"}, ErrRefused, Receipt{Refused: []Answer{{To: "data550@x.net"}}}},
		"at RCPT":       {[]string{"550@x.net", "b@x.net"}, nil, Receipt{Taken: []string{"b@x.net"}, Refused: []Answer{{To: "550@x.net"}}}},
		"dies half way": {[]string{"b@x.net", "silence@x.net"}, ErrDoubt, Receipt{}},
	} {
		t.Run(name, func(t *testing.T) {
			_, at := serve(t, func(s *smtp.Server) { s.LMTP = true })
			r, err := sender(t, "lmtp://"+at).Send(t.Context(), letter("a@example.org", c.to...))
			if !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Errorf("%v, want %v", err, c.want)
			}
			if errors.Is(c.want, ErrDoubt) {
				r.Taken = nil // whether the first answer came through is a race
			}
			if diff := cmp.Diff(c.more, r, cmpopts.IgnoreFields(Receipt{}, "Reply"), cmpopts.IgnoreFields(Answer{}, "Reply")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSTARTTLS(t *testing.T) {
	cert, pool := certificate(t)
	offer := func(s *smtp.Server) { s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}} }
	broken := func(s *smtp.Server) { s.TLSConfig = &tls.Config{} }
	for name, c := range map[string]struct {
		server func(*smtp.Server)
		query  string
		trust  bool
		want   error
		secret bool
	}{
		"offered and taken":             {offer, "", false, nil, true},
		"offered and switched off":      {offer, "?tls=off", false, nil, false},
		"offered, and does not work":    {broken, "", false, nil, false},
		"not offered":                   {nil, "", false, nil, false},
		"demanded":                      {offer, "?tls=verify", true, nil, true},
		"demanded of a stranger":        {offer, "?tls=verify", false, ErrAway, false},
		"demanded, and not offered":     {nil, "?tls=verify", true, ErrAway, false},
		"demanded, and does not work":   {broken, "?tls=verify", true, ErrAway, false},
		"a second message, still there": {offer, "", false, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			srv, at := serve(t, c.server)
			s := sender(t, "smtp://"+at+c.query)
			if c.trust {
				s.(*session).roots = &tls.Config{RootCAs: pool}
			}
			for range 2 {
				_, err := s.Send(t.Context(), letter("a@example.org", "b@example.net"))
				if !errors.Is(err, c.want) || c.want == nil && err != nil {
					t.Fatalf("%v, want %v", err, c.want)
				}
			}
			got, _, secret := srv.seen()
			if c.want == nil && (secret != c.secret || len(got) != 2) {
				t.Errorf("TLS %v, want %v; %d messages", secret, c.secret, len(got))
			}
			if c.want != nil && len(got) != 0 {
				t.Errorf("sent %+v", got)
			}
		})
	}
}

func TestServerIsAway(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if _, err := sender(t, "smtp://"+l.Addr().String()).Send(t.Context(), letter("a@b.c", "d@e.f")); !errors.Is(err, ErrAway) {
		t.Errorf("%v", err)
	}
	if _, err := sender(t, "lmtp://"+t.TempDir()+"/socket").Send(t.Context(), letter("a@b.c", "d@e.f")); !errors.Is(err, ErrAway) {
		t.Errorf("%v", err)
	}
}

func TestReconnectsAfterMany(t *testing.T) {
	srv, at := serve(t, nil)
	s := sender(t, "smtp://"+at+"?tls=off")
	for i := range perSession + 1 {
		if _, err := s.Send(t.Context(), letter("a@example.org", fmt.Sprintf("r%d@example.net", i))); err != nil {
			t.Fatal(err)
		}
	}
	if got, sessions, _ := srv.seen(); len(got) != perSession+1 || sessions != 2 {
		t.Errorf("%d messages in %d sessions", len(got), sessions)
	}
}

// TestCancelLeavesNoDoubt stops a message while its text goes out.
func TestCancelLeavesNoDoubt(t *testing.T) {
	srv, at := serve(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	text := io.MultiReader(strings.NewReader("x\n\n"), &pull{cancel}, strings.NewReader(strings.Repeat("line\n", 1<<18)))
	_, err := sender(t, "smtp://"+at).Send(ctx, Letter{"a@example.org", []string{"b@example.net"}, text})
	if !errors.Is(err, ErrLater) || !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if got, _, _ := srv.seen(); len(got) != 0 {
		t.Errorf("sent %d", len(got))
	}
}

// pull calls a function when somebody reads.
type pull struct{ f func() }

func (p *pull) Read([]byte) (int, error) { p.f(); return 0, io.EOF }

// TestEndlessReplies is a server that never comes to the end of its greeting.
func TestEndlessReplies(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		for err == nil {
			_, err = io.WriteString(c, strings.Repeat("220-and more\r\n", 1000))
		}
	}()
	_, err = sender(t, "smtp://"+l.Addr().String()).Send(t.Context(), letter("a@b.c", "d@e.f"))
	if !errors.Is(err, ErrAway) || !errors.Is(err, errReplies) {
		t.Errorf("%v", err)
	}
	l.Close()
	<-done
}
