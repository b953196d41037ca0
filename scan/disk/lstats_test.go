package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestLstatsAnswersAsLstat asks for names of all kinds in both ways.
func TestLstatsAnswersAsLstat(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"top", "a/1", "a/2", "b/1", "b/deep/1"} {
		write(t, dir, name, name)
	}
	if err := os.Symlink("a", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	tree := openTree(t, dir)
	names := []string{"a/1", "a/2", "a/none", "b/1", "a/1", "top", "none", "b/deep/1", "none/1", "link", "link/1", "top/1", "a/../top", "a/", "", "a/1"}
	told := 0
	Lstats(tree, len(names), func(i int) string { return names[i] }, func(i int, got Info, err error) {
		if i != told {
			t.Errorf("%d comes in the place of %d", i, told)
		}
		told++
		want, wantErr := tree.Lstat(names[i])
		if got != want {
			t.Errorf("%q: %+v, want %+v", names[i], got, want)
		}
		for _, sentinel := range []error{fs.ErrNotExist, ErrNotFolder, ErrBadName} {
			if errors.Is(err, sentinel) != errors.Is(wantErr, sentinel) {
				t.Errorf("%q: %v, want %v", names[i], err, wantErr)
			}
		}
		if (err == nil) != (wantErr == nil) {
			t.Errorf("%q: %v, want %v", names[i], err, wantErr)
		}
	})
	if told != len(names) {
		t.Errorf("%d told of %d", told, len(names))
	}
}
