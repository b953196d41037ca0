package disk

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"
)

// Near is a view of a tree for one goroutine that reads many files of few
// folders, one after another. Folders that are asked for again are held, and
// names in them opened from there, which costs the kernel a quarter less than
// to go the whole way each time. Files that were asked for by Advise stay open
// until they are loaded.
//
// From the second name on, a folder is the one that was found then, until letGo
// is called: do so after some dozen files, so that a folder that was exchanged
// meanwhile is seen. letGo may be called once, and the view not used after it.
//
// cached says that what is read lies in memory, as far as is known: then, on
// a filesystem of this machine, no call makes room for others while it waits.
func Near(t Tree, cached bool) (view Tree, letGo func()) {
	n := &near{Tree: t, cached: cached}
	if root, ok := t.(*folder); ok {
		n.asked.open = &root.asked
	}
	return n, n.letGo
}

// nearFolders is how many are held: a queue's own and one for logs, and as many
// again where a batch ends in other folders than it began.
const nearFolders = 4

type near struct {
	Tree
	cached    bool
	held      [nearFolders]heldFolder
	once      [nearFolders]string // folders that were asked for once
	nextHeld  int
	nextAsked int
	asked     asked
	calls     calls
}

// heldFolder is a folder of the tree, held by itself.
type heldFolder struct {
	dir   string
	sub   Tree    // nil: none
	plain *folder // sub, where it is the kind of folder that calls are made for
	brief bool    // they may be brief
}

// in gives the folder to ask and the name there: nil where nothing is held.
func (n *near) in(name string) (*heldFolder, string) {
	dir, last, deep := cutLast(name)
	if !deep || last == "" || last == "." { // the latter is a name of the folder to itself
		return nil, ""
	}
	for i := range n.held {
		if h := &n.held[i]; h.sub != nil && h.dir == dir {
			return h, last
		}
	}
	for _, once := range n.once {
		if once == dir {
			return n.hold(dir), last
		}
	}
	n.once[n.nextAsked] = dir
	n.nextAsked = (n.nextAsked + 1) % nearFolders
	return nil, ""
}

// hold opens a folder in the place of the one that was held longest.
func (n *near) hold(dir string) *heldFolder {
	sub, err := n.Tree.Sub(dir)
	if err != nil {
		return nil // the whole way tells what is wrong
	}
	h := &n.held[n.nextHeld]
	n.nextHeld = (n.nextHeld + 1) % nearFolders
	if h.sub != nil {
		h.sub.Close()
	}
	*h = heldFolder{dir: dir, sub: sub}
	if h.plain, _ = sub.(*folder); h.plain != nil {
		h.brief = n.cached && h.plain.local()
	}
	return h
}

func (n *near) letGo() {
	n.asked.letGo()
	for i := range n.held {
		if h := &n.held[i]; h.sub != nil {
			h.sub.Close()
			h.sub = nil
		}
	}
}

// Lstat asks the whole way for what is not in the folder any more.
func (n *near) Lstat(name string) (Info, error) {
	if h, last := n.in(name); h != nil {
		if info, err := h.sub.Lstat(last); err == nil {
			return info, nil
		}
	}
	return n.Tree.Lstat(name)
}

// Absent tells that nothing has a name, for less than it costs to try and open
// it. It is false as well when that is not known.
func Absent(t Tree, name string) bool {
	if n, ok := t.(*near); ok {
		if h, last := n.in(name); h != nil && h.plain != nil {
			n.calls.brief = h.brief
			return n.calls.absent(h.plain.held(), last)
		}
		t = n.Tree
	}
	_, err := t.Lstat(name)
	return errors.Is(err, fs.ErrNotExist)
}

// Open opens from the held folder.
func (n *near) Open(name string) (File, error) {
	if h, last := n.in(name); h != nil {
		f, err := h.sub.Open(last)
		return f, whole(err, name)
	}
	return n.Tree.Open(name)
}

