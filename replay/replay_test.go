package replay

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestQuarantineThenUndoIsByteIdentical(t *testing.T) {
	dir := makeSpool(t, 8)
	before := snapshot(t, dir, ".old", "index.dat")
	m, p := mover(t, tree(t, dir), Options{})
	pl, err := NewPlan(p, Quarantine, "--id m", picks(t, p, false, "m"), testTime)
	if err != nil {
		t.Fatal(err)
	}
	run := mustApply(t, m, pl)
	if run.Done != 8 || run.Outcome != Complete || run.Dir != "out.old/20261122-054300-quarantine" {
		t.Errorf("%+v", run)
	}
	if _, err := os.Stat(filepath.Join(dir, run.Dir, "m003.b")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, run.Dir, ".qclean/index/index.dat")); err != nil {
		t.Error("the stale index was not kept:", err)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "out")); len(left) != 0 {
		t.Errorf("%d left in the queue", len(left))
	}
	undo, err := m.Undo(ctx, run)
	if err != nil {
		t.Fatal(err)
	}
	if undo.Done != 8 || undo.Of != run.Name || undo.Outcome != Complete {
		t.Errorf("%+v", undo)
	}
	same(t, "after undo", before, snapshot(t, dir, ".old", "index.dat"))

	// And the undo can be taken back.
	redo, err := m.Undo(ctx, undo)
	if err != nil || redo.Done != 8 {
		t.Fatalf("%+v %v", redo, err)
	}
	if _, err := os.Stat(filepath.Join(dir, run.Dir, "m003.b")); err != nil {
		t.Error(err)
	}
}

func TestRunsTellWhatHappened(t *testing.T) {
	dir := makeSpool(t, 4)
	m, p := mover(t, tree(t, dir), Options{})
	pl, err := NewPlan(p, Quarantine, "--id m", picks(t, p, false, "m"), testTime)
	if err != nil {
		t.Fatal(err)
	}
	run := mustApply(t, m, pl)
	if last, err := m.LastRun(ctx); err != nil || last.Name != run.Name {
		t.Fatalf("%+v %v", last, err)
	}
	undo, err := m.Undo(ctx, run)
	if err != nil {
		t.Fatal(err)
	}
	var got []Run
	for r, err := range m.Runs(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r)
	}
	run.UndoneBy = undo.Name
	if diff := cmp.Diff([]Run{run, undo}, got, cmp.Comparer(func(a, b Run) bool {
		return a.Name == b.Name && a.Verb == b.Verb && a.Done == b.Done && a.Bytes == b.Bytes && a.Planned == b.Planned &&
			a.Outcome == b.Outcome && a.Of == b.Of && a.UndoneBy == b.UndoneBy && a.Selector == b.Selector &&
			a.Began.Equal(b.Began) && a.Ended.Equal(b.Ended) && a.Dir == b.Dir && len(a.Skipped) == len(b.Skipped)
	})); diff != "" {
		t.Error(diff)
	}
	if _, err := m.LastRun(ctx); !errors.Is(err, ErrNoRun) {
		t.Errorf("all is undone, and yet %v", err)
	}
	for _, name := range []string{run.Name, "20261122-054300-q", filepath.Join(dir, run.Dir), run.Dir + "/"} {
		if r, err := m.FindRun(ctx, name); err != nil || r.Name != run.Name {
			t.Errorf("%s: %+v %v", name, r, err)
		}
	}
	if _, err := m.FindRun(ctx, "2026"); !errors.Is(err, ErrManyRuns) {
		t.Errorf("2026: %v", err)
	}
	if _, err := m.FindRun(ctx, "2025"); !errors.Is(err, ErrNoRun) {
		t.Errorf("2025: %v", err)
	}
}

func TestNeverOverwrites(t *testing.T) {
	dir := makeSpool(t, 3)
	m, p := mover(t, tree(t, dir), Options{})
	pl, err := NewPlan(p, Quarantine, "", picks(t, p, false, "m"), testTime)
	if err != nil {
		t.Fatal(err)
	}
	run := mustApply(t, m, pl)
	// Meanwhile the MTA has a new message of the same name, and half of another.
	putMessage(t, dir, "out", "m001")
	put(t, filepath.Join(dir, "out", "m002.c"), "new control")
	want := snapshot(t, filepath.Join(dir, "out"))
	undo, err := m.Undo(ctx, run)
	if err != nil {
		t.Fatal(err)
	}
	if undo.Outcome != InPart || undo.Done != 1 || undo.Skipped["exists"] != 2 {
		t.Errorf("%+v", undo)
	}
	got := snapshot(t, filepath.Join(dir, "out"))
	for name, text := range want {
		if name != "." && got[name] != text {
			t.Errorf("%s was overwritten", name)
		}
	}
	for _, name := range []string{"m001.c", "m001.b", "m002.c", "m002.b"} {
		if _, err := os.Stat(filepath.Join(dir, run.Dir, name)); err != nil {
			t.Errorf("not kept in quarantine: %v", err)
		}
	}
}

