package disk

import (
	"time"

	"golang.org/x/sys/unix"
)

// Standing is how a folder stood at one moment. While it is the same, no name
// came into the folder and none went out of it.
type Standing struct {
	dev, inode uint64
	changed    int64 // st_ctime, in nanoseconds
}

// settled is how long a folder must have been left alone. The clock of a
// filesystem goes in steps, of ten milliseconds at the most, and a change that
// follows another within one step leaves no trace.
const settled = time.Second / 10

// Still tells how a folder stands. It is false where that says nothing: where a
// name came or went just now, or on a filesystem of another machine, whose
// clock nobody here knows.
func Still(t Tree, dir string) (Standing, bool) {
	for {
		n, ok := t.(*near)
		if !ok {
			break
		}
		t = n.Tree
	}
	root, ok := t.(*folder)
	if !ok || checkFolder("lstat", dir) != nil {
		return Standing{}, false
	}
	fd, err := root.openIn(dir, unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return Standing{}, false
	}
	defer closeFD(fd)
	var st unix.Stat_t
	if !isLocal(fd) || unix.Fstat(fd, &st) != nil {
		return Standing{}, false
	}
	changed := st.Ctim.Nano()
	return Standing{st.Dev, st.Ino, changed}, time.Since(time.Unix(0, changed)) > settled
}