// Load loads what was asked for, or from the held folder.
func (n *near) Load(name string, buf []byte) (int, Info, error) {
	if fd := n.asked.take(name); fd >= 0 {
		got, info, err := n.calls.load(fd, name, buf)
		if err != nil || info.Links > 0 {
			return got, info, err
		}
		// It was removed since: what has its name now, if anything, is the message.
	}
	fd, rest, as, err := n.opened(name)
	switch {
	case rest != nil:
		got, info, err := rest.Load(as, buf)
		return got, info, whole(err, name)
	case err != nil:
		return 0, Info{}, Failure("open", name, err)
	}
	return n.calls.load(fd, name, buf)
}

// Glance reads what fits of the beginning of a file of which nothing else
// matters, not even whether it is one: three calls in place of four. It is 0
// for what has nothing to read.
func Glance(t Tree, name string, buf []byte) int {
	n, ok := t.(*near)
	if !ok {
		got, _, err := t.Load(name, buf)
		if err != nil {
			return 0
		}
		return got
	}
	fd := n.asked.take(name)
	if fd < 0 {
		var rest Tree
		var as string
		var err error
		if fd, rest, as, err = n.opened(name); rest != nil {
			return Glance(rest, as, buf)
		} else if err != nil {
			return 0
		}
	}
	return n.calls.glance(fd, buf)
}

// Whole reads a file that leaves room in buf and of which nothing else matters.
// Where all is in memory of this machine that is three calls in place of four: a
// read that gives something, but less than it might, has come to the end. It is
// false for what is longer, no file, not there, or cannot be read; Load tells which.
func Whole(t Tree, name string, buf []byte) (int, bool) {
	if v, ok := t.(*near); ok {
		if h, last := v.in(name); h != nil && h.brief {
			if fd, ok, err := v.open(h, last); ok && err == nil {
				if n := v.calls.glance(fd, buf); n > 0 {
					return n, n < len(buf)
				}
			}
		}
	}
	n, info, err := t.Load(name, buf)
	return n, err == nil && n < len(buf) && int64(n) == info.Size
}

// opened opens from the held folder. Where that is not for the calls of this
// view, rest has to be asked, by another name.
func (n *near) opened(name string) (fd int, rest Tree, as string, err error) {
	h, last := n.in(name)
	if h == nil {
		return -1, n.Tree, name, nil
	}
	fd, ok, err := n.open(h, last)
	if !ok {
		return -1, h.sub, last, nil
	}
	return fd, nil, "", err
}

// open is openQuietly with the calls of this view. It is false for what the
// folder itself has to look at.
func (n *near) open(h *heldFolder, last string) (fd int, ok bool, err error) {
	if h.plain == nil || h.plain.loud.Load() {
		return -1, false, nil
	}
	n.calls.brief = h.brief
	fd, ok, err = n.calls.openIn(h.plain.held(), last, unix.O_RDONLY|unix.O_NOATIME|harmless)
	return fd, ok && err != unix.EPERM, err
}

// Advise advises from the held folder, and keeps the file open to be loaded.
func (n *near) Advise(name string, bytes int64) {
	if h, last := n.in(name); h != nil {
		if fd, ok, err := n.open(h, last); !ok {
			h.sub.Advise(last, bytes)
		} else if err == nil {
			n.ask(name, fd, bytes)
		}
		return
	}
	root, ok := n.Tree.(*folder)
	if !ok {
		n.Tree.Advise(name, bytes)
	} else if fd := root.openAny(name); fd >= 0 {
		n.ask(name, fd, bytes)
	}
}

func (n *near) ask(name string, fd int, bytes int64) {
	advise(fd, bytes)
	if !n.asked.keep(name, fd) {
		closeFD(fd)
	}
}

// whole gives an error the name that was asked for.
func whole(err error, name string) error {
	if e := (*Error)(nil); errors.As(err, &e) {
		e.Name = name
	}
	return err
}
