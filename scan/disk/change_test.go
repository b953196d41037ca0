package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestCreateNeverOverwrites(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		write(t, dir, "sub/there", "old")
		must(t, os.Symlink("nothing", filepath.Join(dir, "sub/dangling")))
		must(t, os.Mkdir(filepath.Join(dir, "sub/folder"), 0o700))
		must(t, unix.Mkfifo(filepath.Join(dir, "sub/fifo"), 0o600))
		for _, name := range []string{"there", "dangling", "folder", "fifo"} {
			if _, err := tree.Create("sub/"+name, 0o600); !errors.Is(err, fs.ErrExist) {
				t.Errorf("Create over %s: %v", name, err)
			}
		}
		if _, err := tree.Create("missing/x", 0o600); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Create in a missing folder: %v", err)
		}
		if _, err := os.Lstat(filepath.Join(dir, "sub/nothing")); err == nil {
			t.Error("Create went through a dangling link")
		}
	})
}

func TestModesAreExact(t *testing.T) {
	defer unix.Umask(unix.Umask(0o077))
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		for _, mode := range []fs.FileMode{0o600, 0o640, 0o666, 0o777, 0o400, 0o700 | fs.ModeSetgid, 0o711 | fs.ModeSticky} {
			name := mode.String()
			f, err := tree.Create("f"+name, mode)
			must(t, err)
			f.Close()
			must(t, tree.Mkdir("d"+name, mode))
			for _, name := range []string{"f" + name, "d" + name} {
				info, err := tree.Lstat(name)
				must(t, err)
				if got := info.Mode &^ fs.ModeDir; got != mode {
					t.Errorf("%s has mode %v, want %v", name, got, mode)
				}
			}
		}
		if err := tree.Mkdir("d"+fs.FileMode(0o600).String(), 0o700); !errors.Is(err, fs.ErrExist) {
			t.Errorf("Mkdir over a folder: %v", err)
		}
	})
}

func TestWritesAreAtTheEnd(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		must(t, os.Mkdir(filepath.Join(dir, "sub"), 0o700))
		f, err := tree.Create("sub/a", 0o600)
		must(t, err)
		writeTo(t, f, "one two")
		must(t, f.Truncate(4))
		writeTo(t, f, "three")
		must(t, f.Sync())
		must(t, f.Close())
		f, err = tree.Append("sub/a")
		must(t, err)
		writeTo(t, f, "!")
		if b, err := io.ReadAll(io.NewSectionReader(f, 0, 100)); string(b) != "one three!" {
			t.Errorf("read back %q, %v", b, err)
		}
		must(t, f.Close())
		must(t, tree.SyncDir("sub"))
		must(t, tree.SyncDir("."))
	})
}

func writeTo(t *testing.T, f File, s string) {
	t.Helper()
	if n, err := f.Write([]byte(s)); n != len(s) || err != nil {
		t.Fatalf("wrote %d, %v", n, err)
	}
}

func TestAppendRefusesHardLinks(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		path := write(t, dir, "sub/a", "x")
		must(t, os.Link(path, filepath.Join(dir, "b")))
		if _, err := tree.Append("sub/a"); !errors.Is(err, ErrLinked) {
			t.Errorf("a file with two names: %v", err)
		}
		must(t, os.Remove(filepath.Join(dir, "b")))
		f, err := tree.Append("sub/a")
		must(t, err)
		f.Close()
	})
}

func TestRemove(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		write(t, dir, "sub/file", "x")
		write(t, dir, "sub/full/file", "x")
		must(t, os.Mkdir(filepath.Join(dir, "sub/empty"), 0o700))
		must(t, os.Symlink("full", filepath.Join(dir, "sub/link")))
		for _, name := range []string{"sub/file", "sub/empty", "sub/link"} {
			if err := tree.Remove(name); err != nil {
				t.Errorf("remove %s: %v", name, err)
			}
		}
		if err := tree.Remove("sub/full"); !errors.Is(err, unix.ENOTEMPTY) {
			t.Errorf("remove a full folder: %v", err)
		}
		if err := tree.Remove("sub/file"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("remove what is gone: %v", err)
		}
		if diff := cmp.Diff([]string{"full"}, names(t, dir+"/sub")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSpace(t *testing.T) {
	dir := t.TempDir()
	tree := openTree(t, dir)
	got, err := tree.Space()
	must(t, err)
	var st unix.Statfs_t
	must(t, unix.Statfs(dir, &st))
	total := st.Blocks * uint64(st.Bsize)
	if got.Bytes == 0 || got.Bytes > total || got.NoInodeLimit != (st.Files == 0) || got.Inodes > st.Files {
		t.Errorf("%+v of %d bytes and %d inodes", got, total, st.Files)
	}
}

func TestSub(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		write(t, dir, "a/b/c", "x")
		sub, err := tree.Sub("a/b")
		must(t, err)
		defer sub.Close()
		must(t, os.Rename(filepath.Join(dir, "a"), filepath.Join(dir, "moved")))
		if _, err := sub.Lstat("c"); err != nil {
			t.Errorf("a held folder was lost by a rename: %v", err)
		}
		if _, err := sub.Open("../b/c"); !errors.Is(err, ErrBadName) {
			t.Errorf("up and out: %v", err)
		}
		if sub.Path() != filepath.Join(dir, "a/b") {
			t.Errorf("path is %q", sub.Path())
		}
		if _, err := tree.Sub("moved/b/c"); !errors.Is(err, ErrNotFolder) {
			t.Errorf("a file as a folder: %v", err)
		}
	})
}
