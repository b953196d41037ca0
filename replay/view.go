package replay

import (
	"path"

	"qclean/scan/disk"
)

// views holds the folders of a batch open: a look at a name in a held folder
// costs a third of one that goes down from the tree. They are let go at the
// end of the batch, since folders may be exchanged.
type views struct {
	tree disk.Tree
	held map[string]disk.Tree
}

// maxViews bounds how many descriptors are held: hashed queues have hundreds
// of folders.
const maxViews = 256

func (v *views) lstat(name string) (disk.Info, error) {
	t, err := v.folder(path.Dir(name))
	if err != nil {
		return disk.Info{}, err
	}
	return t.Lstat(path.Base(name))
}

func (v *views) folder(dir string) (disk.Tree, error) {
	if t, ok := v.held[dir]; ok {
		return t, nil
	}
	if len(v.held) >= maxViews {
		v.close()
	}
	t, err := v.tree.Sub(dir)
	if err != nil {
		return nil, err
	}
	if v.held == nil {
		v.held = map[string]disk.Tree{}
	}
	v.held[dir] = t
	return t, nil
}

func (v *views) close() {
	for _, t := range v.held {
		t.Close()
	}
	clear(v.held)
}
