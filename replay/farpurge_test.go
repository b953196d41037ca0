package replay

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"qclean/scan/disk"
	"qclean/scan/disk/faulty"
)

// turfed makes a spool whose n messages were carried to another filesystem.
func turfed(t *testing.T, n int) (dir, far string, run Run) {
	t.Helper()
	dir = makeSpool(t, n)
	far = dir + "-far"
	if err := os.Mkdir(far, 0o700); err != nil {
		t.Fatal(err)
	}
	m, _ := mover(t, tree(t, dir), Options{Old: tree(t, far)})
	return dir, far, mustApply(t, m, plan(t, dir, Quarantine, "m"))
}

func farMover(t *testing.T, dir string, old disk.Tree) (*Mover, *pair) {
	t.Helper()
	return mover(t, tree(t, dir), Options{Old: old, Now: clockFrom(testTime.Add(time.Hour))})
}

// TestPurgeReachesTheOtherFilesystem: without --old, or with another folder,
// nothing is touched and the count is told; with it, messages are deleted
// there and the journal here says what they were.
func TestPurgeReachesTheOtherFilesystem(t *testing.T) {
	dir, far, run := turfed(t, 3)
	before := testTime.Add(time.Hour)
	there := snapshot(t, far)
	for name, old := range map[string]disk.Tree{"none": nil, "another": tree(t, scratch(t))} {
		m, _ := farMover(t, dir, old)
		picks, elsewhere, err := m.FarPicks(ctx, before)
		if err != nil || len(picks) != 0 || cmp.Diff([]Elsewhere{{far, 3, []string{run.Name}}}, elsewhere) != "" {
			t.Errorf("%s: %v %v %v", name, picks, elsewhere, err)
		}
	}
	m, p := farMover(t, dir, tree(t, far))
	if young, elsewhere, err := m.FarPicks(ctx, testTime.Add(-time.Hour)); err != nil || len(young)+len(elsewhere) > 0 {
		t.Errorf("young: %v %v %v", young, elsewhere, err)
	}
	picks, elsewhere, err := m.FarPicks(ctx, before)
	if err != nil || len(picks) != 3 || len(elsewhere) != 0 {
		t.Fatalf("%v %v %v", picks, elsewhere, err)
	}
	pl, err := NewPlan(p, Purge, "older than 0s", picks, m.o.Now())
	if err != nil {
		t.Fatal(err)
	}
	without, _ := farMover(t, dir, nil)
	if _, err := without.Apply(ctx, pl); !errors.Is(err, ErrNeedOld) {
		t.Errorf("got %v", err)
	}
	same(t, "still there", there, snapshot(t, far))
	purged := mustApply(t, m, pl)
	if purged.Done != 3 || purged.Outcome != Complete || len(where(t, far)) != 0 {
		t.Errorf("%+v, left %v", purged, where(t, far))
	}
	journal, _ := os.ReadFile(filepath.Join(dir, purged.Dir, ownDir, journalName))
	for _, want := range []string{" far 1 " + run.Name + "/out/m000.", " purging 2 ", "<from@m001.example>"} {
		if !strings.Contains(string(journal), want) {
			t.Errorf("the journal does not have %q:\n%s", want, journal)
		}
	}
	if _, err := m.Undo(ctx, purged); !errors.Is(err, ErrNoUndo) {
		t.Errorf("undo of the purge: %v", err)
	}
	if _, err := m.Undo(ctx, run); !errors.Is(err, ErrEmpty) {
		t.Errorf("undo of what was purged: %v", err)
	}
	if r, err := m.Verify(ctx, run); err != nil || len(r.Wrong) > 0 {
		t.Errorf("%+v %v", r, err)
	}
}

