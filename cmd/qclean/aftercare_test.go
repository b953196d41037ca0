package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"qclean/classify"
	"qclean/classify/baseline"
	"qclean/classify/survey"
	"qclean/cmd/ui"
	"qclean/fixtures/live/relayfake"
)

func TestAftercareGoesThroughAll(t *testing.T) {
	queue := filepath.Join(t.TempDir(), "Out")
	if err := os.MkdirAll(queue, 0o700); err != nil {
		t.Fatal(err)
	}
	message := "From: a@example.net\r\nTo: b@example.org\r\nSubject: hello\r\n\r\nhello\r\n"
	if err := os.WriteFile(filepath.Join(queue, "ONE"), []byte(message), 0o600); err != nil {
		t.Fatal(err)
	}
	d := &relayfake.DNS{}
	d.ListDefaults("bl.example.net")
	d.A["4.0.41.198.bl.example.net"] = []string{"127.0.0.2"}
	args := append(served(t, d), "--spool", queue, "--address", "198.41.0.4",
		"--host", listen(t, relayfake.Closed(playedSite)), "--local-domain", "ours.com", "--pause", "1ns")
	code, out, talk := ask(t, newAftercare, true, args...)
	want := map[string]string{"relay closed": "done", "block lists": "open", "account locked": "unknown", "queue at baseline": "unknown",
		"quarantine": "done", "runs finished": "done", "rules to keep": "unknown"}
	if diff := cmp.Diff(want, careStates(t, out)); diff != "" || code != ui.Failed {
		t.Errorf("code %d %s\n%s", code, diff, talk)
	}

	_, out, _ = ask(t, newAftercare, true, "--spool", queue, "--offline", "--host", "127.0.0.1:1", "--local-domain", "ours.com")
	want["relay closed"], want["block lists"] = "unknown", "unknown"
	if diff := cmp.Diff(want, careStates(t, out)); diff != "" {
		t.Errorf("offline: %s", diff)
	}
}

func careStates(t *testing.T, out string) map[string]string {
	t.Helper()
	var doc struct{ Lines []care }
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got := map[string]string{}
	for _, c := range doc.Lines {
		got[c.Topic] = c.State
		if c.State == careOpen && c.Command == "" {
			t.Errorf("%s is open, and there is nothing to type", c.Topic)
		}
	}
	return got
}

func TestAccountsStillSending(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	table := func(user string, n int, age time.Duration) *classify.Table {
		var out []classify.Record
		for i := range n {
			out = append(out, classify.Record{Subject: fmt.Sprint(i), AuthUser: user, Arrived: now.Add(-age)})
		}
		return classify.TableOf(out...)
	}
	count := map[string]int{}
	addLogins(count, table("eve", 30, 0))
	addLogins(count, table("bob", 3, 0))
	addLogins(count, table("", 99, 0))
	named := topLogins(count)
	if diff := cmp.Diff([]string{"eve"}, named); diff != "" {
		t.Fatal(diff)
	}
	for name, tc := range map[string]struct {
		named []string
		table *classify.Table
		state string
	}{
		"still sending":   {named, table("eve", 2, 10*time.Minute), careOpen},
		"stopped":         {named, table("eve", 2, 3*time.Hour), careDone},
		"others send":     {named, table("bob", 2, time.Minute), careDone},
		"nobody is named": {nil, table("bob", 2, time.Minute), careUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			if got := careAccounts(tc.named, &survey.Survey{Table: tc.table}, now); got.State != tc.state {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestQueueAtBaseline: what is usual is what earlier nights have found.
func TestQueueAtBaseline(t *testing.T) {
	now := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	of := func(n int) *survey.Survey {
		return &survey.Survey{Table: classify.TableOf(slices.Repeat([]classify.Record{{From: "a@ours.com", Arrived: now.Add(-time.Hour)}}, n)...)}
	}
	history := func(nights int) *baseline.History {
		h, err := baseline.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		for i := range nights {
			if err := h.Add(baseline.Of(of(40).Table, now.AddDate(0, 0, i-nights))); err != nil {
				t.Fatal(err)
			}
		}
		return h
	}
	for name, tc := range map[string]struct {
		queue, nights int
		state, detail string
	}{
		"empty":           {0, 0, careDone, "the queue is empty"},
		"nobody measured": {40, 0, careUnknown, "not known before"},
		"too few nights":  {4000, 2, careUnknown, "4,000 messages, oldest 1 hour ago"},
		"as usual":        {45, 10, careDone, "usual are 40, median of 10 measures"},
		"not as usual":    {4000, 10, careOpen, "4000 messages, 100 times the usual 40"},
	} {
		t.Run(name, func(t *testing.T) {
			got := careBaseline(of(tc.queue), history(tc.nights), now)
			if got.State != tc.state || !strings.Contains(got.Detail, tc.detail) {
				t.Errorf("%+v", got)
			}
		})
	}
}
