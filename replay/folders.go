package replay

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"qclean/scan/disk"
)

// folders makes what folders are needed, and remembers which ones have to be
// synced. Where a file goes to is synced before where it came from: at worst
// it is then at both places.
type folders struct {
	tree    disk.Tree
	known   map[string]bool
	fresh   map[string]bool // folders with new ones that are not on the disk yet
	targets map[string]bool
	sources map[string]bool
}

func newFolders(t disk.Tree) *folders {
	return &folders{tree: t, known: map[string]bool{".": true}, fresh: map[string]bool{}, targets: map[string]bool{}, sources: map[string]bool{}}
}

func (m *Mover) newFolders() *folders { return newFolders(m.tree) }

// ensure makes a folder for the administrator's eyes only, and those above
// it, where they are missing. New names are on the disk when it returns.
func (f *folders) ensure(dir string) error {
	if f.known[dir] {
		return nil
	}
	err := f.tree.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrNotExist) && path.Dir(dir) != "." {
		if err := f.ensure(path.Dir(dir)); err != nil {
			return err
		}
		err = f.tree.Mkdir(dir, 0o700)
	}
	if errors.Is(err, fs.ErrExist) {
		err = f.isFolder(dir)
	}
	if err == nil { // also of a folder that was there: whoever made it may have died before this
		err = f.tree.SyncDir(path.Dir(dir))
	}
	if err != nil {
		return err
	}
	f.known[dir] = true
	return nil
}

// prepare is ensure for many folders in one: they are on the disk when syncNew
// returns, before which nothing may be moved there.
func (f *folders) prepare(dir string) error {
	if f.known[dir] {
		return nil
	}
	if !f.known[path.Dir(dir)] {
		return f.ensure(dir)
	}
	err := f.tree.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) {
		err = f.isFolder(dir)
	}
	if err != nil {
		return err
	}
	f.known[dir], f.fresh[path.Dir(dir)] = true, true
	return nil
}

func (f *folders) syncNew() error {
	for _, dir := range slices.Sorted(maps.Keys(f.fresh)) {
		if err := f.tree.SyncDir(dir); err != nil {
			return err
		}
	}
	clear(f.fresh)
	return nil
}

func (f *folders) isFolder(dir string) error {
	info, err := f.tree.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.Mode.IsDir() {
		return fmt.Errorf("%q: %w", dir, disk.ErrNotFolder)
	}
	return nil
}

// moved notes what a rename changed.
func (f *folders) moved(from, to string) {
	f.sources[path.Dir(from)] = true
	if to != "" {
		f.targets[path.Dir(to)] = true
	}
}

// sync waits until all that was moved is on the disk.
func (f *folders) sync() error {
	for _, set := range []map[string]bool{f.targets, f.sources} {
		for _, dir := range slices.Sorted(maps.Keys(set)) {
			// A folder that is gone has nothing left to be synced; an MTA may
			// remove an empty hash folder at any time.
			if err := f.tree.SyncDir(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		clear(set)
	}
	return nil
}
