package relay

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"qclean/fixtures/live/relayfake"
)

// dsn is a report about a message (RFC 3464).
func dsn(original []byte, extra string) string {
	return "From: MAILER-DAEMON@ours.com\r\nTo: me@elsewhere.net\r\nSubject: Undeliverable\r\nContent-Type: multipart/report; boundary=b\r\n\r\n" +
		"--b\r\n\r\nNo such user.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.ours.com\r\n\r\n" + extra +
		"--b\r\nContent-Type: message/rfc822\r\n\r\n" + string(original) + "\r\n--b--\r\n"
}

// queueOf gives a finder over messages.
func finderOf(pieces *[]Piece) Finder {
	return func(context.Context) iter.Seq2[Piece, error] {
		return func(yield func(Piece, error) bool) {
			for _, p := range *pieces {
				if !yield(p, nil) {
					return
				}
			}
		}
	}
}

// verdicts are the proved ones, by form.
func verdicts(r *Report) map[int]string {
	out := map[int]string{}
	for _, res := range r.Results {
		if res.Token != "" {
			out[res.Form.Number] = res.Verdict.String()
		}
	}
	return out
}

// TestProofTellsFormsApart plays Lotus: accepts everything, relays percent
// forms of the null sender's kind, bounces the rest, and keeps quiet about one.
func TestProofTellsFormsApart(t *testing.T) {
	var inbox, queue []Piece
	s := relayfake.AcceptAll(site)
	s.Take = func(from, to string, text []byte) string {
		text = bytes.Clone(text)
		switch {
		case strings.Contains(to, "%"):
			inbox = append(inbox, Piece{Where: "inbox", Text: text})
		case strings.Contains(to, "!"): // vanishes
		default:
			queue = append(queue, Piece{Where: "queue", Queue: true, Null: true, Text: []byte(dsn(text, "Final-Recipient: rfc822; "+to+"\r\nAction: failed\r\n\r\n"))})
		}
		return "250 queued"
	}
	rep := mustAsk(t, s, func(o *Options) {
		o.Prove = &Proof{Finders: []Finder{finderOf(&inbox), finderOf(&queue)}, Wait: time.Minute}
	})
	want := map[int]string{}
	for _, f := range Forms() {
		switch {
		case f.Number == 22: // nothing is sent to a host that is not the mailbox's
		case f.Number == 23:
			want[23] = "bounces later"
		case strings.Contains(f.To, "%"):
			want[f.Number] = "relays"
		case strings.Contains(f.To, "!"):
			want[f.Number] = "accepted"
		default:
			want[f.Number] = "bounces later"
		}
	}
	if diff := cmp.Diff(want, verdicts(rep)); diff != "" {
		t.Error(diff)
	}
	if rep.Outcome != Open || rep.Void != "" {
		t.Errorf("outcome %s, void %q", rep.Outcome, rep.Void)
	}
	if why := rep.find(14).Why; !strings.Contains(why, "found nowhere") {
		t.Errorf("form 14: %s", why)
	}
}

func TestProofs(t *testing.T) {
	remote := "Final-Recipient: rfc822; me@elsewhere.net\r\nAction: failed\r\nRemote-MTA: dns; mx.elsewhere.net\r\nDiagnostic-Code: smtp; 550 spam\r\n\r\n"
	for name, tc := range map[string]struct {
		piece   func(text []byte) (Piece, bool)
		answer  string
		verdict Verdict
		outcome Outcome
	}{
		"delivered":                    {func(b []byte) (Piece, bool) { return Piece{Text: b}, true }, "", Relays, Open},
		"bounced in our queue":         {func(b []byte) (Piece, bool) { return Piece{Text: []byte(dsn(b, "")), Queue: true, Null: true}, true }, "", BouncesLater, Leaks},
		"bounced to the mailbox":       {func(b []byte) (Piece, bool) { return Piece{Text: []byte(dsn(b, "")), Null: true}, true }, "", BouncesLater, Leaks},
		"bounced after another server": {func(b []byte) (Piece, bool) { return Piece{Text: []byte(dsn(b, remote)), Null: true}, true }, "", Relays, Open},
		"queued for the mailbox outside": {func(b []byte) (Piece, bool) {
			return Piece{Text: b, Queue: true, To: []string{"ME@elsewhere.net"}}, true
		}, "", Relays, Open},
		"queued for somebody of ours": {func(b []byte) (Piece, bool) { return Piece{Text: b, Queue: true, To: []string{"x@ours.com"}}, true }, "", Accepted, Ajar},
		"nowhere":                     {func([]byte) (Piece, bool) { return Piece{}, false }, "", Accepted, Ajar},
		"another's token": {func([]byte) (Piece, bool) {
			return Piece{Text: []byte(tokenField + ": " + newToken() + "\r\n\r\n")}, true
		}, "", Accepted, Ajar},
		"refused after DATA":              {nil, "550 5.7.1 no", Refused, Shut},
		"put off after DATA":              {nil, "451 4.3.0 later", NotKnown, Unknown},
		"a quote of the token in a reply": {func(b []byte) (Piece, bool) { return Piece{Text: []byte("Subject: Re: x\r\n\r\n> " + string(b))}, true }, "", BouncesLater, Leaks},
	} {
		t.Run(name, func(t *testing.T) {
			var found []Piece
			s := relayfake.Hack(site, "percent")
			s.Take = func(_, _ string, text []byte) string {
				if tc.answer != "" {
					return tc.answer
				}
				if p, ok := tc.piece(bytes.Clone(text)); ok {
					found = append(found, p)
				}
				return "250 ok"
			}
			rep := mustAsk(t, s, func(o *Options) { o.Prove = &Proof{Finders: []Finder{finderOf(&found)}} })
			if got := rep.find(5); got.Verdict != tc.verdict || rep.Outcome != tc.outcome {
				t.Errorf("form 5 %s (%s), outcome %s", got.Verdict, got.Why, rep.Outcome)
			}
			if got := s.Count("DATA"); got != 3 {
				t.Errorf("%d DATA for the three percent forms", got)
			}
		})
	}
}

