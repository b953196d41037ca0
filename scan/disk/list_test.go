package disk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestListTypes(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		write(t, dir, "sub/file", "x")
		must(t, os.Mkdir(filepath.Join(dir, "sub/folder"), 0o700))
		must(t, os.Symlink("file", filepath.Join(dir, "sub/link")))
		must(t, unix.Mkfifo(filepath.Join(dir, "sub/fifo"), 0o600))
		socket(t, filepath.Join(dir, "sub/socket"))
		want := map[string]fs.FileMode{"file": 0, "folder": fs.ModeDir, "link": fs.ModeSymlink, "fifo": fs.ModeNamedPipe, "socket": fs.ModeSocket}
		n := 0
		for info, err := range tree.List("sub") {
			must(t, err)
			n++
			if mode, ok := want[info.Name]; !ok || info.Mode != mode {
				t.Errorf("%q is listed as %v, want %v", info.Name, info.Mode, mode)
			}
			if full, err := tree.Lstat("sub/" + info.Name); err != nil || full.Inode != info.Inode || full.Mode.Type() != info.Mode {
				t.Errorf("%q: listed %+v, is %+v, %v", info.Name, info, full, err)
			}
		}
		if n != len(want) {
			t.Errorf("%d names, want %d", n, len(want))
		}
	})
}

func TestListComesInRunsThatAreInOrder(t *testing.T) {
	dir := t.TempDir()
	tree := openTree(t, dir)
	const n = 2000 // more than the first batch holds, less than that and the second
	for i := range n {
		write(t, dir, fmt.Sprintf("sub/%08x", uint32(i)*2654435761), "")
	}
	seen, turns, last := map[string]bool{}, 0, ""
	for info, err := range tree.List("sub") {
		must(t, err)
		if seen[info.Name] = true; info.Name < last {
			turns++
		}
		last = info.Name
	}
	if len(seen) != n || turns > 1 {
		t.Errorf("%d names of %d, in %d runs, want two at most", len(seen), n, turns+1)
	}
}

func TestListOfNoFolder(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		write(t, dir, "file", "x")
		must(t, os.Symlink(".", filepath.Join(dir, "link")))
		must(t, unix.Mkfifo(filepath.Join(dir, "fifo"), 0o600))
		for name, want := range map[string]error{"missing": fs.ErrNotExist, "missing/x": fs.ErrNotExist, "file": ErrNotFolder, "link": ErrNotFolder, "fifo": ErrNotFolder} {
			n := 0
			for _, err := range tree.List(name) {
				if n++; !errors.Is(err, want) {
					t.Errorf("list %q: %v, want %v", name, err, want)
				}
			}
			if n != 1 {
				t.Errorf("list %q yields %d times", name, n)
			}
		}
	})
}

func TestListOfAFolderThatVanishes(t *testing.T) {
	dir := t.TempDir()
	tree := openTree(t, dir)
	for i := range 1000 {
		write(t, dir, fmt.Sprintf("sub/%04d-%0200d", i, 0), "")
	}
	n := 0
	var last error
	for _, err := range tree.List("sub") {
		if n++; n == 1 {
			must(t, os.RemoveAll(filepath.Join(dir, "sub")))
		}
		last = err
	}
	if n < 2 || n > 1000 {
		t.Errorf("%d names of a folder that went away after the first", n)
	}
	if last != nil && !errors.Is(last, fs.ErrNotExist) {
		t.Errorf("ends with %v", last)
	}
}

func TestListCanBeLeft(t *testing.T) {
	dir := t.TempDir()
	tree := openTree(t, dir)
	for i := range 10 {
		write(t, dir, fmt.Sprint(i), "")
	}
	open := descriptors(t, dir)
	list := tree.List(".")
	for range 100 {
		for range list {
			break
		}
	}
	if now := descriptors(t, dir); now != open {
		t.Errorf("%d descriptors are open, %d were before", now, open)
	}
}

func descriptors(t *testing.T, dir string) int {
	t.Helper()
	const own = "/proc/self/fd"
	entries, err := os.ReadDir(own)
	if err != nil {
		t.Skip(err)
	}
	n := 0
	for _, e := range entries {
		if to, err := os.Readlink(filepath.Join(own, e.Name())); err == nil && strings.HasPrefix(to, dir) {
			n++
		}
	}
	return n
}

// TestListHoldsOneBatch lists more names than fit into the memory it may use.
func TestListHoldsOneBatch(t *testing.T) {
	dir := t.TempDir()
	tree := openTree(t, dir)
	const files = 3000
	for i := range files {
		fd, err := unix.Open(filepath.Join(dir, fmt.Sprintf("%05d-%0200d", i, 0)), unix.O_CREAT|unix.O_WRONLY, 0o600)
		must(t, err)
		unix.Close(fd)
	}
	var before, at runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n := 0
	for _, err := range tree.List(".") {
		must(t, err)
		if n++; n == files-1 {
			runtime.GC()
			runtime.ReadMemStats(&at)
		}
	}
	if n != files {
		t.Errorf("%d names, want %d", n, files)
	}
	if live := int64(at.HeapAlloc) - int64(before.HeapAlloc); live > 3*batch {
		t.Errorf("%d bytes are live near the end of a listing of %d names", live, files)
	}
}

func FuzzDirent(f *testing.F) {
	record := func(name string, size uint16) []byte {
		b := binary.NativeEndian.AppendUint64(nil, 7)
		b = binary.NativeEndian.AppendUint64(b, 0)
		b = binary.NativeEndian.AppendUint16(b, size)
		b = append(b, unix.DT_REG)
		return append(append(b, name...), 0)
	}
	f.Add(record("name", 24))
	f.Add(record("..", 22))
	f.Add(record("long", 0xffff))
	f.Add(record("", 3))
	f.Add(append(record("a", 21), record("b", 21)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		for len(b) > 0 {
			name, rest := dirent(b)
			if len(rest) >= len(b) {
				t.Fatalf("%d bytes became %d", len(b), len(rest))
			}
			if s := string(name); name != nil && (s == "" || s == "." || s == "..") {
				t.Fatalf("name %q", s)
			}
			b = rest
		}
	})
}
