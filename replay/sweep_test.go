package replay

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"qclean/scan/disk"
	"qclean/scan/disk/faulty"
)

// scenario is a change that faults are thrown at. prepare runs on a healthy
// disk, act on the faulty one. Whatever act did, undoing every run gives the
// spool back as it was after undo of prepare.
type scenario struct {
	name    string
	prepare func(t *testing.T, m *Mover, p *pair) error
	act     func(t *testing.T, m *Mover, p *pair) error
	skip    []string // names that are not compared at the end
	options func(t *testing.T, dir string) Options
}

func scenarios() []scenario {
	ours := []string{".old", "index.dat"}
	return []scenario{
		{name: "quarantine", act: quarantineAll, skip: ours},
		{name: "undo", prepare: quarantineAll, act: undoLast, skip: ours},
		{name: "put-back", prepare: quarantineAll, act: putBackAll, skip: ours},
		{name: "swap", act: swapAll, skip: ours},
		{name: "undo of swap", prepare: swapAll, act: undoLast, skip: ours},
		{name: "undo of swap, filled", prepare: swapAndFill, act: undoLast, skip: append(ours, "new")},
		{name: "turf", act: quarantineAll, skip: ours, options: otherDisk},
		{name: "undo of turf", prepare: quarantineAll, act: undoLast, skip: ours, options: otherDisk},
	}
}

func quarantineAll(t *testing.T, m *Mover, p *pair) error {
	healthy := &pair{t: tree(t, m.tree.Path())}
	pl, err := NewPlan(p, Quarantine, "--id m", picks(t, healthy, false, "m"), m.o.Now())
	if err != nil {
		return err
	}
	_, err = m.Apply(ctx, pl)
	return err
}

func putBackAll(t *testing.T, m *Mover, p *pair) error {
	healthy := &pair{t: tree(t, m.tree.Path())}
	pl, err := NewPlan(p, PutBack, "--id m", picks(t, healthy, true, "m"), m.o.Now())
	if err != nil {
		return err
	}
	_, err = m.Apply(ctx, pl)
	return err
}

func swapAll(t *testing.T, m *Mover, p *pair) error {
	pl, err := NewSwap(p, nil, "--all", m.o.Now())
	if err != nil {
		return err
	}
	_, err = m.Apply(ctx, pl)
	return err
}

func swapAndFill(t *testing.T, m *Mover, p *pair) error {
	err := swapAll(t, m, p)
	putMessage(t, m.tree.Path(), "out", "new")
	return err
}

func undoLast(t *testing.T, m *Mover, p *pair) error {
	run, err := m.LastRun(ctx)
	if err != nil {
		return err
	}
	_, err = m.Undo(ctx, run)
	return err
}

func otherDisk(t *testing.T, dir string) Options {
	far := dir + "-far"
	if err := os.MkdirAll(far, 0o700); err != nil {
		t.Fatal(err)
	}
	return Options{Old: tree(t, far)}
}

// prepared makes a spool, and gives what it has to look like again.
func (sc scenario) prepared(t *testing.T) (dir string, before map[string]string) {
	t.Helper()
	return sc.preparedIn(t, scratch(t))
}

func (sc scenario) preparedIn(t *testing.T, parent string) (dir string, before map[string]string) {
	t.Helper()
	dir = makeSpoolIn(t, parent, 3)
	before = snapshot(t, dir, sc.skip...)
	if sc.prepare != nil {
		m, p := mover(t, tree(t, dir), sc.opts(t, dir))
		if err := sc.prepare(t, m, p); err != nil {
			t.Fatal(err)
		}
	}
	return dir, before
}

func (sc scenario) opts(t *testing.T, dir string) Options {
	var o Options
	if sc.options != nil {
		o = sc.options(t, dir)
	}
	return o
}

