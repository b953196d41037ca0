package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestMkdirLikeTakesOwnerAndMode(t *testing.T) {
	dir := t.TempDir()
	model := filepath.Join(dir, "model")
	if err := os.Mkdir(model, 0o700); err != nil {
		t.Fatal(err)
	}
	uid, gid := os.Getuid(), os.Getgid()
	if uid == 0 {
		uid, gid = 1234, 4321
	}
	if err := os.Chown(model, uid, gid); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(model, 0o2730|os.ModeSetgid); err != nil {
		t.Fatal(err)
	}
	tr, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	like := tr.(interface{ MkdirLike(name, like string) error })
	if err := like.MkdirLike("new", "model"); err != nil {
		t.Fatal(err)
	}
	want, _ := os.Stat(model)
	got, err := os.Stat(filepath.Join(dir, "new"))
	if err != nil {
		t.Fatal(err)
	}
	owner := func(i os.FileInfo) [2]uint32 {
		st := i.Sys().(*syscall.Stat_t)
		return [2]uint32{st.Uid, st.Gid}
	}
	if got.Mode() != want.Mode() || owner(got) != owner(want) {
		t.Errorf("%v %v, want %v %v", got.Mode(), owner(got), want.Mode(), owner(want))
	}
	if err := like.MkdirLike("new", "model"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("made twice: %v", err)
	}
	os.Symlink("model", filepath.Join(dir, "link"))
	if err := like.MkdirLike("other", "link"); !errors.Is(err, ErrNotFolder) {
		t.Errorf("like a link: %v", err)
	}
	if err := like.MkdirLike("../out", "model"); !errors.Is(err, ErrBadName) {
		t.Errorf("outside: %v", err)
	}
}
