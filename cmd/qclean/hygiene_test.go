package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"qclean/cmd/ui"
	"qclean/fixtures"
)

// nightly is a queue with a clock, and the program.
type nightly struct {
	t     *testing.T
	dir   string
	clock time.Time
}

func newNightly(t *testing.T, f fixtures.Flood) *nightly {
	t.Helper()
	n := &nightly{t: t, dir: t.TempDir(), clock: time.Date(2003, 9, 22, 8, 0, 0, 0, time.UTC)}
	if _, err := f.Write(filepath.Join(n.dir, "spool")); err != nil {
		t.Fatal(err)
	}
	// An old index is not put back: it would be worse than none.
	if err := os.Remove(filepath.Join(n.dir, "spool", "Queue.dat")); err != nil {
		t.Fatal(err)
	}
	return n
}

// qclean runs the program at the time of the clock.
func (n *nightly) qclean(args ...string) (code int, out, talk string) {
	var stdout, stderr bytes.Buffer
	s := &ui.Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr}
	args = append(args, "--state", filepath.Join(n.dir, "state"), "--spool", filepath.Join(n.dir, "spool"))
	code = runAt(context.Background(), s, args, func() time.Time { return n.clock })
	return code, stdout.String(), stderr.String()
}

// night runs hygiene with a policy and gives its document.
func (n *nightly) night(policy string) (int, *nightJSON) {
	n.t.Helper()
	path := filepath.Join(n.dir, "policy.toml")
	if err := os.WriteFile(path, []byte(policy), 0o600); err != nil {
		n.t.Fatal(err)
	}
	code, out, talk := n.qclean("hygiene", "--policy", path, "--json")
	var doc nightJSON
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		n.t.Fatalf("%v: %q %s\n%s", err, out, talk, policy)
	}
	if !slices.Contains([]int{ui.Done, ui.Acted, ui.Alarm}, code) || doc.Exit != code {
		n.t.Fatalf("exit code %d: %s\n%s", code, talk, policy)
	}
	return code, &doc
}

// queue is what lies in the queues, byte for byte.
func (n *nightly) queue() string {
	n.t.Helper()
	text, err := treeOf(filepath.Join(n.dir, "spool"), []string{"-In.old", "-Out.old"})
	if err != nil {
		n.t.Fatal(err)
	}
	return text
}

// held is the contents of what lies in quarantine, whichever run's folder it is in.
func (n *nightly) held() []string {
	n.t.Helper()
	var out []string
	for _, old := range []string{"In.old", "Out.old"} {
		text, err := treeOf(filepath.Join(n.dir, "spool", old), []string{"-.qclean.lock"})
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			n.t.Fatal(err)
		}
		for _, line := range strings.Split(text, "\n") {
			if line != "" && !strings.HasSuffix(line, "/") && !strings.Contains(line, "/.qclean/") {
				out = append(out, line)
			}
		}
	}
	slices.Sort(out)
	return out
}

// someRules makes a policy of rules that make sense, and of some that do not.
func someRules(r *rand.Rand) string {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	var b strings.Builder
	b.WriteString("[site] local-domains = [\"ours.com\"]\n")
	for i := range 2 + r.IntN(4) {
		var terms []string
		for range 1 + r.IntN(2) {
			terms = append(terms, pick("true", "ndr", "!ndr", "null", "unwanted", "known", "weak", "!weak", "verdict == \"legitimate\"", "ours(rcpt)", "!ours(rcpt)",
				fmt.Sprintf("size > %d", 500+r.IntN(5000)), fmt.Sprintf("age > duration(\"%dh\")", r.IntN(150)), fmt.Sprintf("campaign.count > %d", r.IntN(20)),
				`campaign.verdict in ["relayed", "account-abuse", "ndr-flood"]`, `has(subject, "a")`, `queue == "Out"`, `in_text("e")`, "quarantined || size % 2 == 0"))
		}
		do := pick("quarantine", "quarantine", "quarantine", "release", "purge", "report")
		match := strings.Join(terms, pick(" && ", " || "))
		if do == "purge" {
			match = "quarantined && (" + match + ")"
		}
		fmt.Fprintf(&b, "[[rule]] name = \"r%d\" match = '%s' do = \"%s\"", i, match, do)
		if do == "purge" || r.IntN(6) == 0 {
			fmt.Fprintf(&b, " max-messages = %d", 1+r.IntN(60))
		}
		if r.IntN(4) > 0 {
			b.WriteString(pick(` also = ["weak"]`, ` also = ["unknown", "bulk"]`, ` also = ["weak", "unknown", "bulk", "legitimate", "bounce"]`))
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "[limits] max-share = %.2f\n", min(0.5+r.Float64(), 1))
	return b.String()
}

// TestANightAndItsUndo: whatever the policy and the flood, undo after a night
// gives the queue back byte for byte, and the quarantine but for what was purged.
func TestANightAndItsUndo(t *testing.T) {
	cases := 8
	if os.Getenv("QCLEAN_TORTURE") != "" {
		cases = 300
	}
	moved, purged, quiet := 0, 0, 0
	for seed := range uint64(cases) {
		r := rand.New(rand.NewPCG(seed, 8))
		scenarios := fixtures.Scenarios()
		n := newNightly(t, fixtures.Flood{N: 30 + r.IntN(60), Seed: seed, Scenario: scenarios[r.IntN(len(scenarios))]})
		n.night("[site] local-domains = [\"ours.com\"]\n[[rule]] name = \"first\" match = 'size % 3 == 0' do = \"quarantine\" also = [\"weak\", \"unknown\", \"bulk\", \"legitimate\", \"bounce\"]\n[limits] max-share = 1.0\n")
		n.clock = n.clock.Add(time.Duration(1+r.IntN(100)) * time.Hour)
		queue, held := n.queue(), n.held()
		policy := someRules(r)
		_, doc := n.night(policy)
		gone := 0
		for _, run := range doc.Runs {
			if run.Verb == "purge" {
				gone += run.Done
			} else {
				moved += run.Done
			}
		}
		purged += gone
		if doc.Undo == "" {
			quiet++
		} else if code, out, talk := n.qclean("undo"); code != ui.Done {
			t.Fatalf("seed %d: undo: %d %s %s\n%s", seed, code, out, talk, policy)
		}
		if d := cmp.Diff(queue, n.queue()); d != "" {
			t.Fatalf("seed %d: the queue is not as it was:\n%s\n%s", seed, d, policy)
		}
		if lost := missing(held, n.held()); len(lost) != gone {
			t.Fatalf("seed %d: %d gone from quarantine, %d purged: %v\n%s", seed, len(lost), gone, lost, policy)
		}
		if t.Failed() {
			return
		}
	}
	if moved == 0 || quiet == cases {
		t.Errorf("%d moved, %d of %d nights quiet: this shows nothing", moved, quiet, cases)
	}
	t.Logf("%d nights: %d moved and taken back, %d purged, %d quiet", cases, moved, purged, quiet)
}

// missing is what is in a and not in b.
func missing(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { _, ok := slices.BinarySearch(b, s); return ok })
}
