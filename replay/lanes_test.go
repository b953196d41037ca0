package replay

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"qclean/scan/disk"
)

// besideMover works with all goroutines, as in earnest.
func besideMover(t *testing.T, dir string, o Options) (*Mover, *pair) {
	t.Helper()
	m, p := mover(t, tree(t, dir), o)
	m.inline, m.batch = false, 100
	return m, p
}

// TestLanesBesideAnMTA delivers and adds messages while some are looked at,
// others are renamed and others written down: each is delivered, in the queue,
// or in quarantine whole, and the journal says so.
func TestLanesBesideAnMTA(t *testing.T) {
	const n = 400
	for seed := range uint64(3) {
		dir := makeSpool(t, n)
		pl := plan(t, dir, Quarantine, "m")
		delivered := map[string]bool{}
		var mta sync.WaitGroup
		ended := make(chan struct{})
		mta.Go(func() {
			random := rand.New(rand.NewPCG(seed, 3))
			for len(delivered) < n/2 { // a slow mover shall find something as well
				select {
				case <-ended:
					return
				default:
				}
				if name := fmt.Sprintf("m%03d", random.IntN(n)); lockedUnlink(filepath.Join(dir, "out", name)) {
					delivered[name] = true
				}
			}
		})
		m, _ := besideMover(t, dir, Options{Hash: seed == 0})
		run, err := m.Apply(ctx, pl)
		close(ended)
		mta.Wait()
		if err != nil || run.Done == 0 {
			t.Fatalf("%+v %v", run, err)
		}
		at, quarantinedNow := where(t, dir), 0
		for i := range n {
			name := fmt.Sprintf("m%03d", i)
			there := at[name+".c"]
			if delivered[name] != (len(there) == 0) || len(there) > 1 {
				t.Errorf("%s is at %v, delivered %v", name, there, delivered[name])
			}
			if len(there) == 1 && strings.HasPrefix(there[0], "out.old") {
				if quarantinedNow++; len(at[name+".b"]) != 1 || !strings.HasPrefix(at[name+".b"][0], "out.old") {
					t.Errorf("the text of %s is at %v", name, at[name+".b"])
				}
			}
		}
		if run.Done != quarantinedNow {
			t.Errorf("%d in quarantine: %+v", quarantinedNow, run)
		}
		if v, err := m.Verify(ctx, run); err != nil || len(v.Wrong) > 0 {
			t.Errorf("%+v %v", v, err)
		}
		if undo, err := m.Undo(ctx, run); err != nil || undo.Done != run.Done {
			t.Errorf("%+v %v", undo, err)
		}
		t.Logf("%d delivered, %d in quarantine", len(delivered), quarantinedNow)
	}
}

// TestLanesEnd when the operator stops the run, or the disk is full, in the middle: what
// was begun ahead of its turn is written down as well, and the locks are let go.
func TestLanesEnd(t *testing.T) {
	const n = 300
	dir := makeSpool(t, n)
	want := snapshot(t, dir)
	stop, cancel := context.WithCancel(ctx)
	defer cancel()
	m, _ := besideMover(t, dir, Options{Progress: func(p Progress) {
		if p.Done == 5 {
			cancel()
		}
	}})
	run, err := m.Apply(stop, plan(t, dir, Quarantine, "m"))
	if !errors.Is(err, context.Canceled) || run.Outcome != Interrupted || run.Done < 5 || run.Done == n {
		t.Fatalf("%+v %v", run, err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, "out/m*.c"))
	if run.Done+len(left) != n {
		t.Errorf("%d done, %d left of %d", run.Done, len(left), n)
	}
	for _, name := range left {
		if lock, err := tree(t, dir).Lock("out/"+filepath.Base(name), disk.Flock); err != nil {
			t.Fatalf("%s: %v", name, err)
		} else {
			lock.Close()
		}
	}
	if runs, err := m.Recover(ctx); err != nil || len(runs) > 0 {
		t.Errorf("left to recover: %+v %v", runs, err)
	}
	if undo, err := m.Undo(ctx, run); err != nil || undo.Done != run.Done {
		t.Errorf("%+v %v", undo, err)
	}
	nothingLost(t, dir, want)
}
