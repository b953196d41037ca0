package faulty

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/disk"
)

func TestCrash(t *testing.T) {
	all := map[string]string{"out": "", "out.old": "", "out.old/a": "hello", "out.old/journal": "moving a\n"}
	for name, c := range map[string]struct {
		mistake string
		luck    Power
		want    map[string]string
	}{
		"all synced":                        {"", Power{}, all},
		"all synced, each folder by itself": {"", Power{Split: true}, all},
		"rename is sure by the target":      {"sync source", Power{}, all},
		"split, only the target synced: both names": {"sync source", Power{Split: true},
			map[string]string{"out": "", "out/a": "hello", "out.old": "", "out.old/a": "hello", "out.old/journal": "moving a\n"}},
		"split, only the source synced: lost": {"sync target", Power{Split: true},
			map[string]string{"out": "", "out.old": "", "out.old/journal": "moving a\n"}},
		"new folder not synced into its parent": {"sync parent", Power{}, map[string]string{"out": ""}},
		"journal without content": {"sync journal", Power{},
			map[string]string{"out": "", "out.old": "", "out.old/a": "hello", "out.old/journal": ""}},
		"journal torn": {"sync journal", Power{Data: DataTorn},
			map[string]string{"out": "", "out.old": "", "out.old/a": "hello", "out.old/journal": "movi"}},
		"journal of zeros": {"sync journal", Power{Data: DataZeros},
			map[string]string{"out": "", "out.old": "", "out.old/a": "hello", "out.old/journal": string(make([]byte, 9))}},
		"journal by luck": {"sync journal", Power{Data: DataKept}, all},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, oneMessage)
			tr := Open(t, dir, Faults{})
			if err := moveOne(tr, c.mistake); err != nil {
				t.Fatal(err)
			}
			if err := tr.Crash(c.luck); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, tree(t, dir)); diff != "" {
				t.Errorf("after the crash (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCrashKeepsOrder(t *testing.T) {
	steps := func(tr *Tree) {
		tr.Mkdir("new", 0o700)
		tr.Move("a", "new/a")
		tr.Move("new/a", "b")
		tr.Remove("b")
		tr.Create("a", 0o600)
	}
	for name, c := range map[string]struct {
		luck func(Op) bool
		want map[string]string
	}{
		"none":  {nil, map[string]string{"a": "hello"}},
		"one":   {First(1), map[string]string{"a": "hello", "new": ""}},
		"two":   {First(2), map[string]string{"new": "", "new/a": "hello"}},
		"three": {First(3), map[string]string{"new": "", "b": "hello"}},
		"four":  {First(4), map[string]string{"new": ""}},
		"all":   {All, map[string]string{"new": "", "a": ""}},
		"what rests on a lost change is lost": {func(op Op) bool { return op.Kind != OpMkdir && op.Kind != OpMove },
			map[string]string{"a": "hello"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, map[string]string{"a": "hello"})
			before := inodeOf(filepath.Join(dir, "a"))
			tr := Open(t, dir, Faults{})
			steps(tr)
			if err := tr.Crash(Power{Entries: c.luck}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, tree(t, dir)); diff != "" {
				t.Errorf("after the crash (-want +got):\n%s", diff)
			}
			for name, content := range c.want {
				if content == "hello" && inodeOf(filepath.Join(dir, name)) != before {
					t.Errorf("%s came back as another inode", name)
				}
			}
		})
	}
}

func TestCrashContent(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(f disk.File)
		want string
	}{
		"append":           {func(f disk.File) { f.Write([]byte("xyz")) }, "hello"},
		"append, synced":   {func(f disk.File) { f.Write([]byte("xyz")); f.Sync() }, "helloxyz"},
		"append after it":  {func(f disk.File) { f.Write([]byte("xyz")); f.Sync(); f.Write([]byte("!")) }, "helloxyz"},
		"truncate":         {func(f disk.File) { f.Truncate(2) }, "hello"},
		"truncate twice":   {func(f disk.File) { f.Truncate(4); f.Write([]byte("zz")); f.Truncate(1) }, "hello"},
		"truncate, synced": {func(f disk.File) { f.Truncate(2); f.Sync(); f.Write([]byte("y")) }, "he"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, map[string]string{"a": "hello"})
			path := filepath.Join(dir, "a")
			was, _ := os.Stat(path)
			tr := Open(t, dir, Faults{})
			f, err := tr.Append("a")
			if err != nil {
				t.Fatal(err)
			}
			c.do(f)
			if err := tr.Crash(Power{}); err != nil {
				t.Fatal(err)
			}
			if got := tree(t, dir)["a"]; got != c.want {
				t.Errorf("the file holds %q, want %q", got, c.want)
			}
			if is, _ := os.Stat(path); c.want == "hello" && !is.ModTime().Equal(was.ModTime()) {
				t.Errorf("changed at %v, was %v", is.ModTime(), was.ModTime())
			}
			checkOneLink(t, dir, "a")
		})
	}
}

func checkOneLink(t *testing.T, dir, name string) {
	t.Helper()
	healthy, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer healthy.Close()
	f, err := healthy.Append(name)
	if err != nil {
		t.Fatalf("after the crash: %v", err)
	}
	f.Close()
}

func TestCrashBringsBackTheRemoved(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a": "hello", "folder": ""})
	tr := Open(t, dir, Faults{})
	if err := tr.Remove("a"); err != nil {
		t.Fatal(err)
	}
	if err := tr.Remove("folder"); err != nil {
		t.Fatal(err)
	}
	if err := tr.Crash(Power{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"a": "hello", "folder": ""}, tree(t, dir)); diff != "" {
		t.Error(diff)
	}
	checkOneLink(t, dir, "a")
}

func TestCrashOfAWholeFolder(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"out/a": "hello", "out/b": "hi", "old": ""})
	tr := Open(t, dir, Faults{})
	sub, err := tr.Sub("out")
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.Move("out", "old/out"); err != nil {
		t.Fatal(err)
	}
	if err := tr.Mkdir("out", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := sub.Move("a", "c"); err != nil { // the held folder is the moved one
		t.Fatal(err)
	}
	put(t, dir, map[string]string{"out/new": "of the MTA"})
	if err := tr.Crash(Power{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"out": "", "out/a": "hello", "out/b": "hi", "old": ""}, tree(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestCrashKeepsWhatOthersDid(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"out/a": "hello", "out/b": "hi", "old": ""})
	tr := Open(t, dir, Faults{})
	if err := tr.Move("out/a", "old/a"); err != nil {
		t.Fatal(err)
	}
	put(t, dir, map[string]string{"out/a": "another", "out/c": "new"})
	if err := os.Remove(filepath.Join(dir, "out/b")); err != nil {
		t.Fatal(err)
	}
	if err := tr.Crash(Power{}); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"out": "", "out/a": "another", "out/c": "new", "old": "", "old/a": "hello"}
	if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestLuckIsRepeatable(t *testing.T) {
	toss := func(seed uint64) (s []bool) {
		luck := Luck(seed)
		for range 32 {
			s = append(s, luck(Op{}))
		}
		return s
	}
	if !cmp.Equal(toss(1), toss(1)) || cmp.Equal(toss(1), toss(2)) {
		t.Error("the coin is not the seed's")
	}
}
