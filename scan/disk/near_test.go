package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestNearAnswersAsTheTree asks for names of all kinds again and again.
func TestNearAnswersAsTheTree(t *testing.T) {
	for _, cached := range []bool{false, true} {
		t.Run(fmt.Sprint("cached ", cached), func(t *testing.T) { answersAsTheTree(t, cached) })
	}
}

func answersAsTheTree(t *testing.T, cached bool) {
	dir := t.TempDir()
	names := []string{"top", "a/empty", "a/fifo", "none", "link", "link/1", "top/1", "a/../top", "a/", "", "a/..", "a/.", "a/1\x00", "a/" + strings.Repeat("x", maxLast), "a/" + strings.Repeat("x", maxLast+1), "none/1", "a/none", "b/deep/1", "a", "a/link"}
	for i := range 2 * nearFolders {
		for j := range 3 {
			name := fmt.Sprintf("%c/%d", 'a'+i, j)
			write(t, dir, name, "content of "+name)
			names = append(names, name)
		}
	}
	write(t, dir, "top", "top")
	write(t, dir, "b/deep/1", "deep")
	must(t, os.Symlink("a", filepath.Join(dir, "link")))
	must(t, os.Symlink("1", filepath.Join(dir, "a/link")))
	write(t, dir, "a/empty", "")
	must(t, syscall.Mkfifo(filepath.Join(dir, "a/fifo"), 0o600))
	tree := openTree(t, dir)
	before := descriptors(t, dir)
	view, letGo := Near(tree, cached)
	buf, wantBuf := make([]byte, 100), make([]byte, 100)
	for range 3 {
		for _, name := range names {
			want, wantErr := tree.Lstat(name)
			got, err := view.Lstat(name)
			if got != want {
				t.Errorf("%q: %+v, want %+v", name, got, want)
			}
			sameTrouble(t, name, err, wantErr)
			if got, want := Absent(view, name), Absent(tree, name); got != want {
				t.Errorf("%q: absent is %v, want %v", name, got, want)
			}
			n, want, wantErr := tree.Load(name, wantBuf)
			m, got, err := view.Load(name, buf)
			if string(buf[:m]) != string(wantBuf[:n]) || got != want {
				t.Errorf("%q: %q, %+v, want %q, %+v", name, buf[:m], got, wantBuf[:n], want)
			}
			sameTrouble(t, name, err, wantErr)
			if wantErr != nil {
				n = 0
			}
			if g := Glance(view, name, buf[:min(4, n+1)]); string(buf[:g]) != string(wantBuf[:min(4, n)]) {
				t.Errorf("%q: a glance shows %q, want %q", name, buf[:g], wantBuf[:n])
			}
			for _, room := range []int{n + 1, n} {
				w, ok := Whole(view, name, buf[:room])
				if want := wantErr == nil && room > n; ok != want || ok && string(buf[:w]) != string(wantBuf[:n]) {
					t.Errorf("%q: the whole is %q, %v, want %q, %v", name, buf[:w], ok, wantBuf[:n], want)
				}
			}
			f, err := view.Open(name)
			if err == nil {
				f.Close()
			}
			sameTrouble(t, name, err, wantErr)
			view.Advise(name, 10)
		}
	}
	letGo()
	if after := descriptors(t, dir); after != before {
		t.Errorf("%d descriptors are left of %d", after, before)
	}
}

func sameTrouble(t *testing.T, name string, err, want error) {
	t.Helper()
	for _, sentinel := range []error{fs.ErrNotExist, ErrNotFolder, ErrBadName, ErrNotRegular} {
		if errors.Is(err, sentinel) != errors.Is(want, sentinel) {
			t.Errorf("%q: %v, want %v", name, err, want)
		}
	}
	if fmt.Sprint(err) != fmt.Sprint(want) {
		t.Errorf("%q: %v, want %v", name, err, want)
	}
}

// TestNearNeverFollows: a folder that becomes a link while it is held leads nowhere else.
func TestNearNeverFollows(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	for i := range 3 {
		write(t, dir, fmt.Sprintf("a/%d", i), "mine")
		write(t, outside, fmt.Sprintf("%d", i), "secret")
	}
	tree := openTree(t, dir)
	view, letGo := Near(tree, false)
	buf := make([]byte, 10)
	load := func(name string) string {
		n, _, err := view.Load(name, buf)
		if err != nil {
			return err.Error()
		}
		return string(buf[:n])
	}
	load("a/0")
	if got := load("a/1"); got != "mine" {
		t.Fatal(got)
	}
	must(t, os.Rename(filepath.Join(dir, "a"), filepath.Join(dir, "b")))
	must(t, os.Symlink(outside, filepath.Join(dir, "a")))
	if got := load("a/2"); got != "mine" { // of the folder that is held
		t.Errorf("held: %s", got)
	}
	letGo()
	view, letGo = Near(tree, false)
	defer letGo()
	for range 3 {
		if got := load("a/2"); got == "secret" || got == "mine" {
			t.Errorf("through the link: %s", got)
		}
	}
}
