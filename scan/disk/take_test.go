package disk

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestTake(t *testing.T) {
	dir := t.TempDir()
	tree := openTree(t, dir)
	path := write(t, dir, "from", "x")
	must(t, os.Chmod(path, 0o640|fs.ModeSetgid))
	if os.Getuid() == 0 {
		must(t, os.Chown(path, 12, 34))
		must(t, os.Chmod(path, 0o640|fs.ModeSetgid|fs.ModeSetuid)) // chown clears them
	}
	attrs := unix.Setxattr(path, "user.origin", []byte("of the\x00queue"), 0)
	when := time.Date(2001, 2, 3, 4, 5, 6, 123456789, time.UTC)
	must(t, os.Chtimes(path, when.Add(time.Hour), when))
	from, err := tree.Open("from")
	must(t, err)
	defer from.Close()
	to, err := tree.Create("to", 0o600)
	must(t, err)
	defer to.Close()
	must(t, to.Take(from))
	want, err := from.Stat()
	must(t, err)
	got, err := to.Stat()
	must(t, err)
	want.Name, want.Inode, want.Size, want.Changed = got.Name, got.Inode, got.Size, got.Changed
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("taken (-want +got):\n%s", diff)
	}
	var st unix.Stat_t
	must(t, unix.Stat(filepath.Join(dir, "to"), &st))
	if access := time.Unix(st.Atim.Unix()); !access.Equal(when.Add(time.Hour)) {
		t.Errorf("access time is %v", access)
	}
	if attrs == nil {
		buf := make([]byte, 100)
		n, err := unix.Getxattr(filepath.Join(dir, "to"), "user.origin", buf)
		if string(buf[:max(n, 0)]) != "of the\x00queue" {
			t.Errorf("attribute is %q, %v", buf[:max(n, 0)], err)
		}
	}
	var other File
	if err := to.Take(other); err == nil {
		t.Error("took from nothing")
	}
}