// actor is the Mover that faults are thrown at, an hour after prepare.
func (sc scenario) actor(t *testing.T, dir string, tr disk.Tree) (*Mover, *pair) {
	o := sc.opts(t, dir)
	o.Now = clockFrom(testTime.Add(time.Hour))
	if ft, ok := tr.(*faulty.Tree); ok && o.Old != nil { // the other filesystem has its faults too
		o.Old = ft.Beside(t, "far", dir+"-far")
	}
	return mover(t, tr, o)
}

// check recovers on a healthy disk, takes back all runs, and compares.
func (sc scenario) check(t *testing.T, dir, boot string, before map[string]string) {
	t.Helper()
	o := sc.opts(t, dir)
	o.Boot = boot
	at := testTime.AddDate(0, 0, 1)
	o.Now = clockFrom(at)
	m, _ := mover(t, tree(t, dir), o)
	recoverOnce(t, m)
	undoneWhole(t, m)
	same(t, "after recovery and undo", before, snapshot(t, dir, sc.skip...))
	if o.Old != nil { // copies that an undo, cut short, has left
		m, p := mover(t, tree(t, dir), o)
		if err := purgeAll(t, m, p); err != nil && !errors.Is(err, ErrEmpty) {
			t.Fatal(err)
		}
		if left := where(t, o.Old.Path()); len(left) > 0 {
			t.Errorf("on the other filesystem: %v", left)
		}
		same(t, "after the copies were purged", before, snapshot(t, dir, sc.skip...))
	}
}

// TestDeathAtEveryOperation kills the process before each of its operations.
func TestDeathAtEveryOperation(t *testing.T) {
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			n := sweep(t, 3, func(t *testing.T, i int) *faulty.Tree {
				dir, before := sc.prepared(t)
				tr := faulty.Open(t, dir, faulty.Faults{DieAt: i, Torn: i%2 == 0, Only: faulty.Op.Changes})
				m, p := sc.actor(t, dir, tr)
				if err := sc.act(t, m, p); tr.Reached() && !errors.Is(err, faulty.ErrDead) {
					t.Fatalf("died, and yet: %v", err)
				}
				sc.check(t, dir, "boot-1", before)
				return tr
			})
			t.Logf("died at %d operations", n)
		})
	}
}

// TestErrorAtEveryOperation lets each operation fail once, or from then on.
func TestErrorAtEveryOperation(t *testing.T) {
	errs := []unix.Errno{unix.EIO}
	if torture() {
		errs = []unix.Errno{unix.EIO, unix.ENOSPC, unix.EACCES, unix.EROFS, unix.EMFILE, unix.EINTR, unix.EXDEV}
	}
	for _, sc := range scenarios() {
		for _, errno := range errs {
			for _, stuck := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/stuck %v", sc.name, unix.ErrnoName(errno), stuck), func(t *testing.T) {
					n := sweep(t, 7, func(t *testing.T, i int) *faulty.Tree {
						dir, before := sc.prepared(t)
						tr := faulty.Open(t, dir, faulty.Faults{FailAt: i, Err: errno, Stuck: stuck, Torn: true})
						m, p := sc.actor(t, dir, tr)
						if err := sc.act(t, m, p); stuck && tr.Reached() && err == nil && !closing(tr, i) {
							t.Fatal("every operation failed, and no word of it")
						}
						sc.check(t, dir, "boot-1", before)
						return tr
					})
					t.Logf("failed at %d operations", n)
				})
			}
		}
	}
}

// closing tells whether only files were closed from operation i on.
func closing(tr *faulty.Tree, i int) bool {
	for _, op := range tr.Ops() {
		if op.N >= i && op.Kind != faulty.OpClose {
			return false
		}
	}
	return true
}

