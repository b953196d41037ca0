package postfix

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/spool"
	"qclean/scan/spool/spooltest"
)

// rec is one record; long lengths are encoded as record.c does.
func rec(kind byte, data string) string {
	var b []byte
	n := len(data)
	for ; n > 0x7f; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return string(kind) + string(append(b, byte(n))) + data
}

// file is a whole queue file; extra records go between sender and recipients.
func file(from, text, extra string, to ...string) string {
	var lines, rcpts strings.Builder
	for line := range strings.Lines(text) {
		if l, ok := strings.CutSuffix(line, "\n"); ok {
			lines.WriteString(rec('N', l))
		} else {
			lines.WriteString(rec('L', line))
		}
	}
	for _, a := range to {
		if strings.ContainsAny(a[:1], "D/") && a[1] == ':' {
			rcpts.WriteString(rec(a[0], a[2:]))
		} else {
			rcpts.WriteString(rec('O', a) + rec('R', a))
		}
	}
	env := rec('T', "1795328969 798092") + rec('A', "create_time=1795328970") + extra + rec('S', from) + rcpts.String() + rec('M', "")
	size := fmt.Sprintf("%15d %15d %15d %15d %15d %15d", lines.Len(), 97+len(env), len(to), 0, lines.Len(), 0)
	return rec('C', size) + env + lines.String() + rec('X', "") + rec('E', "")
}

var received = time.Unix(1795328969, 798092000)

const (
	text1 = "Received: from client\nFrom: a@example.com\n\nHello.\n"
	text2 = "Subject: long\n\n" + "no line end at the end"
)

// lay writes files with their modes.
func lay(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(p, 0o700); err != nil {
				t.Fatal(err)
			}
			continue
		}
		mode := os.FileMode(0o700)
		if content == "" || strings.Contains(name, "/incoming/") {
			mode = 0o600
		}
		if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(p, mode); err != nil {
			t.Fatal(err)
		}
	}
}

func control(name string) []spool.File { return []spool.File{{Name: name, Role: spool.Control}} }

const deferLog = "\n<b@example.net>: connect to mx: Connection timed out\nrecipient=b@example.net\noffset=123\nstatus=4.4.1\naction=delayed\nreason=connect to mx: Connection timed out\n"

var wholeSpool = spooltest.Golden{
	Name: "whole queue directory",
	Make: func(t *testing.T, dir string) string {
		lay(t, dir, map[string]string{
			"postfix/maildrop/": "", "postfix/active/": "", "postfix/corrupt/": "", "postfix/pid/master.pid": "   1234\n",
			"postfix/deferred/C/C89C5D4258": file("a@example.com", text1,
				rec('A', "log_client_address=192.0.2.9")+rec('A', "client_address=127.0.0.1")+rec('A', "sasl_username=alice"),
				"b@example.net", "D:done@example.net", "/:cancelled@example.net"),
			"postfix/defer/C/C89C5D4258":          deferLog,
			"postfix/deferred/C/4jXF475g7wz6X4V":  file("", text2, "", "two words@example.net"),
			"postfix/hold/C8A00D4259":             file("h@example.com", text1, rec('>', "all@example.org"), "b@example.net", "c@example.net"),
			"postfix/incoming/C8B00D425A":         file("i@example.com", text1, "", "b@example.net"),
			"postfix/deferred/notes.txt":          "not a message",
			"postfix/deferred/core/":              "",
			"postfix/active/123456.789":           "",
			"postfix/.old/deferred/r/C00000001AA": file("old@example.com", text1, "", "b@example.net"),
		})
		return "postfix"
	},
	Want: []spooltest.Message{
		{ID: "C89C5D4258", Queue: "deferred", Files: control("postfix/deferred/C/C89C5D4258"), Arrived: received, Text: text1,
			Envelope: spool.Envelope{From: "a@example.com", To: []string{"b@example.net"}, AuthUser: "alice", ClientIP: "192.0.2.9", Reason: "connect to mx: Connection timed out"}},
		{ID: "4jXF475g7wz6X4V", Queue: "deferred", Files: control("postfix/deferred/C/4jXF475g7wz6X4V"), Arrived: received, Text: text2,
			Envelope: spool.Envelope{Null: true, To: []string{`"two words"@example.net`}}},
		{ID: "C8A00D4259", Queue: "hold", Files: control("postfix/hold/C8A00D4259"), Arrived: received, Text: text1, Frozen: true,
			Envelope: spool.Envelope{From: "h@example.com", To: []string{"all@example.org"}}},
		{ID: "C8B00D425A", Queue: "incoming", Files: control("postfix/incoming/C8B00D425A"), Arrived: received, Text: text1,
			Envelope: spool.Envelope{From: "i@example.com", To: []string{"b@example.net"}}, Flaws: []string{"still being written"}},
	},
	Left:   []string{"postfix/deferred/notes.txt", "postfix/deferred/core", "postfix/active/123456.789"},
	Decoys: []string{"postfix/deferred/A/A0000D4258", "postfix/hold/A0000D4259", "postfix/maildrop/A0000D425A", "postfix/incoming/A0000D425B"},
	Layout: &spool.Layout{MTA: "postfix", Pickup: "postfix/maildrop", Queues: []spool.Queue{
		{Name: "maildrop", Dir: "postfix/maildrop", Old: "postfix/.old/maildrop"},
		{Name: "incoming", Dir: "postfix/incoming", Old: "postfix/.old/incoming"},
		{Name: "active", Dir: "postfix/active", Old: "postfix/.old/active"},
		{Name: "deferred", Dir: "postfix/deferred", Old: "postfix/.old/deferred"},
		{Name: "hold", Dir: "postfix/hold", Old: "postfix/.old/hold"},
		{Name: "corrupt", Dir: "postfix/corrupt", Old: "postfix/.old/corrupt"},
	}, Logs: []string{"postfix/defer", "postfix/bounce", "postfix/trace"}},
}

