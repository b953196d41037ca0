package faulty

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"qclean/scan/disk"
)

// put writes files, "" for a folder.
func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if content == "" {
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// tree reads all files, "" for a folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		got[name] = ""
		if !d.IsDir() {
			b, err := os.ReadFile(path)
			got[name] = string(b)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// moveOne is a mover of one message, with the mistake left out that is named.
func moveOne(tree disk.Tree, mistake string) error {
	step := func(err error, name string, do func() error) error {
		if err != nil || name == mistake {
			return err
		}
		return do()
	}
	err := step(nil, "mkdir", func() error { return tree.Mkdir("out.old", 0o700) })
	err = step(err, "sync parent", func() error { return tree.SyncDir(".") })
	err = step(err, "journal", func() error { return note(tree, "out.old/journal", mistake != "sync journal") })
	err = step(err, "sync folder of the journal", func() error { return tree.SyncDir("out.old") })
	err = step(err, "move", func() error { return tree.Move("out/a", "out.old/a") })
	err = step(err, "sync target", func() error { return tree.SyncDir("out.old") })
	return step(err, "sync source", func() error { return tree.SyncDir("out") })
}

func note(tree disk.Tree, name string, sync bool) error {
	f, err := tree.Create(name, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write([]byte("moving a\n")); err != nil || !sync {
		return err
	}
	return f.Sync()
}

var oneMessage = map[string]string{"out/a": "hello"}

func TestSweepHitsEveryOperationOnce(t *testing.T) {
	for _, errno := range []unix.Errno{unix.EIO, unix.ENOSPC, unix.EACCES} {
		t.Run(errno.Error(), func(t *testing.T) {
			var hit []Op
			n := Sweep(t, func(t *testing.T, i int) *Tree {
				dir := t.TempDir()
				put(t, dir, oneMessage)
				tr := Open(t, dir, Faults{FailAt: i, Err: errno})
				err := moveOne(tr, "")
				if tr.Reached() != errors.Is(err, errno) && tr.Ops()[i-1].Kind != OpClose {
					t.Errorf("reached %v, error %v", tr.Reached(), err)
				}
				if tr.Reached() {
					hit = append(hit, tr.Ops()[i-1])
				}
				return tr
			})
			var kinds []Kind
			for i, op := range hit {
				if op.N != i+1 {
					t.Errorf("operation %d has number %d", i+1, op.N)
				}
				kinds = append(kinds, op.Kind)
			}
			want := []Kind{OpMkdir, OpSyncDir, OpCreate, OpWrite, OpSync, OpClose, OpSyncDir, OpMove, OpSyncDir, OpSyncDir}
			if diff := cmp.Diff(want, kinds); diff != "" || n != len(want) {
				t.Errorf("hit %d operations (-want +got):\n%s", n, diff)
			}
		})
	}
}

func TestFailedOperationIsNotMade(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, oneMessage)
	tr := Open(t, dir, Faults{FailAt: 1, Err: unix.EXDEV})
	err := tr.Move("out/a", "out/b")
	if !errors.Is(err, disk.ErrOtherDevice) || !errors.Is(err, unix.EXDEV) {
		t.Errorf("error is %v", err)
	}
	if err.Error() != `move "out/a" to "out/b": on another filesystem (invalid cross-device link)` {
		t.Errorf("error reads %s", err)
	}
	if err := tr.Move("out/a", "out/b"); err != nil {
		t.Errorf("the next operation: %v", err)
	}
}

func TestStuckStaysStuck(t *testing.T) {
	dir := t.TempDir()
	tr := Open(t, dir, Faults{FailAt: 2, Err: unix.ENOSPC, Stuck: true, Only: Op.Changes})
	for i, want := range []error{nil, unix.ENOSPC, unix.ENOSPC} {
		if _, err := tr.Lstat("."); err != nil {
			t.Errorf("Lstat does not count: %v", err)
		}
		if err := tr.Mkdir(fmt.Sprint(i), 0o700); !errors.Is(err, want) {
			t.Errorf("Mkdir %d: %v, want %v", i, err, want)
		}
	}
}

func TestTheDeadDoNothing(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"out/a": "hello", "lock": "x"})
	tr := Open(t, dir, Faults{DieAt: 5})
	sub, err := tr.Sub("out")              // 1
	l, err2 := tr.Lock("lock", disk.Flock) // 2
	f, err3 := sub.Create("b", 0o600)      // 3
	_, err4 := f.Write([]byte("first"))    // 4
	_, err5 := f.Write([]byte("second"))   // 5
	if err := errors.Join(err, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"write":   err5,
		"close":   f.Close(),
		"unlock":  l.Close(),
		"sub":     sub.Remove("a"),
		"move":    tr.Move("out/a", "a"),
		"mkdir":   tr.Mkdir("new", 0o700),
		"syncdir": tr.SyncDir("."),
	} {
		if !errors.Is(err, ErrDead) {
			t.Errorf("%s of the dead: %v", name, err)
		}
	}
	for _, err := range tr.List(".") {
		if !errors.Is(err, ErrDead) {
			t.Errorf("list of the dead: %v", err)
		}
	}
	if diff := cmp.Diff(map[string]string{"out": "", "out/a": "hello", "out/b": "first", "lock": "x"}, tree(t, dir)); diff != "" {
		t.Error(diff)
	}
	again, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if l, err := again.Lock("lock", disk.Flock); err != nil {
		t.Errorf("the lock of the dead is still held: %v", err)
	} else {
		l.Close()
	}
}

