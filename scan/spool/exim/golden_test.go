package exim

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/disk"
	"qclean/scan/spool"
	"qclean/scan/spool/spooltest"
)

// golden is a spool in a fresh folder, and the folder's name.
func golden(t testing.TB) (*spoolDir, string) {
	t.Helper()
	dir := t.TempDir()
	at := filepath.Join(dir, "exim4")
	if err := os.Mkdir(at, 0o755); err != nil {
		t.Fatal(err)
	}
	spooltest.Unpack(t, "testdata/spool.tar.gz", at) // made by fixtures/live/golden-exim.sh
	return openAt(t, dir, "exim4"), at
}

func openAt(t testing.TB, dir, at string) *spoolDir {
	t.Helper()
	tree, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	s, err := Driver{}.Open(tree, at)
	if err != nil {
		t.Fatal(err)
	}
	return s.(*spoolDir)
}

// listed is one message as `exim -bp` shows it.
type listed struct {
	ID, Queue, Sender string
	Frozen            bool
	Waiting           []string
}

// readListing parses " 0m   441 ID <sender> *** frozen ***", then a line for
// each recipient with "D" before those who were served.
func readListing(t *testing.T, name, queue string) (all []listed) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		switch {
		case strings.Contains(line, "<") && !strings.HasPrefix(line, "     "):
			i := slices.IndexFunc(f, func(s string) bool { return s[0] == '<' })
			all = append(all, listed{ID: f[i-1], Queue: queue, Sender: strings.Trim(f[i], "<>"), Frozen: len(f) > i+1})
		case len(f) > 0 && f[0] != "D":
			m := &all[len(all)-1]
			m.Waiting = append(m.Waiting, strings.TrimSpace(line))
		}
	}
	return all
}

// TestAgreesWithExim compares each message with what Exim's own lister said of
// it on the same spool.
func TestAgreesWithExim(t *testing.T) {
	s, at := golden(t)
	entries, left := spooltest.Collect(t, s.Entries(t.Context()))
	if diff := cmp.Diff([]string{"exim4/input/1aaaaa-000000-00-D: body without a header file: left over, or being received"}, left); diff != "" {
		t.Errorf("left alone (-want +got):\n%s", diff)
	}
	all := append(readListing(t, filepath.Join(at, "listing"), "input"), readListing(t, filepath.Join(at, "listing.other"), "other")...)
	if len(all) < 13 || len(all) != len(entries) {
		t.Fatalf("%d messages are listed, %d are read", len(all), len(entries))
	}
	for _, want := range all {
		e := entries[spool.ID(want.ID)]
		if err := s.Stat(t.Context(), &e); err != nil {
			t.Errorf("%s: %v", want.ID, err)
			continue
		}
		if _, err := s.Load(t.Context(), &e, make([]byte, 1<<16)); err != nil {
			t.Errorf("%s: %v", want.ID, err)
		}
		got := listed{ID: string(e.ID), Queue: e.Queue, Sender: e.Envelope.From, Frozen: e.Frozen, Waiting: e.Envelope.To}
		slices.Sort(got.Waiting)
		slices.Sort(want.Waiting)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-exim +ours):\n%s", want.ID, diff)
		}
		if e.Envelope.Null != (want.Sender == "") || e.Envelope.Reason == "" && want.Sender != "" {
			t.Errorf("%s: null %v, reason %q", want.ID, e.Envelope.Null, e.Envelope.Reason)
		}
		if e.Arrived.Unix() != arrived(want.ID).Unix() || e.Arrived.Nanosecond() == 0 {
			t.Errorf("%s: arrived %v", want.ID, e.Arrived)
		}
	}
}