// TestPowerLossAtEveryOperation drops what was not synced.
func TestPowerLossAtEveryOperation(t *testing.T) {
	luck := map[string]faulty.Power{
		"nothing by luck": {},
		"halves":          {Split: true},
		"entries only":    {Entries: faulty.All},
		"zeros":           {Entries: faulty.All, Data: faulty.DataZeros},
		"torn":            {Entries: faulty.Luck(1), Data: faulty.DataTorn},
	}
	if torture() {
		for seed := range uint64(10) {
			luck[fmt.Sprintf("luck %d", seed)] = faulty.Power{Entries: faulty.Luck(seed), Data: faulty.Data(seed % 4)}
		}
	}
	for _, sc := range scenarios() {
		for name, power := range luck {
			t.Run(sc.name+"/"+name, func(t *testing.T) {
				n := sweep(t, 5, func(t *testing.T, i int) *faulty.Tree {
					dir, before := sc.prepared(t)
					tr := faulty.Open(t, dir, faulty.Faults{DieAt: i, Only: faulty.Op.Changes})
					m, p := sc.actor(t, dir, tr)
					if err := sc.act(t, m, p); tr.Reached() && !errors.Is(err, faulty.ErrDead) {
						t.Fatalf("died, and yet: %v", err)
					}
					if err := tr.Crash(power); err != nil {
						t.Fatal(err)
					}
					sc.check(t, dir, "boot-2", before)
					return tr
				})
				t.Logf("the power went at %d operations", n)
			})
		}
	}
}

// TestInterruptAtEveryMoment cancels the context at each operation: the
// journal is true, and the next run finds nothing to recover.
func TestInterruptAtEveryMoment(t *testing.T) {
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			for i := 1; ; i += stride(7) {
				dir, before := sc.prepared(t)
				stop, cancel := context.WithCancel(context.Background())
				tr := faulty.Open(t, dir, faulty.Faults{Before: func(op faulty.Op) {
					if op.N == i {
						cancel()
					}
				}})
				m, p := sc.actor(t, dir, tr)
				ctx = stop
				err := sc.act(t, m, p)
				ctx = context.Background()
				cancel()
				if err != nil && !errors.Is(err, context.Canceled) {
					t.Fatal(err)
				}
				healthy, _ := mover(t, tree(t, dir), sc.opts(t, dir))
				if runs, err := healthy.Recover(ctx); err != nil || len(runs) != 0 {
					t.Fatalf("cancelled at operation %d, left to recover: %+v %v", i, runs, err)
				}
				sc.check(t, dir, "boot-1", before)
				if len(tr.Ops()) < i {
					return
				}
			}
		})
	}
}

// sweep is faulty.Sweep, which takes long: without QCLEAN_TORTURE it looks at
// every so many operations only, other ones in each sweep.
func sweep(t *testing.T, step int, run func(t *testing.T, i int) *faulty.Tree) int {
	t.Helper()
	if torture() {
		return faulty.Sweep(t, run)
	}
	seed := fnv.New32()
	seed.Write([]byte(t.Name()))
	for i := 1 + int(seed.Sum32())%step; ; i += step {
		var tr *faulty.Tree
		if !t.Run(fmt.Sprintf("at operation %d", i), func(t *testing.T) { tr = run(t, i) }) {
			t.FailNow()
		}
		if !tr.Reached() {
			return i
		}
	}
}

// stride is how many operations a loop goes on.
func stride(n int) int {
	if torture() {
		return 1
	}
	return n
}

func torture() bool { return os.Getenv("QCLEAN_TORTURE") != "" }

var _ disk.Tree = (*faulty.Tree)(nil)

// recoverOnce recovers, and wants nothing to be left for a second time.
func recoverOnce(t *testing.T, m *Mover) {
	t.Helper()
	if _, err := m.Recover(ctx); err != nil {
		t.Fatal("recover:", err)
	}
	if again, err := m.Recover(ctx); err != nil || len(again) != 0 {
		t.Fatalf("recovered twice: %+v %v", again, err)
	}
}

// undoneWhole takes back all runs, the newest first, and wants each undo to be complete.
func undoneWhole(t *testing.T, m *Mover) {
	t.Helper()
	for range 9 {
		run, err := m.LastRun(ctx)
		if errors.Is(err, ErrNoRun) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if undo, err := m.Undo(ctx, run); err != nil || undo.Outcome != Complete {
			t.Fatalf("undo of %+v: %+v %v", run, undo, err)
		}
	}
}
