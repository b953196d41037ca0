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

// settled is for how many grains of its time a folder must have been left
// alone: a change that follows another within one grain leaves no trace.
const settled = 5

// Still tells how a folder stands. It is false where that says nothing: where a
// name came or went just now, or on a filesystem of another machine, whose
// clock nobody here knows.
func Still(t Tree, dir string) (Standing, bool) {
	if n, ok := t.(*near); ok {
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
	return Standing{st.Dev, st.Ino, st.Ctim.Nano()}, atRest(time.Unix(st.Ctim.Unix()), time.Now())
}

func atRest(changed, now time.Time) bool { return now.Sub(changed) > settled*grainOf(changed) }
