package disk

import "sync/atomic"

// asked has the files that the disk was asked for and that are read soon. They
// stay open until then: to ask costs one call more than to read, not four.
type asked struct {
	files []askedFile // in the order of asking, which is about that of reading
	next  int
	open  *atomic.Int32 // in all views of the tree; nil: none is kept
}

type askedFile struct {
	name string
	fd   int // -1: taken
}

const (
	// maxAsked bounds the open files of all views together: half of what a
	// process may have in old systems. Those that come later are closed at once,
	// and opened again to be read.
	maxAsked = 512

	// askedWindow is how far a name may be from its turn. Of a message with
	// several files not all are read that were asked for, and the other way round.
	askedWindow = 8

	// askedRoom is for some dozen messages of two files, made at once: a list that
	// grows leaves as much behind as it comes to.
	askedRoom = 128
)

// keep takes an open file. It is false when there are too many.
func (a *asked) keep(name string, fd int) bool {
	if a.open == nil || a.open.Add(1) > maxAsked {
		if a.open != nil {
			a.open.Add(-1)
		}
		return false
	}
	if a.files == nil {
		a.files = make([]askedFile, 0, askedRoom)
	}
	a.files = append(a.files, askedFile{name, fd})
	return true
}

// take gives the open file of a name, -1 when there is none. The caller closes it.
func (a *asked) take(name string) int {
	for i := a.next; i < min(len(a.files), a.next+askedWindow); i++ {
		if f := &a.files[i]; f.name == name && f.fd >= 0 {
			fd := f.fd
			f.fd, a.next = -1, i+1
			a.open.Add(-1)
			return fd
		}
	}
	return -1
}

// letGo closes what was not read.
func (a *asked) letGo() {
	for _, f := range a.files {
		if f.fd >= 0 {
			closeFD(f.fd)
			a.open.Add(-1)
		}
	}
	a.files, a.next = nil, 0
}
