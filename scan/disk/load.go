package disk

import "golang.org/x/sys/unix"

// Load reads the beginning of a regular file into buf, as much as fits, with
// the four calls that reading takes.
func (t *folder) Load(name string, buf []byte) (int, Info, error) {
	if err := checkName("open", name); err != nil {
		return 0, Info{}, err
	}
	fd, err := t.openQuietly(name, unix.O_RDONLY|harmless)
	if err != nil {
		return 0, Info{}, Failure("open", name, err)
	}
	return new(calls).load(fd, name, buf)
}

// Advise asks the kernel to have the first bytes of a regular file at hand
// soon (posix_fadvise(2), WILLNEED): it returns while the disk still works. It
// is advice: whoever reads the file learns what is wrong with it.
func (t *folder) Advise(name string, bytes int64) {
	if fd := t.ask(name, bytes); fd >= 0 {
		closeFD(fd)
	}
}

// ask is Advise, and gives the open file, which may be of any kind: -1 for one
// that cannot be opened.
func (t *folder) ask(name string, bytes int64) (fd int) {
	if checkName("open", name) != nil {
		return -1
	}
	fd, err := t.openQuietly(name, unix.O_RDONLY|harmless)
	if err != nil {
		return -1
	}
	_ = unix.Fadvise(fd, 0, bytes, unix.FADV_WILLNEED)
	return fd
}
