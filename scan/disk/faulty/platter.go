package faulty

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"qclean/scan/disk"
)

// platter knows, of every name that was touched, what the folder shows and
// what the disk is sure to hold. Names that nobody touched are the same in both.
type platter struct {
	root    *node
	path    string // of the folder
	grave   string // a folder beside it that keeps the inodes of removed files
	pending []change
	nextID  int
}

// node is one file or folder, under whatever name.
type node struct {
	id     int
	folder bool
	inode  uint64
	up     *node // where it is shown now; nil for the root and for what was removed
	name   string
	buried bool   // its inode has a name in the grave
	raised string // where it is after a Crash
	meta   meta   // what the disk is sure to hold of a dirty file, or of a removed folder

	// Of a folder: the entries that were touched, nil for a name that is not there.
	shown  map[string]*node
	sure   map[string]*node // with renames that are atomic
	single map[string]*node // with each folder on its own

	// Of a file: what the disk is sure to hold is the first keep bytes of what it shows, and then lost.
	dirty bool
	keep  int64
	lost  []byte
}

// change is one change of entries that no SyncDir has covered yet.
type change struct {
	op    Op
	parts []part
}

// part is what a change does to one name of one folder.
type part struct {
	dir      *node
	name     string
	was, now *node
}

func newPlatter(t testing.TB, tree disk.Tree) *platter {
	grave, err := os.MkdirTemp(filepath.Dir(tree.Path()), ".grave-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(grave) })
	p := &platter{path: tree.Path(), grave: grave}
	p.root = p.node(true)
	return p
}

func (p *platter) node(folder bool) *node {
	p.nextID++
	n := &node{id: p.nextID, folder: folder}
	if folder {
		n.shown, n.sure, n.single = map[string]*node{}, map[string]*node{}, map[string]*node{}
	}
	return n
}

// look finds the node of a name that exists, and takes it up if nobody touched it before.
func (p *platter) look(t *Tree, name string) *node {
	at := t.base
	if name == "." {
		return at
	}
	for i, part := range strings.Split(name, "/") {
		if at == nil || !at.folder {
			return nil
		}
		next, known := at.shown[part]
		if !known || next == nil {
			way := strings.Join(strings.Split(name, "/")[:i+1], "/")
			next = p.takeUp(t, at, part, way)
		}
		at = next
	}
	return at
}

// takeUp meets a name for the first time, or one that somebody else made
// where we knew of none: what others do is on the disk, and so is what went before it.
func (p *platter) takeUp(t *Tree, dir *node, name, way string) *node {
	info, err := t.inner.Lstat(way)
	if err != nil {
		return nil
	}
	p.settle(dir, name)
	n := p.node(info.Mode.IsDir())
	n.inode, n.up, n.name = info.Inode, dir, name
	dir.shown[name], dir.sure[name], dir.single[name] = n, n, n
	return n
}

// folderOf gives the folder that a name lies in, and its last element.
func (p *platter) folderOf(t *Tree, name string) (*node, string) {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return p.look(t, name[:i]), name[i+1:]
	}
	return t.base, name
}

// record writes a change down and shows it.
func (p *platter) record(op Op, parts ...part) {
	for _, c := range parts {
		if c.dir == nil {
			return // in a folder that somebody else swapped meanwhile
		}
	}
	for _, c := range parts {
		c.dir.shown[c.name] = c.now
		if c.now != nil {
			c.now.up, c.now.name = c.dir, c.name
		}
	}
	p.pending = append(p.pending, change{op, parts})
}

func (p *platter) created(t *Tree, name string, f disk.File) *node {
	dir, last := p.folderOf(t, name)
	n := p.node(false)
	if info, err := f.Stat(); err == nil {
		n.inode = info.Inode
	}
	p.record(t.op(OpCreate, name), part{dir, last, nil, n})
	p.touch(n, f)
	return n
}

func (p *platter) madeDir(t *Tree, op Op, name string) {
	dir, last := p.folderOf(t, name)
	n := p.node(true)
	if info, err := t.inner.Lstat(name); err == nil {
		n.inode = info.Inode
	}
	p.record(op, part{dir, last, nil, n})
}

func (p *platter) moved(t *Tree, op Op, n *node, from string, target *Tree, to string) {
	fromDir, fromName := p.folderOf(t, from)
	toDir, toName := p.folderOf(target, to)
	p.record(op, part{fromDir, fromName, n, nil}, part{toDir, toName, nil, n})
}

func (p *platter) removed(op Op, n *node) {
	if n == nil {
		return
	}
	p.record(op, part{n.up, n.name, n, nil})
	n.up = nil
}

// where is the path of a node as the folder shows it.
func (p *platter) where(n *node) string {
	way := []string{}
	for ; n.up != nil; n = n.up {
		way = append(way, n.name)
	}
	slices.Reverse(way)
	return filepath.Join(p.path, filepath.Join(way...))
}

func (p *platter) tomb(n *node) string { return filepath.Join(p.grave, strconv.Itoa(n.id)) }
