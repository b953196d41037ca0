package disk

import "errors"

// Near is a view of a tree for one goroutine that reads many files of few
// folders, one after another. Folders that are asked for again are held, and
// names in them opened from there, which costs the kernel a quarter less than
// to go the whole way each time.
//
// From the second name on, a folder is the one that was found then, until letGo
// is called: do so after some dozen files, so that a folder that was exchanged
// meanwhile is seen. letGo may be called once, and the view not used after it.
func Near(t Tree) (view Tree, letGo func()) {
	n := &near{Tree: t}
	return n, n.letGo
}

// nearFolders is how many are held: a queue's own and one for logs, and as many
// again where a batch ends in other folders than it began.
const nearFolders = 4

type near struct {
	Tree
	held [nearFolders]struct {
		dir string
		sub Tree // nil: none
	}
	asked     [nearFolders]string // folders that were asked for once
	nextHeld  int
	nextAsked int
}

// in gives the tree to ask and the name there: nil where nothing is held.
func (n *near) in(name string) (Tree, string) {
	dir, last, deep := cutLast(name)
	if !deep || last == "" {
		return nil, ""
	}
	for i := range n.held {
		if h := &n.held[i]; h.sub != nil && h.dir == dir {
			return h.sub, last
		}
	}
	for _, once := range n.asked {
		if once == dir {
			return n.hold(dir), last
		}
	}
	n.asked[n.nextAsked] = dir
	n.nextAsked = (n.nextAsked + 1) % nearFolders
	return nil, ""
}

// hold opens a folder in the place of the one that was held longest.
func (n *near) hold(dir string) Tree {
	sub, err := n.Tree.Sub(dir)
	if err != nil {
		return nil // the whole way tells what is wrong
	}
	h := &n.held[n.nextHeld]
	n.nextHeld = (n.nextHeld + 1) % nearFolders
	if h.sub != nil {
		h.sub.Close()
	}
	h.dir, h.sub = dir, sub
	return sub
}

func (n *near) letGo() {
	for i := range n.held {
		if h := &n.held[i]; h.sub != nil {
			h.sub.Close()
			h.sub = nil
		}
	}
}

// Lstat asks the whole way for what is not in the folder any more.
func (n *near) Lstat(name string) (Info, error) {
	if sub, last := n.in(name); sub != nil {
		if info, err := sub.Lstat(last); err == nil {
			return info, nil
		}
	}
	return n.Tree.Lstat(name)
}

// Open opens from the held folder.
func (n *near) Open(name string) (File, error) {
	if sub, last := n.in(name); sub != nil {
		f, err := sub.Open(last)
		return f, whole(err, name)
	}
	return n.Tree.Open(name)
}

// Load loads from the held folder.
func (n *near) Load(name string, buf []byte) (int, Info, error) {
	if sub, last := n.in(name); sub != nil {
		got, info, err := sub.Load(last, buf)
		return got, info, whole(err, name)
	}
	return n.Tree.Load(name, buf)
}

// Advise advises from the held folder.
func (n *near) Advise(name string, bytes int64) {
	if sub, last := n.in(name); sub != nil {
		sub.Advise(last, bytes)
		return
	}
	n.Tree.Advise(name, bytes)
}

// whole gives an error the name that was asked for.
func whole(err error, name string) error {
	if e := (*Error)(nil); errors.As(err, &e) {
		e.Name = name
	}
	return err
}