// TestTextIsExims compares every text, read at once and streamed, with exim -Mvc.
func TestTextIsExims(t *testing.T) {
	s, at := golden(t)
	texts, err := os.ReadDir(filepath.Join(at, "text"))
	if err != nil || len(texts) < 11 {
		t.Fatalf("%d texts: %v", len(texts), err)
	}
	for _, f := range texts {
		want, err := os.ReadFile(filepath.Join(at, "text", f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		e, err := s.Find(t.Context(), spool.ID(f.Name()))
		if err != nil {
			t.Errorf("%s: %v", f.Name(), err)
			continue
		}
		text, err := s.Load(t.Context(), &e, make([]byte, 1<<16))
		if err != nil || text.Cut || len(text.Flaws) > 0 {
			t.Errorf("%s: %v %v %v", e.ID, text.Cut, text.Flaws, err)
		}
		want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n")) // wire format is shown as it lies there
		if diff := cmp.Diff(string(want), string(text.Bytes)); diff != "" {
			t.Errorf("%s at once (-exim +ours):\n%s", e.ID, diff)
		}
		body, err := s.Body(t.Context(), &e)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(body)
		body.Close()
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s streamed: %v\n%s", e.ID, err, cmp.Diff(string(want), string(got)))
		}
	}
}

// TestEnvelopes looks at one message of each kind.
func TestEnvelopes(t *testing.T) {
	s, _ := golden(t)
	entries, _ := spooltest.Collect(t, s.Entries(t.Context()))
	got, flaws := map[string]spool.Envelope{}, map[string][]string{}
	for _, e := range entries {
		text, err := s.Load(t.Context(), &e, make([]byte, 1<<16))
		if err != nil {
			t.Fatal(err)
		}
		e.Envelope.Reason = ""
		got[strings.Join(e.Envelope.To, " ")] = e.Envelope
		flaws[strings.Join(e.Envelope.To, " ")] = text.Flaws
	}
	for name, want := range map[string]spool.Envelope{
		"login, and a journal": {From: "alice@example.org", To: []string{"r15@example.net"}, AuthUser: "alice", ClientIP: "127.0.0.1", Helo: "client.example.com"},
		"served in part":       {Null: true, To: []string{"second10@example.net"}, ClientIP: "127.0.0.1", Helo: "client.example.com"},
		"a web server's, with an expanded list": {From: "web@example.org", To: []string{`"a b"@example.net`, "two@example.net", "one@example.net"},
			AuthUser: "www-data"},
		"wire format":           {From: "alice@example.org", To: []string{"r24@example.net"}, AuthUser: "alice", ClientIP: "127.0.0.1", Helo: "client.example.com"},
		"bounce of its own":     {Null: true, To: []string{"alice@example.org"}},
		"in a queue of its own": {From: "sender31@example.com", To: []string{"r31@example.net"}, ClientIP: "127.0.0.1", Helo: "client.example.com"},
		"body lost":             {From: "sender13@example.com", To: []string{"r13@example.net"}, ClientIP: "127.0.0.1", Helo: "client.example.com"},
	} {
		to := strings.Join(want.To, " ")
		if diff := cmp.Diff(want, got[to]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		var wantFlaws []string
		if name == "body lost" {
			wantFlaws = []string{"no body file"}
		}
		if diff := cmp.Diff(wantFlaws, flaws[to]); diff != "" {
			t.Errorf("%s: flaws (-want +got):\n%s", name, diff)
		}
	}
}

func TestReason(t *testing.T) {
	for name, c := range map[string]struct{ log, want string }{
		"refused":        {"2026-11-22 06:51:56 Received from a\n2026-11-22 06:51:56 r@example.net R=all T=next defer (111): Connection refused\n", "Connection refused"},
		"nothing new":    {"x R=a T=b defer (110): Connection timed out\nx R=a T=b defer (-54): retry time not reached for any host\n", "Connection timed out"},
		"only that":      {"x R=a T=b defer (-54): retry time not reached for any host\n", "retry time not reached for any host"},
		"with a host":    {"x R=a T=b defer (-44) H=mx [192.0.2.1]: SMTP error: 451 4.3.0 Later\n", "SMTP error: 451 4.3.0 Later"},
		"last counts":    {"x defer (1): first\nx defer (2): second\n", "second"},
		"nothing at all": {"", ""},
	} {
		if got := parseReason(nil, []byte(c.log)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
