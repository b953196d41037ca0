package disk

import (
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// fcntlBytes is how much of the file is locked: no less than what Exim locks,
// the first line of a -D file (SPOOL_DATA_START_OFFSET in spool_in.c).
const fcntlBytes = 26

// Lock takes an exclusive lock on a regular file and never waits. It holds
// until the Closer is closed, or the process ends.
func (t *folder) Lock(name string, how LockKind) (Lock, error) {
	if err := checkName("lock", name); err != nil {
		return nil, err
	}
	var st unix.Stat_t
	fd, err := t.lock(name, how, &st)
	if err != nil {
		return nil, Failure("lock", name, err)
	}
	_, last, _ := cutLast(name)
	l := &held{info: infoOf(last, &st)}
	l.fd.Store(int32(fd))
	return l, nil
}

func (t *folder) lock(name string, how LockKind, st *unix.Stat_t) (int, error) {
	// A write lock of fcntl needs a descriptor that may write (fcntl_locking(2)),
	// and so does flock over NFS, which tells by EBADF (flock(2)).
	flags := unix.O_RDONLY
	if how == Fcntl {
		flags = unix.O_RDWR
	}
	fd, err := t.lockAs(name, how, flags, st)
	if err == unix.EBADF && how == Flock && t.held() >= 0 {
		fd, err = t.lockAs(name, how, unix.O_RDWR, st)
	}
	return fd, err
}

func (t *folder) lockAs(name string, how LockKind, flags int, st *unix.Stat_t) (int, error) {
	fd, err := t.openIn(name, flags|harmless, 0)
	if err != nil {
		return -1, err
	}
	if err = regular(fd, st); err == nil {
		err = takeLock(fd, how)
	}
	if err != nil {
		closeFD(fd)
		return -1, err
	}
	return fd, nil
}

func takeLock(fd int, how LockKind) error {
	if how == Flock {
		return retry(func() error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) })
	}
	err := retry(func() error {
		return unix.FcntlFlock(uintptr(fd), unix.F_OFD_SETLK, &unix.Flock_t{
			Type: unix.F_WRLCK, Whence: unix.SEEK_SET, Start: 0, Len: fcntlBytes,
		})
	})
	if err == unix.EACCES { // POSIX allows either word for "somebody has it"
		return unix.EAGAIN
	}
	return err
}

// held is a lock: the descriptor it hangs on.
type held struct {
	fd   atomic.Int32
	info Info
}

// Info is that of the file when it was opened.
func (l *held) Info() Info { return l.info }

// Close gives the lock back.
func (l *held) Close() error {
	fd := int(l.fd.Swap(-1))
	if fd < 0 {
		return os.ErrClosed
	}
	return closeFD(fd)
}
