package replay

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"qclean/scan/disk"
	"qclean/scan/disk/faulty"
)

// TestTwoMovers: of two that start at the same time one works and the other
// is told to wait, over and over; each message is handled once.
func TestTwoMovers(t *testing.T) {
	dir := makeSpool(t, 30)
	want := snapshot(t, dir)
	var wg sync.WaitGroup
	var mu sync.Mutex
	done, locked := 0, 0
	for i := range 4 {
		wg.Go(func() {
			tr, err := disk.Open(dir)
			if err != nil {
				t.Error(err)
				return
			}
			defer tr.Close()
			p := &pair{t: tr}
			m, err := New(tr, p, Options{Batch: 4})
			if err != nil {
				t.Error(err)
				return
			}
			for n := range 30 {
				pl, err := NewPlan(p, Quarantine, "", someOf(p, fmt.Sprintf("m%03d", (n+7*i)%30)), time.Now())
				if errors.Is(err, ErrEmpty) {
					continue
				}
				var run Run
				if err == nil {
					run, err = m.Apply(context.Background(), pl)
				}
				mu.Lock()
				done += run.Done
				if errors.Is(err, ErrLocked) {
					locked++
				} else if err != nil {
					t.Error(err)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	nothingLost(t, dir, want)
	left, _ := filepath.Glob(filepath.Join(dir, "out/*.c"))
	if done+len(left) != 30 {
		t.Errorf("%d done, %d left of 30", done, len(left))
	}
	t.Logf("%d done, %d left, %d times locked", done, len(left), locked)
}

// someOf looks for messages by ID without ending the test.
func someOf(p *pair, id string) []Pick {
	for e, err := range p.Entries(context.Background()) {
		if err == nil && string(e.ID) == id && p.Stat(context.Background(), &e) == nil {
			return []Pick{{Entry: e}}
		}
	}
	return nil
}

// TestMTAWorksMeanwhile: an MTA delivers, adds and moves messages at each
// operation. Each is delivered, or quarantined, or still there: never two of
// these, and never none.
func TestMTAWorksMeanwhile(t *testing.T) {
	const n = 24
	rounds := 5
	if torture() {
		rounds = 200
	}
	for seed := range rounds {
		dir := makeSpool(t, n)
		random := rand.New(rand.NewPCG(uint64(seed), 9))
		delivered, added := map[string]bool{}, 0
		tr := faulty.Open(t, dir, faulty.Faults{Before: func(faulty.Op) {
			name := filepath.Join(dir, "out", fmt.Sprintf("m%03d", random.IntN(n)))
			switch random.IntN(12) {
			case 0: // deliver: control file first, as the owner of the lock
				if lockedUnlink(name) {
					delivered[filepath.Base(name)] = true
				}
			case 1: // a new one
				added++
				putMessage(t, dir, "out", fmt.Sprintf("n%03d", added))
			}
		}})
		m, _ := mover(t, tr, Options{})
		pl := plan(t, dir, Quarantine, "m")
		run, err := m.Apply(ctx, pl)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		at := where(t, dir)
		quarantinedNow, queued := 0, 0
		for i := range n {
			name := fmt.Sprintf("m%03d", i)
			places := len(at[name+".c"])
			if delivered[name] {
				places++
			}
			if places != 1 {
				t.Errorf("seed %d: %s is at %v, delivered %v", seed, name, at[name+".c"], delivered[name])
			}
			if len(at[name+".c"]) == 1 && strings.HasPrefix(at[name+".c"][0], "out.old") {
				quarantinedNow++
				if len(at[name+".b"]) != 1 || !strings.HasPrefix(at[name+".b"][0], "out.old") {
					t.Errorf("seed %d: the text of %s is at %v", seed, name, at[name+".b"])
				}
			} else if len(at[name+".c"]) == 1 {
				queued++
			}
		}
		if run.Done != quarantinedNow || run.Done+run.Skipped[whyGone]+queued < n-len(delivered) {
			t.Errorf("seed %d: %d in quarantine, %d queued, %d delivered: %+v", seed, quarantinedNow, queued, len(delivered), run)
		}
		if undo, err := m.Undo(ctx, run); err != nil || undo.Done != run.Done {
			t.Errorf("seed %d: %+v %v", seed, undo, err)
		}
	}
}

// lockedUnlink delivers a message as the MTA of these tests does: under its
// lock, which the mover takes as well.
func lockedUnlink(name string) bool {
	f, err := os.Open(name + ".c")
	if err != nil {
		return false
	}
	defer f.Close()
	if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		return false
	}
	var held, named unix.Stat_t
	if unix.Fstat(int(f.Fd()), &held) != nil || unix.Lstat(name+".c", &named) != nil || held.Ino != named.Ino {
		return false
	}
	return os.Remove(name+".c") == nil && os.Remove(name+".b") == nil
}
