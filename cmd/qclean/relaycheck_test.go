package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"qclean/cmd/ui"
	"qclean/fixtures/live/relayfake"
	"qclean/scan/dnsbl"
)

// ask runs one command as a script would, with streams that are no terminal.
func ask(t *testing.T, make func(*app) *cobra.Command, asJSON bool, args ...string) (code int, out, talk string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{ui: &ui.Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr}, now: time.Now, json: asJSON, stateDir: filepath.Join(t.TempDir(), "state")}
	cmd := make(a)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	cmd.SetOut(&stdout)
	cmd.SetErr(&stderr)
	err := explain(cmd.ExecuteContext(context.Background()))
	var exit *ui.Exit
	if errors.As(err, &exit) {
		fmt.Fprintln(&stderr, exit.Error(), exit.Hint)
	} else if err != nil {
		fmt.Fprintln(&stderr, err)
	}
	return ui.CodeOf(err), stdout.String(), stderr.String()
}

var playedSite = relayfake.Site{Domain: "ours.com", Host: "mail.ours.com", IP: "127.0.0.1"}

func listen(t *testing.T, s *relayfake.SMTP) string {
	t.Helper()
	l, err := s.Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

func TestRelaycheckExitCodes(t *testing.T) {
	refusesUs := relayfake.Closed(playedSite)
	refusesUs.Greet = "554 5.7.1 no \x1b[2Jservice"
	for name, tc := range map[string]struct {
		server *relayfake.SMTP
		code   int
		talk   string
	}{
		"shut":          {relayfake.Closed(playedSite), ui.Done, "The door is shut"},
		"route":         {relayfake.Hack(playedSite, "route"), ui.Failed, "OPEN RELAY"},
		"domain only":   {relayfake.DomainOnly(playedSite), ui.InPart, "--prove ADDRESS"},
		"trusts us":     {relayfake.AcceptAll(playedSite), ui.InPart, "proves nothing about outsiders"},
		"no connection": {refusesUs, ui.InPart, `no \x1b[2Jservice`},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, talk := ask(t, newRelaycheck, false, listen(t, tc.server), "--local-domain", "ours.com", "--pause", "0s")
			if code != tc.code || !strings.Contains(talk, tc.talk) {
				t.Errorf("code %d\n%s", code, talk)
			}
			if strings.Contains(out+talk, "\x1b") {
				t.Error("an escape sequence came through")
			}
			if rows := strings.Count(out, "\n"); rows < 24 {
				t.Errorf("%d rows:\n%s", rows, out)
			}
			if tc.server.Count("DATA") > 0 {
				t.Error("DATA was sent")
			}
		})
	}
}

func TestRelaycheckNothingListens(t *testing.T) {
	l, err := relayfake.Closed(playedSite).Listen()
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if code, _, talk := ask(t, newRelaycheck, false, l.Addr().String(), "--local-domain", "ours.com"); code != ui.Failed {
		t.Errorf("code %d\n%s", code, talk)
	}
}

// TestRelaycheckProves plays a server that delivers percent forms outside,
// bounces quoted ones into its own queue, and loses the rest.
func TestRelaycheckProves(t *testing.T) {
	dir := t.TempDir()
	inbox, queue := filepath.Join(dir, "inbox"), filepath.Join(dir, "spool", "Out")
	for _, d := range []string{inbox, queue} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s := relayfake.DomainOnly(playedSite)
	n := 0
	s.Take = func(_, to string, text []byte) string {
		n++
		switch {
		case strings.HasPrefix(to, `"`):
			bounce := "From: postmaster@ours.com\r\nTo: me@elsewhere.net\r\nSubject: Undeliverable\r\n\r\nNo such user.\r\n\r\n" + string(text)
			_ = os.WriteFile(filepath.Join(queue, fmt.Sprintf("BOUNCE%02d", n)), []byte(bounce), 0o600)
		case strings.Contains(to, "%"):
			_ = os.WriteFile(filepath.Join(inbox, fmt.Sprint(n)), text, 0o600)
		}
		return "250 ok"
	}
	code, out, talk := ask(t, newRelaycheck, true, listen(t, s), "--local-domain", "ours.com", "--pause", "0s", "--wait", "0s",
		"--prove", "me@elsewhere.net", "--inbox", inbox, "--queue", queue)
	var got struct {
		Outcome string
		Results []struct {
			Form          int
			Verdict, Seen string
			Token         string
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, talk)
	}
	want := map[int]string{5: "relays", 6: "relays", 7: "bounces later", 8: "bounces later", 10: "bounces later", 14: "accepted", 18: "relays", 25: "accepted"}
	for _, r := range got.Results {
		if w := want[r.Form]; w != "" && (r.Verdict != w || (w == "accepted") != (r.Seen == "") || r.Token == "") {
			t.Errorf("form %d: %+v, want %s", r.Form, r, w)
		}
	}
	if code != ui.Failed || got.Outcome != "open" {
		t.Errorf("code %d, outcome %s\n%s", code, got.Outcome, talk)
	}
}