// oneOf is a queue given by itself, among the others or alone.
func oneOf(name, queue string, siblings bool) spooltest.Golden {
	return spooltest.Golden{
		Name: name,
		Make: func(t *testing.T, dir string) string {
			if siblings {
				lay(t, dir, map[string]string{"maildrop/": "", "active/": "", "incoming/": "", "hold/": ""})
			}
			lay(t, dir, map[string]string{
				queue + "/C/C89C5D4258": file("a@example.com", text1, "", "b@example.net"),
				queue + "/C/":           "",
				queue + "/core/":        "",
			})
			return queue
		},
		Want: []spooltest.Message{
			{ID: "C89C5D4258", Queue: queue, Files: control(queue + "/C/C89C5D4258"), Arrived: received, Text: text1,
				Envelope: spool.Envelope{From: "a@example.com", To: []string{"b@example.net"}}},
		},
		Left:   []string{queue + "/core"},
		Decoys: []string{queue + "/A/A0000D4258"},
	}
}

func TestConformance(t *testing.T) {
	spooltest.Run(t, Driver{}, wholeSpool, oneOf("one queue among its siblings", "deferred", true),
		oneOf("a copied queue by itself", "deferred", false), oneOf("a copied queue under another name", "deferred-copy", false))
}

// TestRebuiltFileIsWhatPickupTakes reads back what Form writes.
func TestRebuiltFileIsWhatPickupTakes(t *testing.T) {
	s := openWhole(t)
	env := spool.Envelope{From: `"a b"@example.com`, To: []string{"b@example.net", `"c d"@example.net`},
		AuthUser: "alice", ClientIP: "192.0.2.1", ClientName: "mx.example.com", Helo: "line\nend"}
	text := "Subject: x\r\n\r\n" + strings.Repeat("y", 5000) + "\r\n" + strings.Repeat("z", lineLimit) + "\r\n.\r\nend"
	var out bytes.Buffer
	if err := s.Form(&out, env, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	var q queueFile
	q.open(bytes.NewReader(out.Bytes()), int64(out.Len()))
	buf := make([]byte, 1<<16)
	n, cut, err := q.load(buf)
	if err != nil || cut {
		t.Fatalf("cut %v: %v", cut, err)
	}
	if want := strings.ReplaceAll(text, "\r\n", "\n") + "\n"; string(buf[:n]) != want {
		t.Errorf("text is %q", buf[:n])
	}
	env.Helo = "" // it would have begun another line
	if diff := cmp.Diff(env, q.Envelope); diff != "" {
		t.Errorf("envelope (-want +got):\n%s", diff)
	}
	if bytes.Contains(out.Bytes(), []byte{'N', 0x80, 0x10, '\r'}) {
		t.Error("a carriage return was left")
	}
}

func TestFormRefuses(t *testing.T) {
	s := openWhole(t)
	for name, env := range map[string]spool.Envelope{
		"no recipient":         {From: "a@example.com"},
		"recipients not known": {From: "a@example.com", To: []string{"b@example.net"}, More: 1},
		"no sender":            {To: []string{"b@example.net"}},
		"line end in a sender": {From: "a@example.com\nR", To: []string{"b@example.net"}},
		"NUL in a recipient":   {From: "a@example.com", To: []string{"b\x00@example.net"}},
		"empty recipient":      {From: "a@example.com", To: []string{""}},
		"endless recipient":    {From: "a@example.com", To: []string{strings.Repeat("b", lineLimit)}},
	} {
		var out bytes.Buffer
		if err := s.Form(&out, env, strings.NewReader("x\n")); err == nil || out.Len() > 0 {
			t.Errorf("%s: no error, or %d bytes written", name, out.Len())
		}
	}
}

func openWhole(t testing.TB) *queueDir {
	t.Helper()
	dir := t.TempDir()
	lay(t, dir, map[string]string{"postfix/maildrop/": "", "postfix/active/": "", "postfix/deferred/": "", "postfix/hold/": "", "postfix/incoming/": ""})
	return openAt(t, dir, "postfix")
}
