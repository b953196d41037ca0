package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"qclean/classify/baseline"
	"qclean/cmd/ui"
	"qclean/fixtures"
)

const killPolicy = `[site] local-domains = ["ours.com"]
[[rule]] name = "all" match = 'true' do = "quarantine" also = ["weak", "unknown", "bulk", "legitimate", "bounce"]
[limits] max-share = 1.0
`

// TestAKilledNightIsPutInOrder kills a real process with SIGKILL when so many
// messages have left the queue: the next night goes on, and undo gives back
// what both have moved.
func TestAKilledNightIsPutInOrder(t *testing.T) {
	n := newNightly(t, fixtures.Flood{N: 300, Seed: 3})
	before := n.queue()
	policy := filepath.Join(n.dir, "policy.toml")
	if err := os.WriteFile(policy, []byte(killPolicy), 0o600); err != nil {
		t.Fatal(err)
	}
	recovered := 0
	for _, after := range []int{0, 1, 40, 150} {
		n.kill(policy, after)
		n.clock = n.clock.Add(time.Hour)
		_, doc := n.night(killPolicy)
		recovered += len(doc.Recovered)
		if _, next := n.night(killPolicy); next.Queue.Messages != 0 || next.Outcome != baseline.Quiet {
			t.Fatalf("killed after %d: %d messages are left in the queue", after, next.Queue.Messages)
		}
		for code := ui.Done; code == ui.Done; {
			code, _, _ = n.qclean("undo")
		}
		if n.queue() != before {
			t.Fatalf("killed after %d: the queue is not as it was", after)
		}
	}
	t.Logf("%d runs were recovered", recovered)
}

// kill runs a night in a process of its own, and kills it.
func (n *nightly) kill(policy string, after int) {
	n.t.Helper()
	spool := filepath.Join(n.dir, "spool")
	cmd := exec.Command(os.Args[0])
	cmd.Args = []string{"qcleanat", "hygiene", spool, "--policy", policy, "--state", filepath.Join(n.dir, "state")}
	cmd.Env = append(os.Environ(), clockVariable+"="+n.clock.Format(time.RFC3339))
	if err := cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	// What an undone run leaves is its own folder; messages lie beside it.
	for len(n.moved(spool)) <= after {
		select {
		case <-ended:
			return // it was faster
		default:
		}
	}
	cmd.Process.Kill()
	<-ended
}

// moved are the journals and messages in the quarantine of a run that has not ended.
func (n *nightly) moved(spool string) []string {
	stamp := n.clock.Format("20060102-150405")
	all, _ := filepath.Glob(filepath.Join(spool, "*.old", stamp+"-quarantine*", "*"))
	journals, _ := filepath.Glob(filepath.Join(spool, "*.old", stamp+"-quarantine*", ".qclean", "journal"))
	return append(all, journals...)
}
