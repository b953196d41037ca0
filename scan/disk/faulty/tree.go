package faulty

import (
	"io"
	"io/fs"
	"iter"
	"slices"
	"testing"

	"qclean/scan/disk"
)

// Tree is a folder on which the faults happen.
type Tree struct {
	world *world
	disk  *platter
	inner disk.Tree
	base  *node  // of this tree in the model
	at    string // what stands before names in Op: the way from the folder that Open got
}

var _ disk.Tree = (*Tree)(nil)

// Open holds a folder, as it is now, with everything in it on the disk.
func Open(t testing.TB, dir string, faults Faults) *Tree {
	t.Helper()
	w := &world{faults: faults, held: map[io.Closer]struct{}{}}
	t.Cleanup(w.kill)
	return w.open(t, dir, "")
}

// Beside holds another folder, such as one on a second filesystem, for the
// same process: operations are numbered together, and both die and crash
// together. In Op, its names have the label and a colon before them.
func (t *Tree) Beside(tb testing.TB, label, dir string) *Tree {
	tb.Helper()
	return t.world.open(tb, dir, label+":")
}

func (w *world) open(t testing.TB, dir, at string) *Tree {
	t.Helper()
	inner, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { inner.Close() })
	p := newPlatter(t, inner)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.disks = append(w.disks, p)
	return &Tree{world: w, disk: p, inner: inner, base: p.root, at: at}
}

// Kill is death between two operations.
func (t *Tree) Kill() { t.world.kill() }

// Reached tells whether the operation FailAt or DieAt came.
func (t *Tree) Reached() bool {
	t.world.mu.Lock()
	defer t.world.mu.Unlock()
	return t.world.reached
}

// Ops gives the operations so far, also of subtrees and files, counted or not.
func (t *Tree) Ops() []Op {
	t.world.mu.Lock()
	defer t.world.mu.Unlock()
	return slices.Clone(t.world.ops)
}

func (t *Tree) op(kind Kind, name string) Op { return Op{Kind: kind, Name: t.at + name} }

// Path is that of the folder.
func (t *Tree) Path() string { return t.inner.Path() }

// List fails, or dies, before the first name. When death comes from another
// goroutine meanwhile, the next name is ErrDead.
func (t *Tree) List(dir string) iter.Seq2[disk.Info, error] {
	return func(yield func(disk.Info, error) bool) {
		if err := t.world.act(t.op(OpList, dir), nothing); err != nil {
			yield(disk.Info{}, err)
			return
		}
		for info, err := range t.inner.List(dir) {
			if t.isDead() {
				yield(disk.Info{}, ErrDead)
				return
			}
			if !yield(info, err) {
				return
			}
		}
	}
}

func (t *Tree) isDead() bool {
	t.world.mu.Lock()
	defer t.world.mu.Unlock()
	return t.world.dead
}

// Lstat is an operation.
func (t *Tree) Lstat(name string) (info disk.Info, err error) {
	err = t.world.act(t.op(OpLstat, name), func() error {
		info, err = t.inner.Lstat(name)
		return err
	})
	return info, err
}

// Open is an operation.
func (t *Tree) Open(name string) (disk.File, error) {
	return t.file(OpOpen, name, nil, func() (disk.File, error) { return t.inner.Open(name) })
}

// Load is one operation, all its calls together.
func (t *Tree) Load(name string, buf []byte) (n int, info disk.Info, err error) {
	err = t.world.act(t.op(OpLoad, name), func() error {
		n, info, err = t.inner.Load(name, buf)
		return err
	})
	return n, info, err
}

// Advise is no operation: nothing depends on it.
func (t *Tree) Advise(name string, bytes int64) { t.inner.Advise(name, bytes) }

// Append is an operation.
func (t *Tree) Append(name string) (disk.File, error) {
	return t.file(OpAppend, name, nil, func() (disk.File, error) { return t.inner.Append(name) })
}

// Create is an operation.
func (t *Tree) Create(name string, perm fs.FileMode) (disk.File, error) {
	created := func(f disk.File) *node { return t.disk.created(t, name, f) }
	return t.file(OpCreate, name, created, func() (disk.File, error) { return t.inner.Create(name, perm) })
}

// file makes an operation that gives a file. created tells the model of a new one.
func (t *Tree) file(kind Kind, name string, created func(disk.File) *node, do func() (disk.File, error)) (disk.File, error) {
	op := t.op(kind, name)
	f := &file{world: t.world, disk: t.disk, name: op.Name}
	err := t.world.act(op, func() (err error) {
		if kind == OpAppend {
			f.node = t.disk.look(t, name)
		}
		if f.inner, err = do(); err != nil {
			return err
		}
		if created != nil {
			f.node = created(f.inner)
		}
		t.world.hold(f.inner)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Move is an operation.
func (t *Tree) Move(from, to string) error {
	op := t.op(OpMove, from)
	op.To = t.at + to
	return t.world.act(op, func() error {
		source := t.disk.look(t, from)
		if err := t.inner.Move(from, to); err != nil {
			return err
		}
		t.disk.moved(t, op, source, from, t, to)
		return nil
	})
}

// Remove is an operation.
func (t *Tree) Remove(name string) error {
	op := t.op(OpRemove, name)
	return t.world.act(op, func() error {
		gone := t.disk.look(t, name)
		t.disk.bury(gone)
		if err := t.inner.Remove(name); err != nil {
			return err
		}
		t.disk.removed(op, gone)
		return nil
	})
}

// Mkdir is an operation.
func (t *Tree) Mkdir(name string, perm fs.FileMode) error {
	op := t.op(OpMkdir, name)
	return t.world.act(op, func() error {
		if err := t.inner.Mkdir(name, perm); err != nil {
			return err
		}
		t.disk.madeDir(t, op, name)
		return nil
	})
}

// SyncDir is an operation.
func (t *Tree) SyncDir(name string) error {
	return t.world.act(t.op(OpSyncDir, name), func() error {
		if err := t.inner.SyncDir(name); err != nil {
			return err
		}
		t.disk.syncDir(t.disk.look(t, name))
		return nil
	})
}

// Lock is an operation; giving the lock back is not.
func (t *Tree) Lock(name string, how disk.LockKind) (disk.Lock, error) {
	l := &lock{world: t.world}
	err := t.world.act(t.op(OpLock, name), func() (err error) {
		if l.inner, err = t.inner.Lock(name, how); err == nil {
			t.world.hold(l.inner)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}

// Sub is an operation.
func (t *Tree) Sub(dir string) (disk.Tree, error) {
	sub := &Tree{world: t.world, disk: t.disk, at: t.at + dir + "/"}
	if dir == "." {
		sub.at = t.at
	}
	err := t.world.act(t.op(OpSub, dir), func() (err error) {
		sub.base = t.disk.look(t, dir)
		sub.inner, err = t.inner.Sub(dir)
		return err
	})
	if err != nil {
		return nil, err
	}
	return sub, nil
}

// Space is an operation.
func (t *Tree) Space() (space disk.Space, err error) {
	err = t.world.act(t.op(OpSpace, "."), func() error {
		space, err = t.inner.Space()
		return err
	})
	return space, err
}

// Keep is no operation. Which calls there are does not change by it.
func (t *Tree) Keep() (letGo func()) {
	if k, ok := t.inner.(disk.Keeper); ok {
		return k.Keep()
	}
	return func() {}
}

// Close is no operation, and works for the dead as well.
func (t *Tree) Close() error { return t.inner.Close() }
