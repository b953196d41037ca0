package replay

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"qclean/scan/disk/faulty"
	"qclean/scan/spool"
	"qclean/scan/spool/imcdata"
)

// makeImcdata writes an Imcdata tree of n raw messages and opens it.
func makeImcdata(t *testing.T, n int) (string, *Mover, spool.Spool) {
	t.Helper()
	dir := filepath.Join(scratch(t), "Imcdata")
	for _, sub := range []string{"", "Out", "In", "Pickup", "Out/Archive"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		put(t, filepath.Join(dir, "Out", fmt.Sprintf("WK%06d", i)),
			fmt.Sprintf("Return-Path: <a@x.example>\r\nFrom: a@x.example\r\nTo: b@y.example\r\nSubject: s%d\r\n\r\nHello\r\n", i))
	}
	put(t, filepath.Join(dir, "Out/Archive/OLD00001"), "Subject: archived\r\n\r\n")
	put(t, filepath.Join(dir, "Queue.dat"), "index")
	tr := tree(t, filepath.Dir(dir))
	s, err := imcdata.Driver{}.Open(tr, "Imcdata")
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(tr, s, Options{Now: clock()})
	if err != nil {
		t.Fatal(err)
	}
	return dir, m, s
}

func pickAll(t *testing.T, s spool.Spool, quarantined bool) []Pick {
	t.Helper()
	entries := s.Entries(ctx)
	if quarantined {
		entries = s.Quarantined(ctx)
	}
	var out []Pick
	for e, err := range entries {
		var left *spool.Left
		if errors.As(err, &left) {
			continue
		}
		if err == nil {
			err = s.Stat(ctx, &e)
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, Pick{Entry: e})
	}
	return out
}

func applyPicks(t *testing.T, m *Mover, s spool.Spool, v Verb, chosen []Pick) Run {
	t.Helper()
	pl, err := NewPlan(s, v, "", chosen, m.o.Now())
	if err != nil {
		t.Fatal(err)
	}
	run := mustApply(t, m, pl)
	if run.Outcome != Complete {
		t.Errorf("%s: %+v", v, run)
	}
	return run
}

// TestTheProcedure is that of KB 324059: the queue becomes its quarantine and
// a new one takes its place, the index goes, the good messages go back.
func TestTheProcedure(t *testing.T) {
	dir, m, s := makeImcdata(t, 6)
	before := snapshot(t, dir, ".old", "Queue.dat")
	swap := mustSwap(t, m, s, []string{"Out"}, "--all")
	if swap.Done != 1 || swap.Outcome != Complete {
		t.Errorf("%+v", swap)
	}
	if names, err := os.ReadDir(filepath.Join(dir, "Out")); err != nil || len(names) != 0 {
		t.Errorf("the new queue has %d names, %v", len(names), err)
	}
	if _, err := os.Stat(filepath.Join(dir, "Queue.dat")); err == nil {
		t.Error("the index is still there")
	}
	old := pickAll(t, s, true)
	if len(old) != 6 {
		t.Fatalf("%d in quarantine", len(old))
	}
	put(t, filepath.Join(dir, "Queue.dat"), "index, made anew")
	back := applyPicks(t, m, s, PutBack, old[:2])
	if _, err := os.Stat(filepath.Join(dir, "Queue.dat")); err == nil {
		t.Error("the index is still there after the put-back")
	}
	if left := pickAll(t, s, false); len(left) != 2 {
		t.Errorf("%d in the queue", len(left))
	}
	sent := applyPicks(t, m, s, Inject, old[2:4])
	if names, err := os.ReadDir(filepath.Join(dir, "Pickup")); err != nil || len(names) != 2 {
		t.Errorf("pickup has %d names, %v", len(names), err)
	}
	for _, run := range []Run{sent, back, swap} {
		if undo, err := m.Undo(ctx, run); err != nil || undo.Outcome != Complete {
			t.Fatalf("undo of %s: %+v %v", run.Verb, undo, err)
		}
	}
	same(t, "after all was taken back", before, snapshot(t, dir, ".old", "Queue.dat"))
}

// TestUndoOfSwapMergesWithWhatCameMeanwhile: names that are taken stay in
// quarantine, everything else goes back, folders and side files too.
func TestUndoOfSwapMergesWithWhatCameMeanwhile(t *testing.T) {
	dir, m, s := makeImcdata(t, 4)
	swap := mustSwap(t, m, s, []string{"Out"}, "--all")
	put(t, filepath.Join(dir, "Out/NEW00001"), "Subject: new\r\n\r\n")
	put(t, filepath.Join(dir, "Out/WK000002"), "Subject: same name\r\n\r\n")
	undo, err := m.Undo(ctx, swap)
	if err != nil {
		t.Fatal(err)
	}
	if undo.Done != 4 || undo.Skipped["exists"] != 1 || undo.Outcome != InPart {
		t.Errorf("%+v", undo)
	}
	var got []string
	filepath.WalkDir(filepath.Join(dir, "Out"), func(name string, d os.DirEntry, err error) error {
		if !d.IsDir() {
			rel, _ := filepath.Rel(dir, name)
			got = append(got, rel)
		}
		return err
	})
	slices.Sort(got)
	want := []string{"Out/Archive/OLD00001", "Out/NEW00001", "Out/WK000000", "Out/WK000001", "Out/WK000002", "Out/WK000003"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	text, _ := os.ReadFile(filepath.Join(dir, "Out/WK000002"))
	kept, _ := os.ReadFile(filepath.Join(dir, "..", swap.Dir, "Out/WK000002"))
	if !strings.Contains(string(text), "same name") || !strings.Contains(string(kept), "s2") {
		t.Errorf("in the queue %q, in quarantine %q", text, kept)
	}
	// The undo can be taken back in turn.
	if again, err := m.Undo(ctx, undo); err != nil || again.Done != 4 {
		t.Errorf("%+v %v", again, err)
	}
}

func TestSwapKeepsOwnerAndMode(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give files away")
	}
	dir, m, s := makeImcdata(t, 1)
	out := filepath.Join(dir, "Out")
	if err := errors.Join(os.Chown(out, 1234, 4321), os.Chmod(out, os.ModeSetgid|0o730)); err != nil {
		t.Fatal(err)
	}
	look := func() string {
		info, err := os.Stat(out)
		if err != nil {
			t.Fatal(err)
		}
		st := info.Sys().(*syscall.Stat_t)
		return fmt.Sprintf("%v %d:%d", info.Mode(), st.Uid, st.Gid)
	}
	want := look()
	run := mustSwap(t, m, s, []string{"Out"}, "")
	if got := look(); got != want {
		t.Errorf("the new folder is %s, the old one was %s", got, want)
	}
	if _, err := m.Undo(ctx, run); err != nil {
		t.Fatal(err)
	}
	if got := look(); got != want {
		t.Errorf("after the undo it is %s, and was %s", got, want)
	}
}

