package disk

import (
	"errors"
	"io"
	"io/fs"
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