func TestTornWrite(t *testing.T) {
	for name, faults := range map[string]Faults{
		"fails": {FailAt: 2, Err: unix.ENOSPC, Torn: true},
		"dies":  {DieAt: 2, Torn: true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			tr := Open(t, dir, faults)
			f, err := tr.Create("a", 0o600)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := f.Write([]byte("abcdef")); n != 3 || err == nil {
				t.Errorf("wrote %d, %v", n, err)
			}
			if got := tree(t, dir)["a"]; got != "abc" {
				t.Errorf("the file holds %q", got)
			}
		})
	}
}

func TestHookPlaysTheOthers(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, oneMessage)
	var seen []Op
	tr := Open(t, dir, Faults{Before: func(op Op) {
		seen = append(seen, op)
		if op.Kind == OpMove {
			os.Remove(filepath.Join(dir, "out/a"))
		}
	}})
	sub, err := tr.Sub("out")
	if err != nil {
		t.Fatal(err)
	}
	if err := sub.Move("a", "b"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("moved a file that the MTA had removed: %v", err)
	}
	want := []Op{{N: 1, Kind: OpSub, Name: "out"}, {N: 2, Kind: OpMove, Name: "out/a", To: "out/b"}}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Error(diff)
	}
}

// TestBeside has one process work on two folders.
func TestBeside(t *testing.T) {
	dir, far := t.TempDir(), t.TempDir()
	put(t, dir, oneMessage)
	tr := Open(t, dir, Faults{DieAt: 6})
	other := tr.Beside(t, "far", far)
	from, err := tr.Open("out/a") // 1
	if err != nil {
		t.Fatal(err)
	}
	to, err := other.Create("a", 0o600) // 2
	if err != nil {
		t.Fatal(err)
	}
	if err := to.Take(from); err != nil { // 3
		t.Fatal(err)
	}
	if _, err := to.Write([]byte("hello")); err != nil { // 4
		t.Fatal(err)
	}
	if err := tr.Remove("out/a"); err != nil { // 5
		t.Fatal(err)
	}
	if err := other.SyncDir("."); !errors.Is(err, ErrDead) { // 6
		t.Errorf("died in the other folder: %v", err)
	}
	if err := tr.SyncDir("out"); !errors.Is(err, ErrDead) {
		t.Errorf("and lives in this one: %v", err)
	}
	if op := tr.Ops()[1]; op.Name != "far:a" {
		t.Errorf("the second operation is %+v", op)
	}
	if err := tr.Crash(Power{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"out": "", "out/a": "hello"}, tree(t, dir)); diff != "" {
		t.Errorf("here:\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{}, tree(t, far)); diff != "" {
		t.Errorf("far:\n%s", diff)
	}
	healthy, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer healthy.Close()
	plain, err := healthy.Create("b", 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	again := Open(t, dir, Faults{})
	if from, err = again.Open("out/a"); err != nil {
		t.Fatal(err)
	}
	if err := plain.Take(from); err != nil {
		t.Errorf("a file without faults takes from one with: %v", err)
	}
}
