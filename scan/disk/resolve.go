package disk

import (
	"errors"
	"strings"

	"golang.org/x/sys/unix"
)

// noLinks keeps openat2 below the folder and off every link (openat2(2)).
const noLinks = unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS

// retries bounds EAGAIN, which openat2 may give while folders are renamed under it.
const retries = 16

// hasOpenat2 asks the kernel (5.6 and later) and whatever filters its calls.
func hasOpenat2(fd int) bool {
	got, err := openat2(fd, ".", unix.O_PATH|unix.O_DIRECTORY, 0)
	if err == nil {
		closeFD(got)
	}
	return !errors.Is(err, unix.ENOSYS) && !errors.Is(err, unix.EPERM)
}

// openIn opens a name somewhere below the folder, with no link in any part.
func (t *folder) openIn(name string, flags int, mode uint32) (int, error) {
	_, last, deep := cutLast(name)
	switch {
	case !deep:
		return openat(t.held(), last, flags|unix.O_NOFOLLOW, mode)
	case t.walk || t.keeper.busy.Load():
		fd := -1
		err := t.within(name, func(parent int, last string) (err error) {
			fd, err = openat(parent, last, flags|unix.O_NOFOLLOW, mode)
			return err
		})
		return fd, err
	}
	return openat2(t.held(), name, flags|unix.O_NOFOLLOW, mode)
}

// parent gives the folder that a name lies in. done has to be called with it
// in any case: for a name right in the tree, nothing was opened.
func (t *folder) parent(name string) (fd int, last string, err error) {
	dir, last, deep := cutLast(name)
	if !deep {
		return t.held(), last, nil
	}
	fd, err = t.enter(dir)
	return fd, last, err
}

// done closes what parent opened, unless it is kept.
func (t *folder) done(fd int) {
	if fd >= 0 && fd != t.held() && !t.keeper.leave(fd) {
		closeFD(fd)
	}
}

// descend opens a folder part by part, for kernels without openat2. Each part
// is opened relative to the one before, so a swapped folder leads nowhere else.
func (t *folder) descend(dir string) (int, error) {
	at := t.held()
	for more := true; more; {
		var part string
		part, dir, more = strings.Cut(dir, "/")
		next, err := openat(at, part, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
		if at != t.held() { // opened here, and never kept: the keeper's lock may be held
			closeFD(at)
		}
		if err != nil {
			return -1, err
		}
		at = next
	}
	return at, nil
}

func cutLast(name string) (dir, last string, deep bool) {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i], name[i+1:], true
	}
	return "", name, false
}

func openat(at int, name string, flags int, mode uint32) (fd int, err error) {
	err = retry(func() error {
		fd, err = unix.Openat(at, name, flags|unix.O_CLOEXEC, mode)
		return err
	})
	return fd, err
}

func openat2(at int, name string, flags int, mode uint32) (fd int, err error) {
	how := unix.OpenHow{Flags: uint64(flags | unix.O_CLOEXEC | unix.O_LARGEFILE), Mode: uint64(mode), Resolve: noLinks}
	for range retries {
		err = retry(func() error {
			fd, err = unix.Openat2(at, name, &how)
			return err
		})
		if err != unix.EAGAIN {
			break
		}
	}
	return fd, err
}

// retry makes a call again that a signal cut short (signal(7)).
func retry(call func() error) error {
	for {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
}

// closeFD never tries again: on Linux the descriptor is gone even after EINTR (close(2)).
func closeFD(fd int) error {
	if err := unix.Close(fd); err != unix.EINTR {
		return err
	}
	return nil
}