func TestNoPickup(t *testing.T) {
	dir, m, s := makeImcdata(t, 1)
	applyPicks(t, m, s, Quarantine, pickAll(t, s, false))
	os.Remove(filepath.Join(dir, "Pickup"))
	s, err := imcdata.Driver{}.Open(m.tree, "Imcdata")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewPlan(s, Inject, "", pickAll(t, s, true), testTime); !errors.Is(err, ErrNoPickup) {
		t.Errorf("got %v", err)
	}
}

func TestSaysWhyItCannotWrite(t *testing.T) {
	tests := []struct {
		errno unix.Errno
		want  error
	}{
		{unix.EROFS, ErrReadOnly}, {unix.EACCES, ErrReadOnly}, {unix.ENOSPC, unix.ENOSPC}, {unix.EDQUOT, unix.EDQUOT},
	}
	for _, tt := range tests {
		t.Run(unix.ErrnoName(tt.errno), func(t *testing.T) {
			dir := makeSpool(t, 2)
			before := snapshot(t, dir)
			tr := faulty.Open(t, dir, faulty.Faults{FailAt: 1, Stuck: true, Err: tt.errno, Only: faulty.Op.Changes})
			m, p := mover(t, tr, Options{})
			if err := quarantineAll(t, m, p); !errors.Is(err, tt.want) {
				t.Errorf("got %v", err)
			}
			same(t, "afterwards", before, snapshot(t, dir))
		})
	}
}

// TestNoRoomOnTheOtherFilesystem: space is asked for before anything moves.
func TestNoRoomOnTheOtherFilesystem(t *testing.T) {
	dir := makeSpool(t, 2)
	far := tree(t, scratch(t))
	m, p := mover(t, tree(t, dir), Options{Old: far})
	chosen := picks(t, p, false, "m")
	for i := range chosen {
		chosen[i].Entry.Size = 1 << 60
	}
	pl, err := NewPlan(p, Quarantine, "", chosen, testTime)
	if err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, filepath.Join(dir, "out"))
	if _, err := m.Apply(ctx, pl); !errors.Is(err, ErrNoSpace) {
		t.Errorf("got %v", err)
	}
	same(t, "afterwards", before, snapshot(t, filepath.Join(dir, "out")))
}

// TestTurfing: the other filesystem holds the messages, the quarantine here
// the journal; taking it back without naming the other one is refused.
func TestTurfing(t *testing.T) {
	dir := makeSpool(t, 5)
	before := snapshot(t, dir, ".old", "index.dat")
	far := tree(t, scratch(t))
	m, _ := mover(t, tree(t, dir), Options{Old: far})
	run := mustApply(t, m, plan(t, dir, Quarantine, "m"))
	if run.Old != far.Path() || run.Done != 5 {
		t.Errorf("%+v", run)
	}
	if near := where(t, dir); len(near) != 2 {
		t.Errorf("still here: %v", near)
	}
	info, err := os.Stat(filepath.Join(far.Path(), run.Name, "out/m001.b"))
	if err != nil || !info.ModTime().Equal(testTime.Add(-time.Hour)) || info.Mode().Perm() != 0o640 {
		t.Errorf("%v %v", info, err)
	}
	if r, err := m.Verify(ctx, run); err != nil || r.OK != 11 || len(r.Wrong) != 0 {
		t.Errorf("%+v %v", r, err)
	}
	without, _ := mover(t, tree(t, dir), Options{})
	if _, err := without.Undo(ctx, run); !errors.Is(err, ErrNeedOld) {
		t.Errorf("got %v", err)
	}
	if r, err := without.Verify(ctx, run); err != nil || r.Far != 10 || len(r.Wrong) != 0 {
		t.Errorf("%+v %v", r, err)
	}
	put(t, filepath.Join(far.Path(), run.Name, "out/m003.b"), "written to meanwhile")
	undo, err := m.Undo(ctx, run)
	if err != nil || undo.Done != 4 || undo.Skipped["error"] != 1 {
		t.Fatalf("%+v %v", undo, err)
	}
	after := snapshot(t, dir, ".old", "index.dat")
	delete(before, "out/m003.b")
	delete(before, "out/m003.c")
	same(t, "after undo", before, after)
}
