package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

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

// ways are the two ways to move: by RENAME_NOREPLACE, and as on a filesystem without it.
func ways(tree *folder) map[string]func(from, to string) error {
	return map[string]func(from, to string) error{
		"rename":   tree.Move,
		"by steps": func(from, to string) error { return moveBySteps(tree, from, to) },
	}
}

func moveBySteps(tree *folder, from, to string) error {
	fromDir, fromName, err := tree.parent(from)
	if err != nil {
		return err
	}
	defer tree.done(fromDir)
	toDir, toName, err := tree.parent(to)
	if err != nil {
		return err
	}
	defer tree.done(toDir)
	return rename{fromDir, toDir, fromName, toName}.bySteps()
}

func eachWay(t *testing.T, test func(t *testing.T, dir string, move func(from, to string) error)) {
	t.Helper()
	for _, way := range []string{"rename", "by steps"} {
		t.Run(way, func(t *testing.T) {
			eachTree(t, func(t *testing.T, dir string, tree *folder) { test(t, dir, ways(tree)[way]) })
		})
	}
}

func TestMove(t *testing.T) {
	eachWay(t, func(t *testing.T, dir string, move func(from, to string) error) {
		write(t, dir, "from/file", "content")
		write(t, dir, "from/folder/inside", "inside")
		must(t, os.Symlink("/etc/passwd", filepath.Join(dir, "from/link")))
		must(t, unix.Mkfifo(filepath.Join(dir, "from/fifo"), 0o600))
		must(t, os.MkdirAll(filepath.Join(dir, "to/deep"), 0o700))
		for _, name := range []string{"file", "folder", "link", "fifo"} {
			was, err := os.Lstat(filepath.Join(dir, "from", name))
			must(t, err)
			if err := move("from/"+name, "to/deep/"+name); err != nil {
				t.Errorf("move the %s: %v", name, err)
				continue
			}
			is, err := os.Lstat(filepath.Join(dir, "to/deep", name))
			must(t, err)
			if !os.SameFile(was, is) {
				t.Errorf("the %s became another", name)
			}
			if _, err := os.Lstat(filepath.Join(dir, "from", name)); err == nil {
				t.Errorf("the %s is still where it was", name)
			}
		}
		if err := move("to/deep/file", "file"); err != nil {
			t.Errorf("up into the tree itself: %v", err)
		}
		if err := move("missing", "x"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("move of a missing file: %v", err)
		}
	})
}

func TestMoveNeverOverwrites(t *testing.T) {
	eachWay(t, func(t *testing.T, dir string, move func(from, to string) error) {
		write(t, dir, "file", "moved")
		write(t, dir, "folder/inside", "moved")
		write(t, dir, "there/file", "old")
		write(t, dir, "there/full/x", "old")
		must(t, os.Mkdir(filepath.Join(dir, "there/empty"), 0o700))
		must(t, os.Symlink("nothing", filepath.Join(dir, "there/link")))
		before := readTree(t, dir+"/there/full")
		for _, from := range []string{"file", "folder"} {
			for _, to := range []string{"file", "full", "empty", "link"} {
				if err := move(from, "there/"+to); !errors.Is(err, fs.ErrExist) {
					t.Errorf("move the %s over the %s: %v", from, to, err)
				}
			}
			if _, err := os.Lstat(filepath.Join(dir, from)); err != nil {
				t.Errorf("the %s is gone: %v", from, err)
			}
		}
		if b, _ := os.ReadFile(filepath.Join(dir, "there/file")); string(b) != "old" {
			t.Errorf("the file became %q", b)
		}
		if diff := cmp.Diff(before, readTree(t, dir+"/there/full")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestMoveIntoItself(t *testing.T) {
	eachWay(t, func(t *testing.T, dir string, move func(from, to string) error) {
		write(t, dir, "folder/inside", "x")
		if err := move("folder", "folder/folder"); err == nil {
			t.Error("a folder was moved into itself")
		}
		if diff := cmp.Diff([]string{"inside"}, names(t, dir+"/folder")); diff != "" {
			t.Errorf("left behind (-want +got):\n%s", diff)
		}
	})
}

func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// TestMoveToAnotherDevice needs a second filesystem to be there.
func TestMoveToAnotherDevice(t *testing.T) {
	var here, there unix.Stat_t
	must(t, unix.Stat(t.TempDir(), &here))
	if err := unix.Stat("/dev/shm", &there); err != nil || here.Dev == there.Dev {
		t.Skip("no second filesystem at /dev/shm")
	}
	shm, err := os.MkdirTemp("/dev/shm", "disk-test-")
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { os.RemoveAll(shm) })
	err = moveFailure("a", "b", unix.Renameat2(unix.AT_FDCWD, write(t, t.TempDir(), "a", "x"), unix.AT_FDCWD, shm+"/a", unix.RENAME_NOREPLACE))
	if !errors.Is(err, ErrOtherDevice) || !errors.Is(err, unix.EXDEV) {
		t.Errorf("the kernel's word for it became %v", err)
	}
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
	want.Name, want.Inode, want.Size = got.Name, got.Inode, got.Size
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

func TestLock(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		write(t, dir, "sub/a", "x")
		for _, how := range []LockKind{Flock, Fcntl} {
			first, err := tree.Lock("sub/a", how)
			must(t, err)
			if _, err := tree.Lock("sub/a", how); !errors.Is(err, ErrLocked) {
				t.Errorf("kind %d: a second lock: %v", how, err)
			}
			other, err := tree.Lock("sub/a", 1-how)
			if err != nil {
				t.Errorf("kind %d: the kinds see one another: %v", how, err)
			} else {
				must(t, other.Close())
			}
			must(t, first.Close())
			again, err := tree.Lock("sub/a", how)
			if err != nil {
				t.Fatalf("kind %d: after it was given back: %v", how, err)
			}
			must(t, again.Close())
		}
		if _, err := tree.Lock("sub/missing", Flock); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("lock of a missing file: %v", err)
		}
	})
}

// TestLockIsEximsLock holds a POSIX lock on the first line, as Exim does, in this very process:
// locks of an open file conflict with those of its process (fcntl_locking(2)).
func TestLockIsEximsLock(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "1xUyRh-000000-00-D", "1xUyRh-000000-00-D\nbody\n")
	tree := openTree(t, dir)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	defer f.Close()
	lock := unix.Flock_t{Type: unix.F_WRLCK, Len: 19}
	must(t, unix.FcntlFlock(f.Fd(), unix.F_SETLK, &lock))
	if _, err := tree.Lock("1xUyRh-000000-00-D", Fcntl); !errors.Is(err, ErrLocked) {
		t.Errorf("Exim has it, and so have we: %v", err)
	}
	lock.Type = unix.F_UNLCK
	must(t, unix.FcntlFlock(f.Fd(), unix.F_SETLK, &lock))
	l, err := tree.Lock("1xUyRh-000000-00-D", Fcntl)
	must(t, err)
	defer l.Close()
	lock.Type = unix.F_WRLCK
	if err := unix.FcntlFlock(f.Fd(), unix.F_SETLK, &lock); !errors.Is(err, unix.EAGAIN) {
		t.Errorf("we have it, and so has Exim: %v", err)
	}
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
