package disk

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// TestLinksAreNeverFollowed puts a link to the outside in each position of a name.
func TestLinksAreNeverFollowed(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		outside := t.TempDir()
		write(t, outside, "a", "secret")
		write(t, outside, "deep/a", "secret")
		write(t, dir, "in/side/a", "inside")
		must(t, os.Symlink(outside, filepath.Join(dir, "link")))
		must(t, os.Symlink(outside, filepath.Join(dir, "in/link")))
		must(t, os.Symlink("side", filepath.Join(dir, "in/near"))) // stays inside, and is a link all the same
		must(t, os.Symlink(filepath.Join(outside, "a"), filepath.Join(dir, "file")))
		must(t, os.Symlink("/proc/self/root", filepath.Join(dir, "magic")))
		before := readTree(t, outside)
		for _, name := range []string{"link/a", "link/deep/a", "link/new", "in/link/a", "in/near/a", "magic/etc/passwd", "link/deep/new"} {
			for op, err := range allOps(tree, name) {
				if err == nil || op == "move to" && !errors.Is(err, ErrNotFolder) && !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s of %q: %v", op, name, err)
				} else if op != "move to" && !errors.Is(err, ErrNotFolder) && !errors.Is(err, ErrNotRegular) {
					t.Errorf("%s of %q is not told as what it is: %v", op, name, err)
				}
			}
		}
		for _, name := range []string{"file", "link"} {
			for op, err := range allOps(tree, name) {
				switch op {
				case "open", "append", "lock":
					if !errors.Is(err, ErrNotRegular) {
						t.Errorf("%s of a link: %v", op, err)
					}
				case "create", "mkdir":
					if !errors.Is(err, fs.ErrExist) && err != nil { // moved away by an earlier operation
						t.Errorf("%s over a link: %v", op, err)
					}
				}
			}
		}
		if diff := cmp.Diff(before, readTree(t, outside)); diff != "" {
			t.Errorf("the outside was changed (-before +after):\n%s", diff)
		}
	})
}

func readTree(t *testing.T, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			got[path] = "folder"
			return err
		}
		b, err := os.ReadFile(path)
		got[path] = string(b)
		return err
	}))
	return got
}

func TestOpenTakesRegularFilesOnly(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		must(t, unix.Mkfifo(filepath.Join(dir, "fifo"), 0o600))
		must(t, os.Mkdir(filepath.Join(dir, "folder"), 0o700))
		must(t, os.Symlink("regular", filepath.Join(dir, "link")))
		must(t, os.Symlink("loop", filepath.Join(dir, "loop")))
		write(t, dir, "regular", "x")
		socket(t, filepath.Join(dir, "socket"))
		names := []string{"fifo", "folder", "link", "loop", "socket"}
		if os.Getuid() == 0 && unix.Mknod(filepath.Join(dir, "device"), unix.S_IFCHR|0o600, int(unix.Mkdev(1, 3))) == nil {
			names = append(names, "device")
		}
		must(t, os.Mkdir(filepath.Join(dir, "sub"), 0o700))
		for _, name := range names {
			must(t, os.Rename(filepath.Join(dir, name), filepath.Join(dir, "sub", name)))
			for _, at := range []string{"sub/" + name} {
				checkNotRegular(t, tree, at)
			}
			must(t, os.Rename(filepath.Join(dir, "sub", name), filepath.Join(dir, name)))
			checkNotRegular(t, tree, name)
		}
	})
}

func checkNotRegular(t *testing.T, tree *folder, name string) {
	t.Helper()
	if f, err := tree.Open(name); !errors.Is(err, ErrNotRegular) {
		t.Errorf("Open %q: %v, %v", name, f, err)
	}
	if f, err := tree.Append(name); !errors.Is(err, ErrNotRegular) {
		t.Errorf("Append %q: %v, %v", name, f, err)
	}
	for _, how := range []LockKind{Flock, Fcntl} {
		if l, err := tree.Lock(name, how); !errors.Is(err, ErrNotRegular) {
			t.Errorf("Lock %q: %v, %v", name, l, err)
		}
	}
}

// socket binds under a short path, since that of a socket is bounded.
func socket(t *testing.T, path string) {
	t.Helper()
	short, err := os.MkdirTemp("", "s")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(short) })
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(short, "s"), Net: "unix"})
	must(t, err)
	l.SetUnlinkOnClose(false)
	t.Cleanup(func() { l.Close() })
	must(t, os.Rename(filepath.Join(short, "s"), path))
}
