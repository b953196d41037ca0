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
// soon. It is advice: whoever reads the file learns what is wrong with it.
func (t *folder) Advise(name string, bytes int64) {
	if fd := t.openAny(name); fd >= 0 {
		advise(fd, bytes)
		closeFD(fd)
	}
}

// openAny opens what has a name, of whatever kind: -1 when it cannot.
func (t *folder) openAny(name string) (fd int) {
	if checkName("open", name) != nil {
		return -1
	}
	fd, err := t.openQuietly(name, unix.O_RDONLY|harmless)
	if err != nil {
		return -1
	}
	return fd
}

// advise returns while the disk still works (posix_fadvise(2), WILLNEED).
func advise(fd int, bytes int64) { _ = unix.Fadvise(fd, 0, bytes, unix.FADV_WILLNEED) }
