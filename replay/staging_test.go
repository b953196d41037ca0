package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"qclean/scan/disk/faulty"
)

const inActive = "C814F99034E"

// serveAll overwrites the marks of all recipients, as delivery agents do when
// they have served them (deliver_completed.c).
func serveAll(t testing.TB, name string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, domain := range []string{"@example.net", "@example.com"} {
		for at := 0; ; {
			i := bytes.Index(data[at:], []byte(domain))
			if i < 0 {
				break
			}
			at += i + len(domain)
			for start := at - len(domain) - 1; start > 1; start-- {
				if data[start-1] == 'R' && int(data[start]) == at-start-1 {
					data[start-1] = 'D'
					break
				}
			}
		}
	}
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(data, 0); err != nil {
		t.Fatal(err)
	}
}

// TestThroughHold takes a message of active while the queue manager knows it.
func TestThroughHold(t *testing.T) {
	for name, c := range map[string]struct {
		meet   func(t *testing.T, held string) // when it has come to hold
		reason string
		at     string // where it is in the end
	}{
		"waiting":          {func(*testing.T, string) {}, "", ".old/active"},
		"being delivered":  {func(t *testing.T, held string) { agent(t, held) }, whyOnHold, "hold"},
		"served meanwhile": {func(t *testing.T, held string) { serveAll(t, held) }, whyDelivered, "deferred/C"},
		"ended while we waited": {func(t *testing.T, held string) {
			f := agent(t, held)
			go f.Close()
		}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := rigs()[0]
			dir := r.lay(t, true)
			os.MkdirAll(filepath.Join(dir, "postfix/hold"), 0o700)
			held := filepath.Join(dir, "postfix/hold", inActive)
			met := false
			tr := faulty.Open(t, dir, faulty.Faults{Before: func(op faulty.Op) {
				if _, err := os.Lstat(held); err == nil && !met {
					met = true
					c.meet(t, held)
				}
			}})
			m, s := r.open(t, tr, Options{})
			all := chosen(t, s, false)
			run, err := r.apply(t, m, s, Quarantine, all, testTime)
			if err != nil || !met {
				t.Fatalf("%+v %v, on hold: %v", run, err, met)
			}
			if c.at == "" { // either may be the case
				return
			}
			want := map[string]int{}
			if c.reason != "" {
				want[c.reason] = 1
			}
			if fmt.Sprint(run.Skipped) != fmt.Sprint(want) || run.Done != len(all)-len(want) {
				t.Errorf("%+v", run)
			}
			found, _ := filepath.Glob(filepath.Join(dir, "postfix", c.at, "*"+inActive))
			deep, _ := filepath.Glob(filepath.Join(dir, "postfix", c.at, "*", inActive))
			if len(found)+len(deep) != 1 {
				t.Errorf("not in %s", c.at)
			}
			if runs, err := m.Recover(ctx); err != nil || len(runs) > 0 {
				t.Errorf("left to recover: %+v %v", runs, err)
			}
		})
	}
}

// agent holds the lock of a delivery agent until the test is over.
func agent(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH); err != nil {
		t.Fatal(err)
	}
	return f
}

// TestInterruptedOnHold stops a run while a message waits on hold for its
// second try: that is told.
func TestInterruptedOnHold(t *testing.T) {
	r := rigs()[0]
	dir := r.lay(t, true)
	held := filepath.Join(dir, "postfix/hold", inActive)
	stop, cancel := context.WithCancel(ctx)
	defer cancel()
	tr := faulty.Open(t, dir, faulty.Faults{Before: func(op faulty.Op) {
		if _, err := os.Lstat(held); err == nil && stop.Err() == nil {
			agent(t, held)
			cancel()
		}
	}})
	m, s := r.open(t, tr, Options{Batch: 100})
	p, err := NewPlan(s, Quarantine, "all", chosen(t, s, false), testTime)
	if err != nil {
		t.Fatal(err)
	}
	run, err := m.Apply(stop, p)
	if !errors.Is(err, context.Canceled) || run.Outcome != Interrupted || run.Skipped[whyOnHold] != 1 {
		t.Errorf("%+v %v", run, err)
	}
}

// TestFaultsOnRealQueues kills the process, or takes the power, at its
// operations on the queues of real MTAs. After recovery every file is there
// once, nothing is left on its way, and undo gives the queue back.
func TestFaultsOnRealQueues(t *testing.T) {
	powers := map[string]*faulty.Power{
		"death": nil, "power": {}, "halves": {Split: true}, "entries only": {Entries: faulty.All}, "torn": {Entries: faulty.Luck(1), Data: faulty.DataTorn},
	}
	for _, r := range rigs() {
		for name, power := range powers {
			for _, verb := range []Verb{Quarantine, PutBack, Undo} {
				t.Run(fmt.Sprintf("%s/%s/%s", r.name, name, verb), func(t *testing.T) {
					n := sweep(t, 4, func(t *testing.T, i int) *faulty.Tree { return r.fault(t, verb, i, power) })
					t.Logf("at %d operations", n)
				})
			}
		}
	}
}

func (r rig) fault(t *testing.T, verb Verb, i int, power *faulty.Power) *faulty.Tree {
	t.Helper()
	dir := r.lay(t, true)
	before, content := snapshot(t, dir), contents(t, dir)
	var first Run
	if verb != Quarantine {
		m, s := r.open(t, tree(t, dir), Options{})
		var err error
		if first, err = r.apply(t, m, s, Quarantine, chosen(t, s, false), testTime); err != nil {
			t.Fatal(err)
		}
	}
	healthy, _ := r.driver.Open(tree(t, dir), r.name)
	from := chosen(t, healthy, verb != Quarantine)
	tr := faulty.Open(t, dir, faulty.Faults{DieAt: i, Only: faulty.Op.Changes})
	s, err := r.driver.Open(tr, r.name)
	if err == nil {
		m := r.moverOf(t, tr, s, Options{Now: clockFrom(testTime.Add(time.Hour))})
		if verb == Undo {
			_, err = m.Undo(ctx, first)
		} else if p, planErr := r.plan(s, verb, from, testTime.Add(time.Hour)); planErr == nil {
			_, err = m.Apply(ctx, p)
		} else {
			err = planErr
		}
	}
	if tr.Reached() && !errors.Is(err, faulty.ErrDead) {
		t.Fatalf("died, and yet: %v", err)
	}
	boot := "boot-1"
	if power != nil {
		boot = "boot-2"
		if err := tr.Crash(*power); err != nil {
			t.Fatal(err)
		}
	}
	r.settled(t, dir, boot, before, content)
	return tr
}

func (r rig) settled(t *testing.T, dir, boot string, before map[string]string, content map[string]int) {
	t.Helper()
	m, _ := r.open(t, tree(t, dir), Options{Boot: boot, Now: clockFrom(testTime.AddDate(0, 0, 1))})
	recoverOnce(t, m)
	if got := contents(t, dir); fmt.Sprint(got) != fmt.Sprint(content) {
		t.Errorf("files after recovery: %v, were %v", got, content)
	}
	undoneWhole(t, m)
	got := snapshot(t, dir, ".old")
	if slices.ContainsFunc(slices.Collect(maps.Keys(got)), func(name string) bool { return strings.HasPrefix(name, "postfix/active/") }) { // it never left
		same(t, "after recovery and undo", before, got)
		return
	}
	same(t, "after recovery and undo", r.asAfterUndo(before), got)
}
