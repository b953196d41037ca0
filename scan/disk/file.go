package disk

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// file is an open regular file. Unlike an os.File it is a bare descriptor: one
// goroutine at a time, and Close is up to whoever opened it.
type file struct {
	fd   int // -1 once closed
	name string
}

// Read reads on, io.EOF at the end.
func (f *file) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := f.transfer(func() (int, error) { return unix.Read(f.fd, p) })
	if n == 0 && err == nil {
		return 0, io.EOF
	}
	return n, Failure("read", f.name, err)
}

// ReadAt reads at an offset, all of p unless the file ends.
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, Failure("read", f.name, unix.EINVAL)
	}
	total := 0
	for total < len(p) {
		n, err := f.transfer(func() (int, error) { return unix.Pread(f.fd, p[total:], off+int64(total)) })
		if err != nil {
			return total, Failure("read", f.name, err)
		}
		if n == 0 {
			return total, io.EOF
		}
		total += n
	}
	return total, nil
}

// Write writes all of p, or says why not.
func (f *file) Write(p []byte) (int, error) {
	total := 0
	for total < len(p) {
		n, err := f.transfer(func() (int, error) { return unix.Write(f.fd, p[total:]) })
		if err == nil && n == 0 {
			err = io.ErrShortWrite
		}
		if err != nil {
			return total, Failure("write", f.name, err)
		}
		total += n
	}
	return total, nil
}

func (f *file) transfer(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err == nil {
			return n, nil
		}
		if err != unix.EINTR {
			return 0, err
		}
	}
}

// Stat tells about the open file, wherever its name is now.
func (f *file) Stat() (Info, error) {
	var st unix.Stat_t
	if err := retry(func() error { return unix.Fstat(f.fd, &st) }); err != nil {
		return Info{}, Failure("stat", f.name, err)
	}
	_, last, _ := cutLast(f.name)
	return infoOf(last, &st), nil
}

// Sync waits until content and metadata are on the disk.
func (f *file) Sync() error {
	return Failure("sync", f.name, retry(func() error { return unix.Fsync(f.fd) }))
}

// Truncate cuts the file, or lengthens it with zeros.
func (f *file) Truncate(size int64) error {
	return Failure("truncate", f.name, retry(func() error { return unix.Ftruncate(f.fd, size) }))
}

// Close lets go.
func (f *file) Close() error {
	if f.fd < 0 {
		return Failure("close", f.name, os.ErrClosed)
	}
	fd := f.fd
	f.fd = -1
	return Failure("close", f.name, closeFD(fd))
}

func (f *file) chmod(kernel uint32) error {
	return retry(func() error { return unix.Fchmod(f.fd, kernel) })
}
