package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestAskedFilesAreReadAsTheyAre asks for files, changes what their names stand
// for, and then reads them.
func TestAskedFilesAreReadAsTheyAre(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for i := range 7 {
		write(t, dir, fmt.Sprintf("q/%d", i), fmt.Sprint("content ", i))
	}
	must(t, os.Mkdir(at("q/folder"), 0o700))
	tree := openTree(t, dir)
	before := descriptors(t, dir)
	view, letGo := Near(tree, false)
	names := []string{"q/0", "q/1", "q/2", "q/3", "q/folder", "q/4", "q/5", "q/6", "q/none"}
	for _, name := range names {
		view.Advise(name, 100)
	}
	must(t, os.Remove(at("q/1")))
	must(t, os.Rename(at("q/2"), at("q/away")))
	must(t, os.WriteFile(at("new"), []byte("another"), 0o600))
	must(t, os.Rename(at("new"), at("q/3")))
	must(t, os.WriteFile(at("q/4"), []byte("content 4, and more"), 0o600))
	buf := make([]byte, 100)
	for _, c := range []struct {
		name, text string
		err        error
	}{
		{name: "q/0", text: "content 0"},
		{name: "q/1", err: fs.ErrNotExist},
		{name: "q/2", text: "content 2"}, // it was there when the batch was taken up
		{name: "q/3", text: "another"},
		{name: "q/folder", err: ErrNotRegular},
		{name: "q/4", text: "content 4, and more"},
		{name: "q/6", text: "content 6"},
		{name: "q/none", err: fs.ErrNotExist},
		{name: "q/0", text: "content 0"},
	} {
		n, info, err := view.Load(c.name, buf)
		if string(buf[:n]) != c.text || !errors.Is(err, c.err) || err == nil && (info.Size != int64(n) || info.Name != c.name[2:]) {
			t.Errorf("%s: %q, %+v, %v, want %q, %v", c.name, buf[:n], info, err, c.text, c.err)
		}
	}
	letGo() // with q/5 still open
	if after, open := descriptors(t, dir), tree.asked.Load(); after != before || open != 0 {
		t.Errorf("%d descriptors are left of %d, %d counted", after, before, open)
	}
}

// TestAskedFilesAreNotTooMany opens more than may be kept, in two views.
func TestAskedFilesAreNotTooMany(t *testing.T) {
	dir := t.TempDir()
	for i := range maxAsked {
		write(t, dir, fmt.Sprintf("q/%d", i), fmt.Sprint(i))
	}
	tree := openTree(t, dir)
	before := descriptors(t, dir)
	one, letGoOne := Near(tree, false)
	two, letGoTwo := Near(tree, false)
	for i := range maxAsked {
		one.Advise(fmt.Sprintf("q/%d", i), 10)
		two.Advise(fmt.Sprintf("q/%d", maxAsked-1-i), 10)
	}
	if open := descriptors(t, dir) - before; open < maxAsked || open > maxAsked+2*nearFolders {
		t.Errorf("%d descriptors are open, want %d for files", open, maxAsked)
	}
	buf := make([]byte, 10)
	for i := range maxAsked {
		for _, view := range []Tree{one, two} {
			if n, _, err := view.Load(fmt.Sprintf("q/%d", i), buf); err != nil || string(buf[:n]) != fmt.Sprint(i) {
				t.Fatalf("%d: %q, %v", i, buf[:n], err)
			}
		}
	}
	letGoOne()
	letGoTwo()
	if after, open := descriptors(t, dir), tree.asked.Load(); after != before || open != 0 {
		t.Errorf("%d descriptors are left of %d, %d counted", after, before, open)
	}
}
