package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// ways are the two ways to move: by RENAME_NOREPLACE, and as on a filesystem without it.
func ways(tree *folder) map[string]func(from, to string) error {
	return map[string]func(from, to string) error{
		"rename": tree.Move,
		"kept": func(from, to string) error {
			defer tree.Keep()()
			return tree.Move(from, to)
		},
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
	for _, way := range []string{"rename", "kept", "by steps"} {
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