// TestPurgeThereLeavesTheChanged: a file that was exchanged between the choice
// and the deed, or that has a second name, is left alone.
func TestPurgeThereLeavesTheChanged(t *testing.T) {
	dir, far, run := turfed(t, 3)
	out := filepath.Join(far, run.Name, "out")
	m, p := farMover(t, dir, tree(t, far))
	picks, _, err := m.FarPicks(ctx, testTime.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	pl, err := NewPlan(p, Purge, "", picks, m.o.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(filepath.Join(out, "m000.c")), os.Symlink("/etc/passwd", filepath.Join(out, "m000.c")),
		os.Link(filepath.Join(out, "m001.b"), filepath.Join(out, "second"))); err != nil {
		t.Fatal(err)
	}
	got, err := m.Apply(ctx, pl)
	if err != nil || got.Done != 1 || got.Skipped[whyNotFile] != 1 || got.Skipped[whyLinked] != 1 {
		t.Errorf("%+v %v", got, err)
	}
	if left := where(t, far); len(left) != 4 {
		t.Errorf("left: %v", left)
	}
}

// TestPurgeThereAtEveryFault: whatever happens, another purge deletes what is
// left, each message is in one journal as deleted, and nothing is deleted by
// recovery.
func TestPurgeThereAtEveryFault(t *testing.T) {
	tests := []struct {
		name   string
		faults faulty.Faults
		power  *faulty.Power
	}{
		{"death", faulty.Faults{Only: faulty.Op.Changes, Torn: true}, nil},
		{"EIO", faulty.Faults{Err: unix.EIO}, nil},
		{"EROFS for good", faulty.Faults{Err: unix.EROFS, Stuck: true}, nil},
		{"power", faulty.Faults{Only: faulty.Op.Changes}, &faulty.Power{}},
		{"power, halves", faulty.Faults{Only: faulty.Op.Changes}, &faulty.Power{Split: true}},
		{"power, by luck", faulty.Faults{Only: faulty.Op.Changes}, &faulty.Power{Entries: faulty.Luck(3), Data: faulty.DataTorn}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := sweep(t, 5, func(t *testing.T, i int) *faulty.Tree {
				dir, far, _ := turfed(t, 3)
				set, boot := tt.faults, "boot-1"
				if set.FailAt = i; set.Err == nil {
					set.FailAt, set.DieAt = 0, i
				}
				tr := faulty.Open(t, dir, set)
				m, p := mover(t, tr, Options{Batch: 2, Old: tr.Beside(t, "far", far), Now: clockFrom(testTime.Add(time.Hour))})
				purgeAll(t, m, p) // with whatever error
				if tt.power != nil {
					boot = "boot-2"
					if err := tr.Crash(*tt.power); err != nil {
						t.Fatal(err)
					}
				}
				purgedOnce(t, dir, far, boot)
				return tr
			})
			t.Logf("at %d operations", n)
		})
	}
}

// purgedOnce recovers, with the other filesystem named and without, purges
// the rest, and counts.
func purgedOnce(t *testing.T, dir, far, boot string) {
	t.Helper()
	there := snapshot(t, far)
	for hour, old := range []disk.Tree{nil, tree(t, far)} {
		m, _ := mover(t, tree(t, dir), Options{Old: old, Boot: boot, Now: clockFrom(testTime.Add(time.Duration(2+hour) * time.Hour))})
		if _, err := m.Recover(ctx); err != nil {
			t.Fatal(err)
		}
	}
	same(t, "on the other filesystem after recovery", there, snapshot(t, far))
	m, p := mover(t, tree(t, dir), Options{Old: tree(t, far), Boot: boot, Now: clockFrom(testTime.Add(4 * time.Hour))})
	if again, err := m.Recover(ctx); err != nil || len(again) != 0 {
		t.Fatalf("recovered twice: %+v %v", again, err)
	}
	if err := purgeAll(t, m, p); err != nil && !errors.Is(err, ErrEmpty) {
		t.Fatal(err)
	}
	deleted := 0
	for r, err := range m.Runs(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Verb == Purge {
			deleted += r.Done
		}
	}
	if left := where(t, far); len(left) > 0 || deleted != 3 {
		t.Errorf("%d deleted, left %v", deleted, left)
	}
}

