package relay

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"qclean/fixtures/live/relayfake"
)

// hangUpAt answers one verb with a 421 after six recipients.
func hangUpAt(s *relayfake.SMTP, verb string, n *int) {
	s.Command = func(conn net.Conn, _ int, line string) relayfake.Action {
		if strings.HasPrefix(line, verb) && *n >= 6 {
			io.WriteString(conn, "421 4.7.0 enough\r\n")
			return relayfake.HangUp
		}
		return relayfake.Pass
	}
}

// at plays a misbehaviour at every command that begins with verb, but for the controls.
func at(verb string, act func(conn net.Conn) relayfake.Action) *relayfake.SMTP {
	s := relayfake.Closed(site)
	var seen atomic.Int32 // connections that broke may still be at it
	s.Command = func(conn net.Conn, _ int, line string) relayfake.Action {
		if verb == "" && line == "" || verb != "" && strings.HasPrefix(line, verb) {
			if n := seen.Add(1); verb == "" || verb == "EHLO" || n > 2 {
				return act(conn)
			}
		}
		return relayfake.Pass
	}
	return s
}

func endlessLine(conn net.Conn) relayfake.Action {
	for {
		if _, err := io.WriteString(conn, strings.Repeat("x", 512)); err != nil {
			return relayfake.HangUp
		}
	}
}

func continuations(conn net.Conn) relayfake.Action {
	for range 10_000 {
		if _, err := io.WriteString(conn, "550-no\r\n"); err != nil {
			return relayfake.HangUp
		}
	}
	io.WriteString(conn, "550 no\r\n")
	return relayfake.Done
}

func drip(conn net.Conn) relayfake.Action {
	for {
		if _, err := io.WriteString(conn, "5"); err != nil {
			return relayfake.HangUp
		}
		time.Sleep(time.Second) // the bubble's: it costs nothing
	}
}

func escapes(conn net.Conn) relayfake.Action {
	fmt.Fprintf(conn, "550 \x1b]0;gotcha\x07\x1b[2J\u202eno\r\n")
	return relayfake.Done
}

func silence(conn net.Conn) relayfake.Action {
	_, _ = conn.Read(make([]byte, 1))
	return relayfake.HangUp
}

func hangUp(net.Conn) relayfake.Action { return relayfake.HangUp }

func binary(conn net.Conn) relayfake.Action {
	conn.Write([]byte("\x00\xff\x16\x03\x01\r\n"))
	return relayfake.Done
}

func mixed(conn net.Conn) relayfake.Action {
	io.WriteString(conn, "550-no\r\n250 or yes\r\n")
	return relayfake.Done
}

func TestHostileServersAreBounded(t *testing.T) {
	for name, act := range map[string]func(net.Conn) relayfake.Action{
		"endless line": endlessLine, "ten thousand continuation lines": continuations, "drip": drip,
		"silence": silence, "hangs up": hangUp, "binary": binary, "two codes in one answer": mixed,
	} {
		for _, verb := range []string{"MAIL", "RCPT", "RSET"} {
			t.Run(name+" at "+verb, func(t *testing.T) {
				s := at(verb, act)
				rep := mustAsk(t, s, nil)
				want := Unknown
				if verb == "RSET" { // a fresh connection does without it
					want = Shut
				}
				if rep.Outcome != want {
					t.Errorf("outcome %s", rep.Outcome)
				}
				for _, res := range rep.Results {
					if res.Verdict != Refused && res.Verdict != NotKnown && res.Verdict != NotTried {
						t.Errorf("form %d: %s", res.Form.Number, res.Verdict)
					}
					if n := len(res.Reply.Lines); n > maxLines {
						t.Errorf("%d lines are kept", n)
					}
				}
				if want == Unknown && rep.Stopped == "" {
					t.Error("it did not stop")
				}
			})
		}
	}
}

func TestHostileGreetings(t *testing.T) {
	for name, act := range map[string]func(net.Conn) relayfake.Action{
		"endless line": endlessLine, "ten thousand continuation lines": continuations, "drip": drip,
		"silence": silence, "hangs up": hangUp, "binary": binary,
	} {
		for _, verb := range []string{"", "EHLO"} {
			t.Run(name+" at "+verb, func(t *testing.T) {
				rep := mustAsk(t, at(verb, act), nil)
				if rep.Outcome != Void || rep.Void == "" {
					t.Errorf("outcome %s, void %q", rep.Outcome, rep.Void)
				}
			})
		}
	}
}

// TestTotalTime: a server that answers each command just in time ends with the check.
func TestTotalTime(t *testing.T) {
	s := at("MAIL", func(conn net.Conn) relayfake.Action {
		time.Sleep(50 * time.Second)
		io.WriteString(conn, "250 ok\r\n")
		return relayfake.Done
	})
	rep := mustAsk(t, s, nil)
	if rep.Outcome != Unknown || !strings.Contains(rep.Results[len(rep.Results)-1].Why, "too long") {
		t.Errorf("outcome %s: %s", rep.Outcome, rep.Results[len(rep.Results)-1].Why)
	}
}

// TestEscapesStayInTheAnswer: the text is handed on as it came, and the door to the terminal is another's.
func TestEscapesStayInTheAnswer(t *testing.T) {
	rep := mustAsk(t, at("RCPT", escapes), nil)
	if got := rep.find(5).Reply.Lines[0]; !strings.Contains(got, "\x1b]0;") || rep.find(5).Verdict != Refused {
		t.Errorf("%q is %s", got, rep.find(5).Verdict)
	}
}

func TestRefusedConnectionIsVoid(t *testing.T) {
	for name, greet := range map[string]string{"554": "554 5.7.1 go away", "421": "421 4.3.2 busy", "220 in lines": "220-welcome\n220 mail.ours.com"} {
		t.Run(name, func(t *testing.T) {
			rep := mustAsk(t, &relayfake.SMTP{Greet: greet, Rcpt: relayfake.Closed(site).Rcpt}, nil)
			if bad := greet[0] != '2'; bad != (rep.Outcome == Void) {
				t.Errorf("outcome %s, void %q", rep.Outcome, rep.Void)
			}
		})
	}
}

func TestHELOWhereEHLOIsNotKnown(t *testing.T) {
	s := relayfake.Closed(site)
	s.NoEHLO = true
	if rep := mustAsk(t, s, nil); rep.Outcome != Shut || s.Count("HELO") == 0 {
		t.Errorf("outcome %s, %d HELO", rep.Outcome, s.Count("HELO"))
	}
}

// TestHostileNameInGreeting: the server's own name goes into commands.
func TestHostileNameInGreeting(t *testing.T) {
	for _, greet := range []string{"220 a>\rDATA", "220 " + strings.Repeat("a.", 300) + "com", "220 [192.0.2.25] hello", "220"} {
		s := relayfake.Closed(site)
		s.Greet = greet
		rep := mustAsk(t, s, nil)
		if rep.Names.Host != "" || rep.find(6).Verdict != NotTried || rep.Outcome != Unknown {
			t.Errorf("%q: host %q, outcome %s", greet, rep.Names.Host, rep.Outcome)
		}
	}
}
