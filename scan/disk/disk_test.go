package disk

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// eachTree runs a test with openat2, and resolving part by part as on old kernels.
func eachTree(t *testing.T, test func(t *testing.T, dir string, tree *folder)) {
	t.Helper()
	for _, walk := range []bool{false, true} {
		name := "openat2"
		if walk {
			name = "part by part"
		}
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			tree := openTree(t, dir)
			if !walk && tree.walk {
				t.Skip("no openat2 here")
			}
			tree.walk = walk
			test(t, dir, tree)
		})
	}
}

func openTree(t testing.TB, dir string) *folder {
	t.Helper()
	tree, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return tree.(*folder)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(content), 0o644))
	return path
}

func TestBadNames(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		write(t, dir, "sub/a", "a")
		for _, name := range []string{"", "..", "../x", "/etc/passwd", "sub/../sub/a", "sub//a", "sub/", "./sub/a", "sub/./a", "a\x00b", "sub/a\x00", "/", "//"} {
			for op, err := range allOps(tree, name) {
				if !errors.Is(err, ErrBadName) {
					t.Errorf("%s of %q: %v", op, name, err)
				}
			}
		}
	})
}

// allOps makes every operation on one name.
func allOps(tree *folder, name string) map[string]error {
	errs := map[string]error{}
	file := func(f File, err error) error {
		if f != nil {
			f.Close()
		}
		return err
	}
	_, errs["lstat"] = tree.Lstat(name)
	errs["open"] = file(tree.Open(name))
	errs["append"] = file(tree.Append(name))
	errs["create"] = file(tree.Create(name, 0o600))
	errs["move from"] = tree.Move(name, "free")
	errs["move to"] = tree.Move("free", name)
	errs["remove"] = tree.Remove(name)
	errs["mkdir"] = tree.Mkdir(name, 0o700)
	errs["syncdir"] = tree.SyncDir(name)
	if sub, err := tree.Sub(name); err != nil {
		errs["sub"] = err
	} else {
		sub.Close()
		errs["sub"] = nil
	}
	if l, err := tree.Lock(name, Flock); err != nil {
		errs["lock"] = err
	} else {
		l.Close()
		errs["lock"] = nil
	}
	for _, err := range tree.List(name) {
		errs["list"] = err
		break
	}
	return errs
}

func TestAnyOtherByteIsAName(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		var names []string
		for c := 1; c < 256; c++ {
			if c != '/' && c != '.' {
				names = append(names, string([]byte{byte(c)}))
			}
		}
		names = append(names, "...", ".a", strings.Repeat("n", 255), "\xff\xfe\n\x1b[2J")
		for _, name := range names {
			f, err := tree.Create(name, 0o600)
			must(t, err)
			must(t, f.Close())
		}
		var got []string
		for info, err := range tree.List(".") {
			must(t, err)
			got = append(got, info.Name)
		}
		slices.Sort(names)
		slices.Sort(got)
		if diff := cmp.Diff(names, got); diff != "" {
			t.Errorf("listed (-want +got):\n%s", diff)
		}
		if _, err := tree.Lstat(strings.Repeat("n", 256)); !errors.Is(err, unix.ENAMETOOLONG) {
			t.Errorf("a name of 256 bytes: %v", err)
		}
	})
}

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

func TestReading(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		write(t, dir, "sub/a", "0123456789")
		f, err := tree.Open("sub/a")
		must(t, err)
		defer f.Close()
		b, err := io.ReadAll(f)
		if string(b) != "0123456789" || err != nil {
			t.Errorf("read %q, %v", b, err)
		}
		part := make([]byte, 4)
		if n, err := f.ReadAt(part, 8); string(part[:n]) != "89" || err != io.EOF {
			t.Errorf("at 8: %q, %v", part[:n], err)
		}
		if n, err := f.ReadAt(part, 3); string(part[:n]) != "3456" || err != nil {
			t.Errorf("at 3: %q, %v", part[:n], err)
		}
		if _, err := f.ReadAt(part, -1); !errors.Is(err, unix.EINVAL) {
			t.Errorf("at -1: %v", err)
		}
		if _, err := f.Write([]byte("x")); !errors.Is(err, unix.EBADF) {
			t.Errorf("write to a file opened for reading: %v", err)
		}
		info, err := f.Stat()
		must(t, err)
		lstat, err := tree.Lstat("sub/a")
		must(t, err)
		if diff := cmp.Diff(lstat, info); diff != "" || info.Size != 10 || info.Name != "a" || info.Links != 1 || info.Mode != 0o644 {
			t.Errorf("Stat %+v, Lstat %+v", info, lstat)
		}
	})
}

func TestCloseIsOnce(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a", "a")
	tree, err := Open(dir)
	must(t, err)
	f, err := tree.Open("a")
	must(t, err)
	l, err := tree.Lock("a", Flock)
	must(t, err)
	for _, c := range []io.Closer{f, l, tree} {
		must(t, c.Close())
		if err := c.Close(); !errors.Is(err, os.ErrClosed) {
			t.Errorf("second Close of %T: %v", c, err)
		}
	}
	if _, err := f.Read(make([]byte, 1)); !errors.Is(err, unix.EBADF) {
		t.Errorf("Read of a closed file: %v", err)
	}
	if _, err := tree.Lstat("a"); !errors.Is(err, unix.EBADF) {
		t.Errorf("Lstat in a closed tree: %v", err)
	}
}

func TestOpenTree(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "file", "x")
	must(t, os.Symlink(dir, filepath.Join(dir, "link")))
	tree, err := Open(filepath.Join(dir, "link"))
	if err != nil {
		t.Fatalf("the operator's link is followed: %v", err)
	}
	tree.Close()
	if _, err := Open(filepath.Join(dir, "file")); !errors.Is(err, ErrNotFolder) {
		t.Errorf("a file: %v", err)
	}
	if _, err := Open(filepath.Join(dir, "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
	t.Chdir(dir)
	if tree, err = Open("."); err != nil || tree.Path() != dir {
		t.Errorf("path of %q is %v, %v", ".", tree, err)
	}
	tree.Close()
}

func TestIdent(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "a", "one")
	tree := openTree(t, dir)
	ident := func(name string) string {
		info, err := tree.Lstat(name)
		must(t, err)
		return info.Ident()
	}
	before := ident("a")
	must(t, tree.Move("a", "b"))
	if after := ident("b"); after != before || before == "" {
		t.Errorf("a rename made %q of %q", after, before)
	}
	must(t, os.Chtimes(filepath.Join(dir, "b"), time.Time{}, time.Now().Add(time.Nanosecond)))
	if ident("b") == before {
		t.Error("another time, the same ident")
	}
	write(t, dir, "a", "one")
	if ident("a") == before {
		t.Errorf("another file at %s, the same ident", path)
	}
	for info := range tree.List(".") {
		if info.Ident() != "" {
			t.Errorf("ident %q from a listing", info.Ident())
		}
	}
}

func TestErrorsAreSafeToPrint(t *testing.T) {
	tree := openTree(t, t.TempDir())
	_, err := tree.Open("esc\x1b[2J\nname")
	if got := err.Error(); got != `open "esc\x1b[2J\nname": no such file or directory` {
		t.Errorf("the error reads %q", got)
	}
}
