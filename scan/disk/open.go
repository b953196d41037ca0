package disk

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// harmless are the flags of every open of a file: no waiting for the other end
// of a FIFO, and no terminal of the attacker's becomes ours.
const harmless = unix.O_NONBLOCK | unix.O_NOCTTY

// Open opens a regular file for reading, without a mark on its access time
// where the kernel allows that.
func (t *folder) Open(name string) (File, error) {
	if err := checkName("open", name); err != nil {
		return nil, err
	}
	fd, err := t.openQuietly(name, unix.O_RDONLY|harmless)
	if err != nil {
		return nil, Failure("open", name, err)
	}
	var st unix.Stat_t
	if err := regular(fd, &st); err != nil {
		closeFD(fd)
		return nil, Failure("open", name, err)
	}
	return &file{fd: fd, name: name}, nil
}

// openQuietly opens with O_NOATIME, which only the owner and root may: on a
// cold spool it saves one write of an inode a message.
func (t *folder) openQuietly(name string, flags int) (int, error) {
	if !t.loud.Load() {
		fd, err := t.openIn(name, flags|unix.O_NOATIME, 0)
		if err != unix.EPERM {
			return fd, err
		}
		t.loud.Store(true)
	}
	return t.openIn(name, flags, 0)
}

// Append opens a regular file with a single name, to write at its end. It may
// be read as well.
func (t *folder) Append(name string) (File, error) {
	if err := checkName("append", name); err != nil {
		return nil, err
	}
	fd, err := t.openIn(name, unix.O_RDWR|unix.O_APPEND|harmless, 0)
	if err != nil {
		return nil, Failure("append", name, err)
	}
	var st unix.Stat_t
	err = regular(fd, &st)
	if err == nil && st.Nlink != 1 {
		err = ErrLinked
	}
	if err != nil {
		closeFD(fd)
		return nil, Failure("append", name, err)
	}
	return &file{fd: fd, name: name}, nil
}

// Create makes a file with exactly this mode. It is written at its end, also
// after Truncate, and may be read as well.
func (t *folder) Create(name string, perm fs.FileMode) (File, error) {
	if err := checkName("create", name); err != nil {
		return nil, err
	}
	fd, err := t.openIn(name, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL|unix.O_APPEND|harmless, kernelMode(perm))
	if err != nil {
		return nil, Failure("create", name, err)
	}
	f := &file{fd: fd, name: name}
	if err := f.chmod(kernelMode(perm)); err != nil {
		closeFD(fd)
		t.unlink(name)
		return nil, Failure("create", name, err)
	}
	return f, nil
}

func regular(fd int, st *unix.Stat_t) error {
	if err := retry(func() error { return unix.Fstat(fd, st) }); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return ErrNotRegular
	}
	return nil
}
