package replay

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"qclean/scan/disk"
	"qclean/scan/disk/faulty"
	"qclean/scan/spool"
	"qclean/scan/spool/imcdata"
)

// crowd makes a queue of n empty messages in one folder: of the long form on a
// real disk.
func crowd(t *testing.T, n int) string {
	t.Helper()
	dir := scratch(t)
	if torture() {
		dir = t.TempDir()
	}
	if err := os.Mkdir(filepath.Join(dir, "Out"), 0o750); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		f, err := os.Create(filepath.Join(dir, "Out", fmt.Sprintf("WK%07d", i)))
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	return dir
}

func crowdMover(t *testing.T, tr disk.Tree) (*Mover, spool.Spool) {
	t.Helper()
	s, err := imcdata.Driver{}.Open(tr, "Out")
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(tr, s, Options{Now: clock(), Boot: "boot-1"})
	if err != nil {
		t.Fatal(err)
	}
	m.inline = true
	return m, s
}

// names is how many files a folder has, and a mark of which ones.
func names(t *testing.T, dir string) (n int, mark uint64) {
	t.Helper()
	for info, err := range tree(t, dir).List(".") {
		if err != nil {
			t.Fatal(err)
		}
		n, mark = n+1, mark^info.Inode*2654435761
	}
	return n, mark
}

// TestMillionEntries swaps, lists, quarantines a part of and takes back one
// folder of twenty thousand entries; a million with QCLEAN_TORTURE. A swap
// makes the very same operations for any number, and its time is printed
// beside that for a few.
func TestMillionEntries(t *testing.T) {
	n := 20_000
	if torture() {
		n = 1_000_000
	}
	few, many := crowd(t, 20), crowd(t, n)
	had, mark := names(t, filepath.Join(many, "Out"))
	if had != n {
		t.Fatalf("%d entries", had)
	}
	if a, b := swapOperations(t, few), swapOperations(t, many); !slices.Equal(a, b) {
		t.Errorf("a swap of 20 makes %d operations, one of %d %d:\n%s\n%s", len(a), n, len(b), strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
	small, large := swapTimes(t, few), swapTimes(t, many)
	t.Logf("swap and its undo of 20 messages %v, of %d %v: ratio %.2f", small, n, large, float64(large)/float64(small))

	m, s := crowdMover(t, tree(t, many))
	swap := mustSwap(t, m, s, nil, "--all")
	began := time.Now()
	if listed, heap := listAll(t, s); listed != n || heap > 16<<20 {
		t.Errorf("%d listed in quarantine, with %d bytes more on the heap", listed, heap)
	}
	t.Logf("listed %d in %v", n, time.Since(began))
	if left, _ := names(t, filepath.Join(many, "Out")); left != 0 {
		t.Errorf("%d left in the queue", left)
	}
	if _, err := m.Undo(ctx, swap); err != nil {
		t.Fatal(err)
	}
	quarantinePart(t, m, s, many, n)
	if now, is := names(t, filepath.Join(many, "Out")); now != n || is != mark {
		t.Errorf("%d entries after everything was taken back, were %d; the same files: %v", now, n, is == mark)
	}
}

// swapOperations is what a swap and its undo ask of the filesystem.
func swapOperations(t *testing.T, dir string) []string {
	t.Helper()
	tr := faulty.Open(t, dir, faulty.Faults{})
	m, s := crowdMover(t, tr)
	opened := len(tr.Ops()) // a driver looks at the first names to know the shape
	swapAndBack(t, m, s)
	var out []string
	for _, op := range tr.Ops()[opened:] {
		out = append(out, fmt.Sprint(op.Kind, " ", op.Name))
	}
	if err := os.RemoveAll(filepath.Join(dir, "Out.old")); err != nil {
		t.Fatal(err)
	}
	return out
}

func swapAndBack(t *testing.T, m *Mover, s spool.Spool) {
	t.Helper()
	run := mustSwap(t, m, s, nil, "--all")
	if undo, err := m.Undo(ctx, run); err != nil || undo.Outcome != Complete {
		t.Fatalf("%+v %v", undo, err)
	}
}

// swapTimes is the median of some.
func swapTimes(t *testing.T, dir string) time.Duration {
	t.Helper()
	var took []time.Duration
	for range 5 {
		m, s := crowdMover(t, tree(t, dir))
		began := time.Now()
		swapAndBack(t, m, s)
		took = append(took, time.Since(began))
		if err := os.RemoveAll(filepath.Join(dir, "Out.old")); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// listAll counts the quarantine, and what is alive on the heap in the middle of it.
func listAll(t *testing.T, s spool.Spool) (n int, heap int64) {
	t.Helper()
	alive := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := alive()
	for _, err := range s.Quarantined(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n%(1<<18) == 10_000 {
			heap = max(heap, alive()-before)
		}
	}
	return n, heap
}

// quarantinePart takes each twentieth message out by plan, and back.
func quarantinePart(t *testing.T, m *Mover, s spool.Spool, dir string, n int) {
	t.Helper()
	var chosen []Pick
	i := 0
	for e, err := range s.Entries(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if i++; i%20 != 0 {
			continue
		}
		if err := s.Stat(ctx, &e); err != nil {
			t.Fatal(err)
		}
		chosen = append(chosen, Pick{Entry: e})
	}
	began := time.Now()
	run := applyPicks(t, m, s, Quarantine, chosen)
	t.Logf("quarantined %d of %d in %v", run.Done, n, time.Since(began))
	if left, _ := names(t, filepath.Join(dir, "Out")); left != n-n/20 || run.Done != n/20 {
		t.Errorf("%d left, %d moved", left, run.Done)
	}
	if undo, err := m.Undo(ctx, run); err != nil || undo.Done != n/20 {
		t.Fatalf("%+v %v", undo, err)
	}
}
