package faulty

import (
	"errors"
	"io"
	"sync"
	"syscall"

	"qclean/scan/disk"
)

// world is what a tree, its subtrees and their files share. Operations are
// made one at a time, under its lock.
type world struct {
	faults Faults

	mu      sync.Mutex
	disks   []*platter
	ops     []Op
	counted int
	reached bool
	dead    bool
	held    map[io.Closer]struct{} // files and locks, which the kernel closes when a process dies
}

// act makes one operation, unless it is the one that fails.
func (w *world) act(op Op, do func() error) error { return w.actTorn(op, do, nothing) }

func nothing() error { return nil }

// actTorn is act for an operation that can be half done when it fails.
func (w *world) actTorn(op Op, do, half func() error) error {
	op, alive := w.number(op)
	if alive && w.faults.Before != nil {
		w.faults.Before(op)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead {
		return ErrDead
	}
	dies, fails := w.faults.hit(op.N)
	if !dies && !fails {
		return do()
	}
	w.reached = true
	if w.faults.Torn {
		half() // its own error does not matter: the operation fails
	}
	if dies {
		w.die()
		return ErrDead
	}
	return dressed(op, w.faults.Err)
}

// hit tells what happens at an operation with this number, 0 for one that does not count.
func (f Faults) hit(n int) (dies, fails bool) {
	if n == 0 {
		return false, false
	}
	dies = f.DieAt > 0 && n >= f.DieAt
	fails = f.FailAt > 0 && (n == f.FailAt || f.Stuck && n > f.FailAt)
	return dies, fails
}

func (w *world) number(op Op) (_ Op, alive bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead {
		return op, false
	}
	if w.faults.Only == nil || w.faults.Only(op) {
		w.counted++
		op.N = w.counted
	}
	w.ops = append(w.ops, op)
	return op, true
}

// dressed is a fault as a real tree would tell it.
func dressed(op Op, err error) error {
	if err == nil {
		err = syscall.EIO
	}
	if _, ok := err.(syscall.Errno); !ok {
		return err
	}
	err = disk.Failure(string(op.Kind), op.Name, err)
	var e *disk.Error
	if errors.As(err, &e) {
		e.To = op.To
	}
	return err
}

func (w *world) kill() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.die()
}

// die closes what the process held. The lock of the world is held.
func (w *world) die() {
	w.dead = true
	for c := range w.held {
		c.Close()
	}
	clear(w.held)
}

func (w *world) hold(c io.Closer)        { w.held[c] = struct{}{} }
func (w *world) letGo(c io.Closer) error { delete(w.held, c); return c.Close() }
func (w *world) holds(c io.Closer) bool  { _, ok := w.held[c]; return ok }