func TestLeavesAlone(t *testing.T) {
	tests := []struct {
		name   string
		meddle func(t *testing.T, dir string, p *pair)
		reason string
		done   int
	}{
		{"gone", func(t *testing.T, dir string, _ *pair) {
			os.Remove(filepath.Join(dir, "out/m001.c"))
			os.Remove(filepath.Join(dir, "out/m001.b"))
		}, "gone", 2},
		{"busy", func(t *testing.T, dir string, p *pair) { p.busy = map[string]bool{"m001": true} }, "busy", 2},
		{"changed", func(t *testing.T, dir string, _ *pair) { put(t, filepath.Join(dir, "out/m001.b"), "another text") }, "changed", 2},
		{"another file of that name", func(t *testing.T, dir string, _ *pair) {
			os.Rename(filepath.Join(dir, "out/m001.c"), filepath.Join(dir, "out/m001.x"))
			put(t, filepath.Join(dir, "out/m001.c"), "other")
		}, "changed", 2},
		{"link", func(t *testing.T, dir string, _ *pair) {
			os.Remove(filepath.Join(dir, "out/m001.b"))
			os.Symlink("/etc/passwd", filepath.Join(dir, "out/m001.b"))
		}, "not a file", 2},
		{"hard link", func(t *testing.T, dir string, _ *pair) {
			os.Link(filepath.Join(dir, "out/m001.b"), filepath.Join(dir, "elsewhere"))
		}, "linked", 2},
		{"moved to another queue", func(t *testing.T, dir string, _ *pair) {
			os.Rename(filepath.Join(dir, "out/m001.c"), filepath.Join(dir, "in/m001.c"))
			os.Rename(filepath.Join(dir, "out/m001.b"), filepath.Join(dir, "in/m001.b"))
		}, "", 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := makeSpool(t, 3)
			m, p := mover(t, tree(t, dir), Options{})
			pl, err := NewPlan(p, Quarantine, "", picks(t, p, false, "m"), testTime)
			if err != nil {
				t.Fatal(err)
			}
			tt.meddle(t, dir, p)
			run := mustApply(t, m, pl)
			if run.Done != tt.done || tt.reason != "" && run.Skipped[tt.reason] != 1 {
				t.Errorf("%+v", run)
			}
			p.busy = nil
			undo, err := m.Undo(ctx, run)
			if err != nil || undo.Done != tt.done {
				t.Errorf("undo: %+v %v", undo, err)
			}
		})
	}
}

func TestRefusesEmptyPlan(t *testing.T) {
	dir := makeSpool(t, 1)
	_, p := mover(t, tree(t, dir), Options{})
	if _, err := NewPlan(p, Quarantine, "", nil, testTime); !errors.Is(err, ErrEmpty) {
		t.Errorf("got %v", err)
	}
}

func TestSecondMoverIsToldWhoHoldsTheLock(t *testing.T) {
	dir := makeSpool(t, 1)
	m, _ := mover(t, tree(t, dir), Options{Command: "qclean quarantine"})
	lock, err := m.Lock(ctx)
	if err != nil {
		t.Fatal(err)
	}
	other, _ := mover(t, tree(t, dir), Options{})
	_, err = other.Apply(ctx, plan(t, dir, Quarantine, "m"))
	var who *Holder
	if !errors.Is(err, ErrLocked) || !errors.As(err, &who) || who.PID != 42 || who.Command != "qclean quarantine" {
		t.Fatalf("got %v", err)
	}
	// Who names a folder above meets the same lock.
	above := tree(t, filepath.Dir(dir))
	third, err := New(above, &pair{t: above, base: "spool/"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := third.Lock(ctx); !errors.Is(err, ErrLocked) {
		t.Fatalf("got %v", err)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	if lock, err = third.Lock(ctx); err != nil {
		t.Fatal(err)
	}
	lock.Close()
}

func TestUndoFromAnotherFolderAbove(t *testing.T) {
	dir := makeSpool(t, 3)
	before := snapshot(t, dir, ".old", "index.dat")
	m, _ := mover(t, tree(t, dir), Options{})
	run := mustApply(t, m, plan(t, dir, Quarantine, "m"))
	above := tree(t, filepath.Dir(dir))
	up, err := New(above, &pair{t: above, base: "spool/"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	found, err := up.FindRun(ctx, run.Name)
	if err != nil {
		t.Fatal(err)
	}
	if undo, err := up.Undo(ctx, found); err != nil || undo.Done != 3 {
		t.Fatalf("%+v %v", undo, err)
	}
	same(t, "after undo", before, snapshot(t, dir, ".old", "index.dat"))
}

func TestNamesMayHoldAnyBytes(t *testing.T) {
	names := []string{"a b", "new\nline", "\xff\xfe", "\x1b[31m", strings.Repeat("n", 253), "%41", "-rf", "ünï"}
	dir := makeSpool(t, 0)
	for _, n := range names {
		putMessage(t, dir, "out", n)
	}
	before := snapshot(t, dir, ".old", "index.dat")
	m, _ := mover(t, tree(t, dir), Options{})
	run := mustApply(t, m, plan(t, dir, Quarantine, ""))
	if run.Done != len(names)+1 { // and the one of the other queue
		t.Fatalf("%+v", run)
	}
	if undo, err := m.Undo(ctx, run); err != nil || undo.Done != run.Done {
		t.Fatalf("%+v %v", undo, err)
	}
	same(t, "after undo", before, snapshot(t, dir, ".old", "index.dat"))
}
