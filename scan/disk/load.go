package disk

import "golang.org/x/sys/unix"

// Load reads the beginning of a regular file into buf, as much as fits, with
// the four calls that reading takes: open, fstat, read, close. A file that
// fits is read by one call: it is only asked for its end when it changed.
func (t *folder) Load(name string, buf []byte) (int, Info, error) {
	if err := checkName("open", name); err != nil {
		return 0, Info{}, err
	}
	fd, err := t.openQuietly(name, unix.O_RDONLY|harmless)
	if err != nil {
		return 0, Info{}, Failure("open", name, err)
	}
	defer closeFD(fd)
	var st unix.Stat_t
	if err := regular(fd, &st); err != nil {
		return 0, Info{}, Failure("open", name, err)
	}
	_, last, _ := cutLast(name)
	n, err := fill(fd, buf, st.Size)
	return n, infoOf(last, &st), Failure("read", name, err)
}

// fill reads until buf is full, the file has given what it had when it was
// opened, or it ends.
func fill(fd int, buf []byte, size int64) (int, error) {
	n := 0
	for n < len(buf) {
		got, err := unix.Read(fd, buf[n:])
		if err == unix.EINTR {
			continue
		}
		if err != nil || got == 0 {
			return n, err
		}
		if n += got; int64(n) == size {
			break
		}
	}
	return n, nil
}

// Advise asks the kernel to have the first bytes of a regular file at hand
// soon (posix_fadvise(2), WILLNEED): it returns while the disk still works. It
// is advice: whoever reads the file learns what is wrong with it.
func (t *folder) Advise(name string, bytes int64) {
	if checkName("open", name) != nil {
		return
	}
	fd, err := t.openQuietly(name, unix.O_RDONLY|harmless)
	if err != nil {
		return
	}
	defer closeFD(fd)
	_ = unix.Fadvise(fd, 0, bytes, unix.FADV_WILLNEED)
}
