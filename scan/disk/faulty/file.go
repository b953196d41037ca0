package faulty

import (
	"qclean/scan/disk"
)

// file is an open file on which the faults happen.
type file struct {
	world *world
	disk  *platter
	inner disk.File
	name  string
	node  *node // nil when it was opened for reading only
}

func (f *file) act(kind Kind, do func() error) error {
	return f.world.act(Op{Kind: kind, Name: f.name}, do)
}

func (f *file) Read(p []byte) (n int, err error) {
	err = f.act(OpRead, func() error { n, err = f.inner.Read(p); return err })
	return n, err
}

func (f *file) ReadAt(p []byte, off int64) (n int, err error) {
	err = f.act(OpRead, func() error { n, err = f.inner.ReadAt(p, off); return err })
	return n, err
}

// Write has written half when it fails and the faults say so.
func (f *file) Write(p []byte) (n int, err error) {
	write := func(part []byte) func() error {
		return func() error {
			f.disk.touch(f.node, f.inner)
			n, err = f.inner.Write(part)
			return err
		}
	}
	op := Op{Kind: OpWrite, Name: f.name}
	err = f.world.actTorn(op, write(p), write(p[:len(p)/2]))
	return n, err
}

func (f *file) Stat() (info disk.Info, err error) {
	err = f.act(OpStat, func() error { info, err = f.inner.Stat(); return err })
	return info, err
}

func (f *file) Sync() error {
	return f.act(OpSync, func() error {
		err := f.inner.Sync()
		if err == nil {
			f.disk.synced(f.node)
		}
		return err
	})
}

func (f *file) Truncate(size int64) error {
	return f.act(OpTruncate, func() error {
		f.disk.cut(f.node, f.inner, size)
		return f.inner.Truncate(size)
	})
}

func (f *file) Take(from disk.File) error {
	return f.act(OpTake, func() error {
		f.disk.touch(f.node, f.inner)
		return f.inner.Take(from)
	})
}

// Unwrap gives the file below, for Take of a tree without faults.
func (f *file) Unwrap() disk.File { return f.inner }

// Close gives the file back even when it fails, as the kernel does.
func (f *file) Close() error {
	err := f.act(OpClose, nothing)
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	if !f.world.holds(f.inner) {
		return err
	}
	if cerr := f.world.letGo(f.inner); err == nil {
		err = cerr
	}
	return err
}

// lock is held until its process lets go, or dies.
type lock struct {
	world *world
	inner disk.Lock
}

func (l *lock) Info() disk.Info { return l.inner.Info() }

func (l *lock) Close() error {
	l.world.mu.Lock()
	defer l.world.mu.Unlock()
	if l.world.dead {
		return ErrDead
	}
	return l.world.letGo(l.inner)
}