// TestNothingIsSentWithoutAGoodControl: --prove is no reason to send mail to a server that is not ours.
func TestNothingIsSentWithoutAGoodControl(t *testing.T) {
	s := &relayfake.SMTP{Name: site.Host, Rcpt: func(_, to string, _ bool) string {
		if strings.HasPrefix(to, "postmaster") {
			return "550 5.1.1 who?"
		}
		return "250 ok"
	}}
	rep := mustAsk(t, s, func(o *Options) { o.Prove = &Proof{} })
	if s.Count("DATA") != 0 || rep.Outcome != Void {
		t.Errorf("%d DATA, outcome %s", s.Count("DATA"), rep.Outcome)
	}
}

func TestProofMessage(t *testing.T) {
	n, err := names().complete()
	if err != nil {
		t.Fatal(err)
	}
	c := &checker{rep: &Report{Target: target(), Names: n}}
	token := newToken()
	text := c.message(Forms()[4], token)
	if !carries(text, token) || !bytes.HasSuffix(text, []byte("\r\n.\r\n")) || bytes.Count(text, []byte("\r\n.")) != 1 {
		t.Errorf("%s", text)
	}
	if bytes.Count(text, []byte("\n")) != bytes.Count(text, []byte("\r\n")) {
		t.Error("a bare line end")
	}
	if got := tokens([]byte(dsn(text, ""))); len(got) != 1 || got[0] != token {
		t.Errorf("tokens in the report: %v", got)
	}
	if carries([]byte(dsn(text, "")), token) {
		t.Error("a report passes for the message")
	}
}

func TestInboxes(t *testing.T) {
	for name, kind := range map[string]struct {
		prepare func(dir string) string // gives the path to name
		deliver func(path, text string) error
	}{
		"maildir": {func(dir string) string {
			for _, d := range []string{"new", "cur", "tmp"} {
				must(os.Mkdir(filepath.Join(dir, d), 0o700))
			}
			must(os.WriteFile(filepath.Join(dir, "cur", "old"), []byte("old"), 0o600))
			must(os.Chtimes(filepath.Join(dir, "cur", "old"), time.Unix(1e9, 0), time.Unix(1e9, 0)))
			must(os.Symlink("/etc/passwd", filepath.Join(dir, "new", "link")))
			return dir
		}, func(path, text string) error {
			return os.WriteFile(filepath.Join(path, "new", fmt.Sprint(len(text))), []byte(text), 0o600)
		}},
		"folder": {func(dir string) string { return dir }, func(path, text string) error {
			return os.WriteFile(filepath.Join(path, fmt.Sprint(len(text))), []byte(text), 0o600)
		}},
		"mbox": {func(dir string) string {
			path := filepath.Join(dir, "mbox")
			must(os.WriteFile(path, []byte("From old\nSubject: old\n\nold\n"), 0o600))
			return path
		}, func(path, text string) error {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			must(err)
			defer f.Close()
			_, err = f.WriteString("From me@x Mon Jan  1 00:00:00 2001\n" + text)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			path := kind.prepare(t.TempDir())
			in, err := OpenInbox(path, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			must(kind.deliver(path, "Subject: one\n\na\n"))
			must(kind.deliver(path, "Subject: three\n\nb\n"))
			got := map[string]bool{}
			for p, err := range in.Find(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				got[strings.SplitN(string(p.Text), "\n", 2)[0]] = true
			}
			if diff := cmp.Diff(map[string]bool{"Subject: one": true, "Subject: three": true}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEmptiedMbox(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mbox")
	must(os.WriteFile(path, bytes.Repeat([]byte("x"), 1000), 0o600))
	in, err := OpenInbox(path, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	must(os.WriteFile(path, []byte("From x\nnew\n"), 0o600))
	for p, err := range in.Find(t.Context()) {
		if err != nil || string(p.Text) != "new\n" {
			t.Errorf("%q, %v", p.Text, err)
		}
		return
	}
	t.Error("nothing was found")
}

func TestNoInbox(t *testing.T) {
	if _, err := OpenInbox(filepath.Join(t.TempDir(), "none"), time.Now()); err == nil {
		t.Error("opened what is not there")
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func FuzzSplit(f *testing.F) {
	f.Add([]byte("From a\nx\nFrom b\ny\n"))
	f.Add([]byte("From "))
	f.Add([]byte(tokenMark + tokenMark + "\n\nFrom \n"))
	f.Fuzz(func(t *testing.T, box []byte) {
		total, n := 0, 0
		for text := range split(box) {
			total += len(text)
			n++
			for _, token := range tokens(text) {
				carries(text, token)
				res := Result{Form: Forms()[0]}
				settle(&res, token, Piece{Text: text}, "me@elsewhere.net")
				if res.Verdict != Relays && res.Verdict != BouncesLater {
					t.Errorf("a token in %q is %s", text, res.Verdict)
				}
			}
		}
		if total > len(box) || n > maxPieces {
			t.Errorf("%d bytes in %d pieces out of %d", total, n, len(box))
		}
	})
}
