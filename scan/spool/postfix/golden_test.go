package postfix

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/spool"
	"qclean/scan/spool/spooltest"
)

// listed is one line of `postqueue -j`.
type listed struct {
	Queue      string   `json:"queue_name"`
	ID         string   `json:"queue_id"`
	Arrived    int64    `json:"arrival_time"`
	Size       int64    `json:"message_size"`
	Sender     string   `json:"sender"`
	Recipients []served `json:"recipients"`
}

type served struct {
	Address string `json:"address"`
	Reason  string `json:"delay_reason"`
}

func readListing(t *testing.T, queue string) []listed {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(queue, "listing.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		var l listed
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

// TestAgreesWithPostqueue compares each message with what Postfix's own lister
// said of it on the same queue.
func TestAgreesWithPostqueue(t *testing.T) {
	s, queue := golden(t)
	entries, _ := spooltest.Collect(t, s.Entries(t.Context()))
	all := readListing(t, queue)
	if len(all) < 15 {
		t.Fatalf("the listing has %d messages only", len(all))
	}
	for _, want := range all {
		e, ok := entries[spool.ID(want.ID)]
		if !ok {
			t.Errorf("%s is missing", want.ID)
			continue
		}
		if err := s.Stat(t.Context(), &e); err != nil {
			t.Errorf("%s: %v", want.ID, err)
		}
		if _, err := s.Load(t.Context(), &e, make([]byte, 1<<16)); err != nil {
			t.Errorf("%s: %v", want.ID, err)
		}
		got := listed{Queue: e.Queue, ID: string(e.ID), Arrived: e.Arrived.Unix(), Size: mailqSize(t, s, e), Sender: e.Envelope.From}
		if e.Envelope.Null {
			got.Sender = "MAILER-DAEMON" // as mailq writes <>
		}
		if !slices.ContainsFunc(want.Recipients, func(r served) bool { return r.Reason == e.Envelope.Reason }) {
			t.Errorf("%s: reason %q", want.ID, e.Envelope.Reason)
		}
		var to []string
		for _, r := range want.Recipients {
			to = append(to, r.Address)
		}
		want.Recipients = nil
		if want.Queue == "maildrop" { // there is no C record yet
			want.Size, got.Size = want.Size-e.Size, 0
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-postqueue +ours):\n%s", want.ID, diff)
		}
		if diff := cmp.Diff(sorted(to), sorted(e.Envelope.To)); diff != "" && e.Envelope.To[0] != "all@example.com" {
			t.Errorf("%s recipients (-postqueue +ours):\n%s", want.ID, diff)
		}
	}
}

func sorted(s []string) []string { slices.Sort(s); return s }

// mailqSize is the size that mailq shows, which only the C record has.
func mailqSize(t *testing.T, s *queueDir, e spool.Entry) int64 {
	t.Helper()
	f, info, err := s.open(t.Context(), &e)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var q queueFile
	q.open(f, info.Size)
	q.load(nil)
	return q.sizes.content
}

// TestTextIsPostcats compares every text, read at once and streamed, with postcat -bh.
func TestTextIsPostcats(t *testing.T) {
	s, queue := golden(t)
	entries, _ := spooltest.Collect(t, s.Entries(t.Context()))
	texts, err := os.ReadDir(filepath.Join(queue, "text"))
	if err != nil || len(texts) < 15 {
		t.Fatalf("%d texts: %v", len(texts), err)
	}
	for _, f := range texts {
		want, err := os.ReadFile(filepath.Join(queue, "text", f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		e := entries[spool.ID(f.Name())]
		if e.ID == "" {
			t.Errorf("%s is missing", f.Name())
			continue
		}
		text, err := s.Load(t.Context(), &e, make([]byte, 1<<16))
		if err != nil || text.Cut || len(text.Flaws) > 0 {
			t.Errorf("%s: %v %v %v", e.ID, text.Cut, text.Flaws, err)
		}
		if diff := cmp.Diff(string(want), string(text.Bytes)); diff != "" {
			t.Errorf("%s at once (-postcat +ours):\n%s", e.ID, diff)
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
		half, err := s.Load(t.Context(), &e, make([]byte, len(want)/2))
		if err != nil || !half.Cut || !bytes.Equal(half.Bytes, want[:len(want)/2]) {
			t.Errorf("%s cut: %v %v", e.ID, half.Cut, err)
		}
	}
}

// TestEnvelopes looks at one message of each kind.
func TestEnvelopes(t *testing.T) {
	s, _ := golden(t)
	entries, _ := spooltest.Collect(t, s.Entries(t.Context()))
	byRcpt := map[string]spool.Envelope{} // by recipients
	for _, e := range entries {
		text, err := s.Load(t.Context(), &e, make([]byte, 1<<16))
		if err != nil {
			t.Fatal(err)
		}
		if len(e.Envelope.To) == 0 || len(text.Flaws) > 0 {
			continue
		}
		e.Envelope.Reason = strings.TrimPrefix(e.Envelope.Reason, "delivery temporarily suspended: ")
		byRcpt[strings.Join(sorted(e.Envelope.To), " ")] = e.Envelope
	}
	const refused = "connect to 127.0.0.1[127.0.0.1]:2526: Connection refused"
	for name, want := range map[string]spool.Envelope{
		"login": {From: "alice@example.org", To: []string{"r12@example.net"}, AuthUser: "alice",
			ClientIP: "192.0.2.13", Helo: "client.example.com", Reason: refused},
		"null sender, served in part": {Null: true, To: []string{"second10@example.net"}, ClientIP: "192.0.2.11", Helo: "client.example.com",
			Reason: "host 127.0.0.1[127.0.0.1] said: 451 4.3.0 Later (in reply to RCPT TO command)"},
		"recipients behind the text": {From: "nobody@example.org", To: []string{"t1@example.net", "t2@example.net"}, Reason: refused},
		"odd addresses":              {Null: true, To: []string{`"local part"@example.net`, "a%b@example.net", "quoted@mail.example.org"}, Reason: refused},
		"redirected":                 {From: "sender31@example.com", To: []string{"all@example.com"}, ClientIP: "192.0.2.32", Helo: "client.example.com", Reason: refused},
		"changed by a milter": {From: "changed-sender@example.org", To: []string{"r36@example.net", "added@example.net"}, AuthUser: "alice",
			ClientIP: "192.0.2.37", Helo: "client.example.com", Reason: refused},
		"in maildrop": {From: "drop@example.org", To: []string{"w@example.net"}},
	} {
		got, ok := byRcpt[strings.Join(sorted(want.To), " ")]
		if !ok {
			t.Errorf("%s: no message", name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestUnfinishedFiles tells what may not be taken for a whole message.
func TestUnfinishedFiles(t *testing.T) {
	s, _ := golden(t)
	for id, want := range map[spool.ID][]string{
		"0BADF00D1": {"mode 0400: Postfix will not deliver it", "record beyond the end of the file"},
		"0BADF00D2": {"still being written", "record beyond the end of the file"},
	} {
		e, err := s.Find(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		text, err := s.Load(t.Context(), &e, make([]byte, 1<<16))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, text.Flaws); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
		if e.Envelope.From != "sender11@example.com" {
			t.Errorf("%s: sender %q was not read", id, e.Envelope.From)
		}
	}
}
