package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// openFDs is how many descriptors this process has below a folder.
func openFDs(t *testing.T, below string) (n int) {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	for _, e := range entries {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && strings.HasPrefix(to, below+"/") {
			n++
		}
	}
	return n
}

// TestKeepMeansTheSameFolder exchanges a folder under its name: as long as it
// is kept, looks, locks and moves are all in the one that was there first.
func TestKeepMeansTheSameFolder(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		write(t, dir, "q/a/1", "first")
		write(t, dir, "q/a/2", "first")
		must(t, os.Mkdir(filepath.Join(dir, "to"), 0o700))
		letGo := tree.Keep()
		was, err := tree.Lstat("q/a/1")
		must(t, err)
		must(t, os.Rename(filepath.Join(dir, "q/a"), filepath.Join(dir, "q/aside")))
		write(t, dir, "q/a/1", "second")
		is, err := tree.Lstat("q/a/1")
		must(t, err)
		if is.Inode != was.Inode {
			t.Error("a look is into the new folder")
		}
		lock, err := tree.Lock("q/a/2", Flock)
		if err != nil {
			t.Error("lock of a name that only the first folder has:", err)
		} else {
			lock.Close()
		}
		must(t, tree.Move("q/a/1", "to/1"))
		letGo()
		if b, _ := os.ReadFile(filepath.Join(dir, "to/1")); string(b) != "first" {
			t.Errorf("moved: %q", b)
		}
		if b, _ := os.ReadFile(filepath.Join(dir, "q/a/1")); string(b) != "second" {
			t.Errorf("left: %q", b)
		}
		if _, err := tree.Lstat("q/a/2"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("after it was let go: %v", err)
		}
	})
}

// TestKeptFolderIsRemoved and made anew, as an MTA does with an empty hash
// folder: the new one's names are found, looked at, opened and moved.
func TestKeptFolderIsRemoved(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		must(t, os.MkdirAll(filepath.Join(dir, "q/a"), 0o700))
		must(t, os.MkdirAll(filepath.Join(dir, "to"), 0o700))
		anew := func() {
			t.Helper()
			if _, err := tree.Lstat("q/a/none"); !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			must(t, os.RemoveAll(filepath.Join(dir, "q/a")))
			write(t, dir, "q/a/1", "new")
		}
		letGo := tree.Keep()
		anew()
		if _, err := tree.Lstat("q/a/1"); err != nil {
			t.Error("look:", err)
		}
		anew()
		if f, err := tree.Open("q/a/1"); err != nil {
			t.Error("open:", err)
		} else {
			f.Close()
		}
		anew()
		if err := tree.Move("q/a/1", "to/1"); err != nil {
			t.Error("move:", err)
		}
		must(t, os.RemoveAll(filepath.Join(dir, "to")))
		must(t, os.MkdirAll(filepath.Join(dir, "to"), 0o700))
		write(t, dir, "q/a/2", "new")
		if err := tree.Move("q/a/2", "to/2"); err != nil {
			t.Error("move to:", err)
		}
		must(t, os.RemoveAll(filepath.Join(dir, "q")))
		if _, err := tree.Lstat("q/a/1"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("removed for good: %v", err)
		}
		letGo()
		if n := openFDs(t, dir); n != 0 {
			t.Errorf("%d stay open", n)
		}
	})
}

// TestKeepFollowsNoLink: what a link leads to is not kept either.
func TestKeepFollowsNoLink(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		write(t, dir, "there/1", "x")
		must(t, os.Symlink("there", filepath.Join(dir, "link")))
		must(t, os.Symlink("1", filepath.Join(dir, "there/last")))
		defer tree.Keep()()
		for range 2 {
			if _, err := tree.Lstat("link/1"); err == nil {
				t.Error("a look went through a link")
			}
			if f, err := tree.Open("there/last"); err == nil {
				f.Close()
				t.Error("a link was opened")
			}
		}
	})
}

// TestKeepIsBounded asks for more folders than are kept, and counts what stays open.
func TestKeepIsBounded(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		for i := range maxKept + 20 {
			write(t, dir, fmt.Sprintf("%d/x", i), "x")
		}
		letGo, another := tree.Keep(), tree.Keep()
		for range 2 {
			for i := range maxKept + 20 {
				if _, err := tree.Lstat(fmt.Sprintf("%d/x", i)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if n := openFDs(t, dir); n != maxKept {
			t.Errorf("%d folders are kept, want %d", n, maxKept)
		}
		letGo()
		letGo()
		if n := openFDs(t, dir); n != maxKept {
			t.Errorf("%d are kept while one still asks for it, want %d", n, maxKept)
		}
		another()
		if n := openFDs(t, dir); n != 0 {
			t.Errorf("%d stay open", n)
		}
	})
}

// TestKeepByMany keeps and lets go while others look: no call meets a
// descriptor that was closed, and in the end none is open.
func TestKeepByMany(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		for i := range 4 {
			write(t, dir, fmt.Sprintf("q/%d/x", i), "x")
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for i := range 400 {
					letGo := tree.Keep()
					name := fmt.Sprintf("q/%d/x", i%4)
					if _, err := tree.Lstat(name); err != nil {
						t.Error(err)
					}
					letGo()
					if f, err := tree.Open(name); err != nil {
						t.Error(err)
					} else {
						f.Close()
					}
				}
			})
		}
		all.Wait()
		if n := openFDs(t, dir); n != 0 {
			t.Errorf("%d stay open", n)
		}
	})
}

// TestCloseLetsGo of what is kept, though nobody did before.
func TestCloseLetsGo(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "q/x", "x")
	tree, err := Open(dir)
	must(t, err)
	letGo := tree.(Keeper).Keep()
	if _, err := tree.Lstat("q/x"); err != nil {
		t.Fatal(err)
	}
	must(t, tree.Close())
	letGo()
	if n := openFDs(t, dir); n != 0 {
		t.Errorf("%d stay open", n)
	}
	if _, err := tree.Lstat("q/x"); err == nil {
		t.Error("a look into a closed tree")
	}
}
