package replay

import (
	"errors"
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

// renamer is a tree that moves names between two folders that are held.
type renamer interface {
	MoveTo(from string, dir disk.Tree, to string) error
}

// move renames in held folders: the file that was just looked at there, and
// no other that has come to the same name in a folder of the same name.
func (v *views) move(from, to string) error {
	if len(v.held) > maxViews-2 { // neither is let go for the other
		v.close()
	}
	source, err := v.folder(path.Dir(from))
	if err != nil {
		return err
	}
	target, err := v.folder(path.Dir(to))
	if err != nil {
		return err
	}
	able, ok := source.(renamer)
	if !ok {
		return v.tree.Move(from, to)
	}
	err = able.MoveTo(path.Base(from), target, path.Base(to))
	var failure *disk.Error
	if errors.As(err, &failure) { // the names that the journal has
		failure.Name, failure.To = from, to
	}
	return err
}

func (v *views) close() {
	for _, t := range v.held {
		t.Close()
	}
	clear(v.held)
}