func TestRelaycheckProofNeedsAPlaceToLook(t *testing.T) {
	s := relayfake.DomainOnly(playedSite)
	code, _, talk := ask(t, newRelaycheck, false, listen(t, s), "--local-domain", "ours.com", "--prove", "me@elsewhere.net")
	if code != ui.Usage || !strings.Contains(talk, "--inbox") || s.Count("EHLO") > 0 {
		t.Errorf("code %d\n%s", code, talk)
	}
}

func TestRelaycheckLoginAndTranscript(t *testing.T) {
	s := relayfake.Closed(playedSite)
	s.Users, s.Mech = map[string]string{"eve": "s3cret"}, "CRAM-MD5"
	s.Greet = "220 mail.ours.com \x1b]0;x\x07"
	file := filepath.Join(t.TempDir(), "talk.txt")
	pass := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(pass, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{listen(t, s), "--local-domain", "ours.com", "--pause", "0s", "--login", "eve", "--password-file", pass, "--transcript", file}
	code, _, talk := ask(t, newRelaycheck, false, args...)
	if code != ui.Done || !strings.Contains(talk, "with the login eve the plain form is accepted") {
		t.Errorf("code %d\n%s", code, talk)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if kept := string(b); !strings.Contains(kept, "RCPT TO:<") || strings.Contains(kept, "\x1b") || !strings.Contains(kept, "****") {
		t.Errorf("%s", kept)
	}
	if code, _, talk := ask(t, newRelaycheck, false, args...); code != ui.Failed || !strings.Contains(talk, "exists") {
		t.Errorf("the transcript is written over: code %d\n%s", code, talk)
	}
}

// served answers for one zone and gives the flags to ask it.
func served(t *testing.T, d *relayfake.DNS) []string {
	t.Helper()
	at, stop, err := d.Serve()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return []string{"--resolver", at.String(), "--zone", "bl.example.net"}
}

func TestBlocklistCommand(t *testing.T) {
	for name, tc := range map[string]struct {
		answer []string
		args   []string
		code   int
		out    string
		talk   string
	}{
		"listed":         {[]string{"127.0.0.2"}, []string{"198.41.0.4"}, ui.Failed, "198.41.0.4\tbl.example.net\tlisted\t127.0.0.2\tnamed by you; its own pages say what a listing means; spam \\x1b[2J seen\n", "1 listing."},
		"not listed":     {nil, []string{"198.41.0.4", "some.com"}, ui.Done, "some.com\tbl.example.net\tnot listed\t\t\n", "Not listed."},
		"not known":      {[]string{"127.255.255.254"}, []string{"198.41.0.4"}, ui.InPart, "\tnot known\t127.255.255.254\t", `that is not "clean"`},
		"never asked":    {nil, []string{"192.0.2.25", "10.0.0.1"}, ui.InPart, "", "192.0.2.25 is a documentation address: never looked up"},
		"not an address": {nil, []string{"198.41.0.0/24"}, ui.Usage, "", "no networks or ranges"},
	} {
		t.Run(name, func(t *testing.T) {
			d := &relayfake.DNS{}
			d.ListDefaults("bl.example.net")
			if tc.answer != nil {
				d.A["4.0.41.198.bl.example.net"] = tc.answer
				d.TXT = map[string][]string{"4.0.41.198.bl.example.net": {"spam \x1b[2J seen"}}
			}
			code, out, talk := ask(t, newBlocklist, false, append(served(t, d), tc.args...)...)
			if code != tc.code || !strings.Contains(out, tc.out) || !strings.Contains(talk, tc.talk) {
				t.Errorf("code %d\n%s\n%s", code, out, talk)
			}
		})
	}
}

func TestBlocklistCacheIsKept(t *testing.T) {
	d := &relayfake.DNS{}
	d.ListDefaults("bl.example.net")
	var stdout, stderr bytes.Buffer
	a := &app{ui: &ui.Streams{Out: &stdout, Err: &stderr}, now: time.Now, stateDir: t.TempDir()}
	at, stop, err := d.Serve()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	f := &blocklistFlags{zones: []string{"bl.example.net"}, resolvers: []string{at.String()}, timeout: 10 * time.Second}
	subject := dnsbl.Address(netip.MustParseAddr("198.41.0.4"))
	for i, want := range []int{3, 0, 3} {
		f.fresh = i == 2
		rep, err := a.askLists(t.Context(), []dnsbl.Subject{subject}, f)
		if err != nil || rep.Queries != want {
			t.Errorf("run %d: %d queries, %v", i+1, rep.Queries, err)
		}
	}
	if err := os.WriteFile(filepath.Join(a.stateDir, "blocklist-cache.json"), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.fresh = false
	if rep, err := a.askLists(t.Context(), []dnsbl.Subject{subject}, f); err != nil || rep.Queries != 3 || !strings.Contains(stderr.String(), "asking anew") {
		t.Errorf("%v\n%s", err, stderr.String())
	}
}