// TestUnfinishedPurgeWaitsForItsFilesystem: it does not stand in the way of a
// quarantine, and is finished when the other filesystem is named.
func TestUnfinishedPurgeWaitsForItsFilesystem(t *testing.T) {
	dir, far, _ := turfed(t, 2)
	tr := faulty.Open(t, dir, faulty.Faults{})
	beside := tr.Beside(t, "far", far)
	m, p := mover(t, tr, Options{Old: beside, Now: clockFrom(testTime.Add(time.Hour))})
	chosen, _, err := m.FarPicks(ctx, testTime.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	pl, err := NewPlan(p, Purge, "", chosen, m.o.Now())
	if err != nil {
		t.Fatal(err)
	}
	m.o.Progress = func(Progress) { tr.Kill() }
	if _, err := m.Apply(ctx, pl); !errors.Is(err, faulty.ErrDead) {
		t.Fatalf("got %v", err)
	}
	putMessage(t, dir, "out", "n000")
	other, op := mover(t, tree(t, dir), Options{Now: clockFrom(testTime.Add(2 * time.Hour))})
	later, err := NewPlan(op, Quarantine, "", picks(t, op, false, "n"), testTime.Add(2*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	mustApply(t, other, later)
	named, _ := farMover(t, dir, tree(t, far))
	if runs, err := named.Recover(ctx); err != nil || len(runs) != 1 || runs[0].Verb != Purge || runs[0].Done != 1 {
		t.Errorf("%+v %v", runs, err)
	}
	if left := where(t, far); len(left) != 2 {
		t.Errorf("left %v", left)
	}
}

// TestForgedJournalsDeleteNothingThere: whoever owns the spool writes journals
// that look as if a run had died over messages on the other filesystem.
func TestForgedJournalsDeleteNothingThere(t *testing.T) {
	name := "out.old/" + forgedRun + "/m000.c"
	forgeries := map[string]func(t *testing.T, dir string) (string, [][]string){
		"a purge": func(*testing.T, string) (string, [][]string) {
			return "20261122-064300-purge", [][]string{step(1, Message, name, ""), {lineFar, "1", forgedRun + "/out/m000.c", "", "?"},
				{lineReady, "1", "1"}, {linePurging, "1", "1", "?", ""}, {lineIntent, "1", "1-2-3"}}
		},
		"a purge of two files, one of which is not there": func(*testing.T, string) (string, [][]string) {
			return "20261122-064300-purge", [][]string{step(1, Message, name, "", "out.old/"+forgedRun+"/gone", ""),
				{lineFar, "1", forgedRun + "/out/m000.c", "", "", "?"}, {lineReady, "1", "1"}, {lineIntent, "1", "1-2-3", "1-2-4"}}
		},
		"a copy that does not count": func(t *testing.T, dir string) (string, [][]string) {
			near := filepath.Join(dir, name)
			os.MkdirAll(filepath.Dir(near), 0o700)
			put(t, near, "something else")
			return forgedRun, [][]string{step(1, Message, "out/m000.c", name), {lineReady, "1", "1"},
				{lineIntent, "1", identOf(t, near)}, {lineDone, "1"}}
		},
		"a copy that is void": func(t *testing.T, dir string) (string, [][]string) {
			near := filepath.Join(dir, name)
			os.MkdirAll(filepath.Dir(near), 0o700)
			put(t, near, "something else")
			return forgedRun, [][]string{step(1, Message, "out/m000.c", name), {lineReady, "1", "1"},
				{lineIntent, "1", identOf(t, near)}, {lineDone, "1"}, {lineFar, "1", forgedRun + "/out/m000.c", strings.Repeat("a", 64)}}
		},
	}
	for what, forgery := range forgeries {
		t.Run(what, func(t *testing.T) {
			dir, far, _ := turfed(t, 2)
			os.RemoveAll(filepath.Join(dir, "out.old"))
			run, lines := forgery(t, dir)
			head := forgedHead(run)
			for i, arg := range head[0] {
				if arg == "old=" {
					head[0][i] += far
				}
			}
			plant(t, dir, run, forge(t, append(head, lines...)...))
			there := snapshot(t, far)
			m, _ := farMover(t, dir, tree(t, far))
			if runs, err := m.Recover(ctx); err != nil || len(runs) != 1 {
				t.Errorf("%+v %v", runs, err)
			}
			same(t, "on the other filesystem", there, snapshot(t, far))
		})
	}
}
