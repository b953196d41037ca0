package disk

import (
	"bytes"
	"errors"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// maxAttr is the kernel's own bound for a list of attributes and for a value (xattr(7)).
const maxAttr = 64 << 10

// Take gives this file owner, group, mode, extended attributes and times of
// another. Labels of the security modules are tried only: the target's policy
// has its own.
func (f *file) Take(from File) error {
	source, ok := innermost(from).(*file)
	if !ok {
		return Failure("take", f.name, errors.New("not a file of this kind of tree"))
	}
	return Failure("take", f.name, f.take(source))
}

// innermost takes off what trees for tests put around a file.
func innermost(f File) File {
	for {
		w, ok := f.(interface{ Unwrap() File })
		if !ok {
			return f
		}
		f = w.Unwrap()
	}
}

func (f *file) take(source *file) error {
	var have, want unix.Stat_t
	if err := regular(source.fd, &want); err != nil {
		return err
	}
	if err := regular(f.fd, &have); err != nil {
		return err
	}
	// Owner first: a change of owner clears setuid and setgid (chown(2)). An
	// owner that is right already is left alone, since only root may chown.
	if have.Uid != want.Uid || have.Gid != want.Gid {
		if err := retry(func() error { return unix.Fchown(f.fd, int(want.Uid), int(want.Gid)) }); err != nil {
			return err
		}
	}
	if err := f.chmod(want.Mode &^ unix.S_IFMT); err != nil {
		return err
	}
	if err := f.takeAttrs(source); err != nil {
		return err
	}
	return f.setTimes(want.Atim, want.Mtim)
}

func (f *file) takeAttrs(source *file) error {
	list := make([]byte, maxAttr)
	n, err := unix.Flistxattr(source.fd, list)
	if err == unix.ENOTSUP {
		return nil
	}
	if err != nil {
		return err
	}
	value := make([]byte, maxAttr)
	for raw := range bytes.SplitSeq(list[:n], []byte{0}) {
		if len(raw) == 0 {
			continue
		}
		if err := f.takeAttr(source, string(raw), value); err != nil {
			return err
		}
	}
	return nil
}

func (f *file) takeAttr(source *file, name string, buf []byte) error {
	n, err := unix.Fgetxattr(source.fd, name, buf)
	if err == unix.ENODATA { // removed since it was listed
		return nil
	}
	if err == nil {
		err = unix.Fsetxattr(f.fd, name, buf[:n], 0)
	}
	if strings.HasPrefix(name, "security.") {
		return nil
	}
	return err
}

// setTimes is futimens(3), for which x/sys has no name: utimensat(2) without a path.
func (f *file) setTimes(access, change unix.Timespec) error {
	times := [2]unix.Timespec{access, change}
	return retry(func() error {
		_, _, errno := unix.Syscall6(unix.SYS_UTIMENSAT, uintptr(f.fd), 0, uintptr(unsafe.Pointer(&times)), 0, 0, 0)
		if errno != 0 {
			return errno
		}
		return nil
	})
}
