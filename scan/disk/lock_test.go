package disk

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

func TestLock(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		write(t, dir, "sub/a", "x")
		for _, how := range []LockKind{Flock, Fcntl} {
			first, err := tree.Lock("sub/a", how)
			must(t, err)
			if _, err := tree.Lock("sub/a", how); !errors.Is(err, ErrLocked) {
				t.Errorf("kind %d: a second lock: %v", how, err)
			}
			other, err := tree.Lock("sub/a", 1-how)
			if err != nil {
				t.Errorf("kind %d: the kinds see one another: %v", how, err)
			} else {
				must(t, other.Close())
			}
			must(t, first.Close())
			again, err := tree.Lock("sub/a", how)
			if err != nil {
				t.Fatalf("kind %d: after it was given back: %v", how, err)
			}
			must(t, again.Close())
		}
		if _, err := tree.Lock("sub/missing", Flock); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("lock of a missing file: %v", err)
		}
	})
}

// TestLockIsEximsLock holds a POSIX lock on the first line, as Exim does, in this very process:
// locks of an open file conflict with those of its process (fcntl_locking(2)).
func TestLockIsEximsLock(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "1xUyRh-000000-00-D", "1xUyRh-000000-00-D\nbody\n")
	tree := openTree(t, dir)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	defer f.Close()
	lock := unix.Flock_t{Type: unix.F_WRLCK, Len: 19}
	must(t, unix.FcntlFlock(f.Fd(), unix.F_SETLK, &lock))
	if _, err := tree.Lock("1xUyRh-000000-00-D", Fcntl); !errors.Is(err, ErrLocked) {
		t.Errorf("Exim has it, and so have we: %v", err)
	}
	lock.Type = unix.F_UNLCK
	must(t, unix.FcntlFlock(f.Fd(), unix.F_SETLK, &lock))
	l, err := tree.Lock("1xUyRh-000000-00-D", Fcntl)
	must(t, err)
	defer l.Close()
	lock.Type = unix.F_WRLCK
	if err := unix.FcntlFlock(f.Fd(), unix.F_SETLK, &lock); !errors.Is(err, unix.EAGAIN) {
		t.Errorf("we have it, and so has Exim: %v", err)
	}
}
