package disk

import (
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// calls are the four that reading a file takes, open, fstat, read and close,
// with room for what they need, so that none of them allocates. They are for
// one goroutine at a time.
//
// Brief ones do not tell Go's scheduler that they may have to wait, which saves
// a fifteenth of what reading costs where all is in memory. They are for nothing
// else: while one waits, a processor stands still.
type calls struct {
	brief bool
	name  [maxLast + 1]byte // ends in NUL
	st    unix.Stat_t
}

// maxLast is what a name in a folder may have in bytes (NAME_MAX).
const maxLast = 255

// openIn opens a name right in a held folder. It is false for a name that the
// long way has to look at.
func (c *calls) openIn(dir int, last string, flags int) (fd int, ok bool, err error) {
	if last == "" || last == "." || last == ".." || len(last) > maxLast || strings.IndexByte(last, 0) >= 0 {
		return -1, false, nil
	}
	at := c.terminated(last)
	how := uintptr(flags | unix.O_NOFOLLOW | unix.O_CLOEXEC | unix.O_LARGEFILE)
	for {
		var r uintptr
		var errno unix.Errno
		if c.brief {
			r, _, errno = unix.RawSyscall6(unix.SYS_OPENAT, uintptr(dir), uintptr(at), how, 0, 0, 0)
		} else {
			r, _, errno = unix.Syscall6(unix.SYS_OPENAT, uintptr(dir), uintptr(at), how, 0, 0, 0)
		}
		switch errno {
		case 0:
			return int(r), true, nil
		case unix.EINTR:
		default:
			return -1, true, errno
		}
	}
}

// terminated is a name that fits as the system wants it.
func (c *calls) terminated(last string) unsafe.Pointer {
	c.name[copy(c.name[:maxLast], last)] = 0
	return unsafe.Pointer(&c.name)
}

// absent tells that nothing has a name right in a held folder. Of all calls that
// look a name up and follow no link, to read it as a link is the cheapest; what
// it says of a name that is there does not matter.
func (c *calls) absent(dir int, last string) bool {
	if !c.brief || len(last) > maxLast || strings.IndexByte(last, 0) >= 0 {
		return lstatAt(dir, last, &c.st) == unix.ENOENT
	}
	var target [1]byte
	at := c.terminated(last)
	for {
		_, _, errno := unix.RawSyscall6(unix.SYS_READLINKAT, uintptr(dir), uintptr(at), uintptr(unsafe.Pointer(&target)), uintptr(len(target)), 0, 0)
		if errno != unix.EINTR {
			return errno == unix.ENOENT
		}
	}
}

// load reads the beginning of an open file into buf, as much as fits, and
// closes it. A file that fits is read by one call: it is only asked for its end
// when it changed. name is for errors.
func (c *calls) load(fd int, name string, buf []byte) (int, Info, error) {
	defer c.close(fd)
	if err := regular(fd, &c.st); err != nil {
		return 0, Info{}, Failure("open", name, err)
	}
	n, err := c.fill(fd, buf)
	_, last, _ := cutLast(name)
	return n, infoOf(last, &c.st), Failure("read", name, err)
}

// glance reads once what fits, and closes the file.
func (c *calls) glance(fd int, buf []byte) int {
	defer c.close(fd)
	if len(buf) == 0 {
		return 0
	}
	for {
		n, errno := c.read(fd, buf)
		switch errno {
		case 0:
			return n
		case unix.EINTR:
		default:
			return 0
		}
	}
}

// fill reads until buf is full, the file has given what st says that it has, or
// it ends.
func (c *calls) fill(fd int, buf []byte) (int, error) {
	n := 0
	for n < len(buf) {
		got, errno := c.read(fd, buf[n:])
		if errno == unix.EINTR {
			continue
		}
		if errno != 0 {
			return n, errno
		}
		if n += got; got == 0 || int64(n) == c.st.Size {
			break
		}
	}
	return n, nil
}

// read wants a buffer with room.
func (c *calls) read(fd int, buf []byte) (int, unix.Errno) {
	at := unsafe.Pointer(unsafe.SliceData(buf))
	var r uintptr
	var errno unix.Errno
	if c.brief {
		r, _, errno = unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(at), uintptr(len(buf)))
	} else {
		r, _, errno = unix.Syscall(unix.SYS_READ, uintptr(fd), uintptr(at), uintptr(len(buf)))
	}
	return int(r), errno
}

// close lets go of a file that was only read: nothing that it says matters.
func (c *calls) close(fd int) {
	if c.brief {
		unix.RawSyscall(unix.SYS_CLOSE, uintptr(fd), 0, 0)
		return
	}
	closeFD(fd)
}
