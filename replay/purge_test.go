package replay

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"qclean/scan/disk/faulty"
)

func TestPurgeDeletesOnlyWhatIsOld(t *testing.T) {
	dir := quarantined(t, 4)
	putMessage(t, dir, "out", "n000")
	put(t, filepath.Join(dir, "out.old/hand.c"), "a\nb\n")
	put(t, filepath.Join(dir, "out.old/hand.b"), "by hand")
	m, p := mover(t, tree(t, dir), Options{})
	pl, err := NewPlan(p, Quarantine, "", picks(t, p, false, "n"), testTime.Add(48*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	kept := mustApply(t, m, pl)
	found, err := m.PurgePicks(ctx, testTime.Add(24*time.Hour))
	if err != nil || len(found) != 4 {
		t.Fatalf("%d picks, %v", len(found), err)
	}
	if pl, err = NewPlan(p, Purge, "--older-than 1d", found, testTime.Add(72*time.Hour)); err != nil {
		t.Fatal(err)
	}
	run := mustApply(t, m, pl)
	if run.Done != 4 || run.Outcome != Complete {
		t.Errorf("%+v", run)
	}
	left := where(t, dir)
	if len(left) != 6 || left["n000.b"] == nil || left["hand.c"] == nil || left["other.c"] == nil {
		t.Errorf("left: %v", left)
	}
	journal, err := os.ReadFile(filepath.Join(dir, run.Dir, ".qclean/journal"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{" purging 1 ", "<from@m000.example>", "out.old/20261122-054300-quarantine/m003.b"} {
		if !strings.Contains(string(journal), want) {
			t.Errorf("the journal does not have %q", want)
		}
	}
	if _, err := m.Undo(ctx, run); !errors.Is(err, ErrNoUndo) {
		t.Errorf("undo: %v", err)
	}
	// What was purged is told when the quarantine is taken back.
	first, err := m.FindRun(ctx, "20261122-054300-quarantine")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Undo(ctx, first); !errors.Is(err, ErrEmpty) {
		t.Errorf("undo of what was purged: %v", err)
	}
	if undo, err := m.Undo(ctx, kept); err != nil || undo.Done != 1 {
		t.Errorf("%+v %v", undo, err)
	}
}

// TestPurgeAtEveryFault: a message is there whole, or deleted whole and in the
// journal as deleted.
func TestPurgeAtEveryFault(t *testing.T) {
	tests := []struct {
		name   string
		faults faulty.Faults
		crash  bool
	}{
		{"death", faulty.Faults{Only: faulty.Op.Changes, Torn: true}, false},
		{"EIO", faulty.Faults{Err: unix.EIO}, false},
		{"EROFS for good", faulty.Faults{Err: unix.EROFS, Stuck: true}, false},
		{"power", faulty.Faults{Only: faulty.Op.Changes}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sweep(t, 5, func(t *testing.T, i int) *faulty.Tree {
				dir := quarantined(t, 3)
				pl := plan(t, dir, Purge, "m")
				set, boot := tt.faults, "boot-1"
				if set.Err == nil {
					set.DieAt = i
				} else {
					set.FailAt = i
				}
				tr := faulty.Open(t, dir, set)
				m, _ := mover(t, tr, Options{Batch: 2})
				m.Apply(ctx, pl) // with whatever error
				if tt.crash {
					boot = "boot-2"
					if err := tr.Crash(faulty.Power{}); err != nil {
						t.Fatal(err)
					}
				}
				m, _ = mover(t, tree(t, dir), Options{Boot: boot})
				if _, err := m.Recover(ctx); err != nil {
					t.Fatal(err)
				}
				left := where(t, dir)
				there := 0
				for _, name := range []string{"m000", "m001", "m002"} {
					if len(left[name+".c"]) != len(left[name+".b"]) {
						t.Errorf("half of %s is left: %v", name, left)
					}
					there += len(left[name+".c"])
				}
				gone := 0
				for r, err := range m.Runs(ctx) {
					if err != nil {
						t.Fatal(err)
					}
					if r.Verb == Purge {
						gone += r.Done
					}
				}
				if there+gone != 3 {
					t.Errorf("%d are there, %d purged", there, gone)
				}
				return tr
			})
		})
	}
}
