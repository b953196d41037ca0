package replay

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"qclean/scan/disk/faulty"
)

// TestVerifyFindsWhatDiffers with hashes of the messages, and without.
func TestVerifyFindsWhatDiffers(t *testing.T) {
	for _, hash := range []bool{true, false} {
		t.Run(fmt.Sprintf("hash %v", hash), func(t *testing.T) { verifyFinds(t, hash) })
	}
}

func verifyFinds(t *testing.T, hash bool) {
	dir := makeSpool(t, 5)
	m, p := mover(t, tree(t, dir), Options{Hash: hash})
	run := mustApply(t, m, plan(t, dir, Quarantine, "m"))
	// The index has a hash in any case.
	count := func(files int) [3]int {
		if hash {
			return [3]int{files, 0, 0}
		}
		return [3]int{1, files - 1, 0}
	}
	counted := func(r Report) [3]int { return [3]int{r.OK, r.Untouched, r.NoSum} }
	r, err := m.Verify(ctx, run)
	if err != nil || counted(r) != count(11) || len(r.Wrong) != 0 {
		t.Fatalf("untouched: %+v %v", r, err)
	}
	in := func(name string) string { return filepath.Join(dir, run.Dir, name) }
	os.Remove(in("m000.b"))
	put(t, in("m001.b"), "another")
	os.Remove(in("m002.c"))
	os.Symlink("/etc/passwd", in("m002.c"))
	put(t, in("guest"), "who put me here?")
	// One was put back by a later run: that is no fault.
	pl, err := NewPlan(p, PutBack, "", picks(t, p, true, "m003"), testTime.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	back := mustApply(t, later(m), pl)
	if r, err = m.Verify(ctx, run); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.Wrong {
		got = append(got, filepath.Base(f.Name)+" "+strings.SplitN(f.Problem, ":", 2)[0])
	}
	slices.Sort(got)
	want := []string{"guest not in the journal", "m000.b missing", "m001.b changed", "m002.c cannot be read"}
	if !hash {
		want[3] = "m002.c changed"
	}
	if diff := cmp.Diff(want, got); diff != "" || counted(r) != count(6) || r.MovedOn != 2 {
		t.Errorf("%s%+v", diff, r)
	}
	if r, err := m.Verify(ctx, back); err != nil || len(r.Wrong) != 0 || r.MovedOn != 2 || r.OK != 0 {
		t.Errorf("put-back: %+v %v", r, err)
	}
	// Undo of the put-back brings it into the folder again.
	if undo, err := m.Undo(ctx, back); err != nil || undo.Done != 1 {
		t.Fatalf("%+v %v", undo, err)
	}
	after := count(6)
	if after[2] = 2; hash {
		after = count(8)
	}
	if r, err := m.Verify(ctx, run); err != nil || counted(r) != after || r.MovedOn != 0 {
		t.Errorf("after the undo: %+v %v", r, err)
	}
}

// TestVerifySeesWhatWasTouched though size and time of the content are as they
// were: without a hash, the time of the last change of any kind tells.
func TestVerifySeesWhatWasTouched(t *testing.T) {
	for name, touch := range map[string]func(file string) error{
		"content, and the time set back": func(file string) error {
			info, err := os.Stat(file)
			if err != nil {
				return err
			}
			f, err := os.OpenFile(file, os.O_WRONLY, 0)
			if err == nil {
				_, err = f.WriteAt([]byte("X"), 0)
				err = errors.Join(err, f.Close(), os.Chtimes(file, info.ModTime(), info.ModTime()))
			}
			return err
		},
		"mode":      func(file string) error { return os.Chmod(file, 0o644) },
		"hard link": func(file string) error { return os.Link(file, filepath.Join(filepath.Dir(file), ".qclean", "x")) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := makeSpool(t, 2)
			m, _ := mover(t, tree(t, dir), Options{})
			run := mustApply(t, m, plan(t, dir, Quarantine, "m"))
			file := filepath.Join(dir, run.Dir, "m000.b")
			nextTick(t, filepath.Join(dir, run.Dir, ownDir, journalName))
			if err := touch(file); err != nil {
				t.Fatal(err)
			}
			r, err := m.Verify(ctx, run)
			if err != nil || len(r.Wrong) != 1 || !strings.HasPrefix(r.Wrong[0].Problem, "touched") || r.Untouched != 3 {
				t.Errorf("%+v %v", r, err)
			}
		})
	}
}

// nextTick waits for the clock that stamps files to go on since the journal was
// written: it may tick as seldom as a hundred times a second.
func nextTick(t *testing.T, journal string) {
	t.Helper()
	probe := filepath.Join(t.TempDir(), "probe")
	for put(t, probe, ""); !changed(t, probe).After(changed(t, journal)); {
		put(t, probe, "")
	}
}

func changed(t *testing.T, file string) time.Time {
	t.Helper()
	info, err := tree(t, filepath.Dir(file)).Lstat(filepath.Base(file))
	if err != nil {
		t.Fatal(err)
	}
	return info.Changed
}

// TestUndoAfterRestore: the quarantine comes from a backup, which keeps names,
// contents and times, and gives other inodes.
func TestUndoAfterRestore(t *testing.T) {
	for _, hash := range []bool{true, false} {
		dir := makeSpool(t, 4)
		m, _ := mover(t, tree(t, dir), Options{Hash: hash})
		run := mustApply(t, m, plan(t, dir, Quarantine, "m"))
		files, _ := filepath.Glob(filepath.Join(dir, run.Dir, "m*"))
		for _, name := range files {
			info, err := os.Stat(name)
			if err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(name)
			if filepath.Base(name) == "m001.b" {
				data = append(data, "and more"...)
			}
			put(t, name+".new", string(data))
			err = errors.Join(err, os.Chtimes(name+".new", info.ModTime(), info.ModTime()), os.Rename(name+".new", name))
			if err != nil {
				t.Fatal(err)
			}
		}
		v, err := m.Verify(ctx, run)
		if wrong := map[bool]int{true: 1, false: 8}[hash]; err != nil || len(v.Wrong) != wrong {
			t.Errorf("hash %v: %+v %v", hash, v, err)
		}
		undo, err := m.Undo(ctx, run)
		if err != nil || undo.Done != 3 || undo.Skipped[whyChanged] != 1 {
			t.Errorf("hash %v: %+v %v", hash, undo, err)
		}
	}
}

// TestRecoveryVouches for what a run that was killed had moved, so that it can be
// verified like any other, with the hashes where they are wished for.
func TestRecoveryVouches(t *testing.T) {
	sweep(t, 9, func(t *testing.T, i int) *faulty.Tree {
		dir := makeSpool(t, 3)
		tr := faulty.Open(t, dir, faulty.Faults{DieAt: i, Only: faulty.Op.Changes})
		m, p := mover(t, tr, Options{Hash: i%2 == 0})
		quarantineAll(t, m, p)
		m, _ = mover(t, tree(t, dir), Options{Hash: i%2 == 0})
		runs, err := m.Recover(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, run := range runs {
			if r, err := m.Verify(ctx, run); err != nil || r.OK+r.Untouched < 2*run.Done || i%2 == 0 && r.Untouched > 0 || r.NoSum != 0 || len(r.Wrong) != 0 {
				t.Errorf("%+v %v", r, err)
			}
		}
		return tr
	})
}

func TestExportHoldsEverythingAndItsSums(t *testing.T) {
	dir := makeSpool(t, 2)
	putMessage(t, dir, "out", "m\nx\\y")
	m, _ := mover(t, tree(t, dir), Options{})
	run := mustApply(t, m, plan(t, dir, Quarantine, "m"))
	var out bytes.Buffer
	x, err := m.Export(ctx, run, &out, Extra{Name: "scan.parquet", Bytes: []byte("PAR1")})
	if err != nil {
		t.Fatal(err)
	}
	got := untar(t, &out)
	if x.Files != len(got) || x.Bytes == 0 {
		t.Errorf("%+v, %d files", x, len(got))
	}
	var want strings.Builder
	want.WriteString(sumLine(got, run.Name, "journal"))
	for _, name := range []string{"m\nx\\y.b", "m\nx\\y.c", "m000.b", "m000.c", "m001.b", "m001.c"} {
		original, err := os.ReadFile(filepath.Join(dir, run.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got[run.Name+"/messages/out/"+name] != string(original) {
			t.Errorf("%q differs", name)
		}
		want.WriteString(sumLine(got, run.Name, "messages/out/"+name))
	}
	want.WriteString(sumLine(got, run.Name, "scan.parquet"))
	if diff := cmp.Diff(want.String(), got[run.Name+"/SHA256SUMS"]); diff != "" {
		t.Error(diff)
	}
}

// TestExportLeavesWhatWasAnybodysFile: whoever owns a queue that was swapped
// links a file from outside into it, and takes that name away between the
// moment when it is opened and the one when its names are counted.
func TestExportLeavesWhatWasAnybodysFile(t *testing.T) {
	dir := makeSpool(t, 2)
	outside := filepath.Join(filepath.Dir(dir), "shadow")
	put(t, outside, "SECRET")
	m, p := mover(t, tree(t, dir), Options{})
	run := mustSwap(t, m, p, nil, "")
	name := filepath.Join(run.Dir, "out", "m000.b")
	at, opened := filepath.Join(dir, name), 0
	attacked := faulty.Open(t, dir, faulty.Faults{Before: func(o faulty.Op) {
		switch {
		case o.Name != name:
		case o.Kind == faulty.OpOpen:
			os.Remove(at)
			if err := os.Link(outside, at); err != nil {
				t.Error(err)
			}
			opened++
		case o.Kind == faulty.OpStat:
			os.Remove(at)
		}
	}})
	m, _ = mover(t, attacked, Options{})
	var out bytes.Buffer
	x, err := m.Export(ctx, run, &out)
	if err != nil {
		t.Fatal(err)
	}
	if opened == 0 || x.Left != 1 {
		t.Errorf("opened %d times, %d left out", opened, x.Left)
	}
	for name, data := range untar(t, &out) {
		if strings.Contains(data, "SECRET") {
			t.Errorf("%s has what lies outside", name)
		}
	}
}

func sumLine(files map[string]string, root, name string) string {
	shown := strings.NewReplacer("\\", `\\`, "\n", `\n`).Replace(name)
	mark := ""
	if shown != name {
		mark = "\\"
	}
	return fmt.Sprintf("%s%x  %s\n", mark, sha256.Sum256([]byte(files[root+"/"+name])), shown)
}

func untar(t *testing.T, r io.Reader) map[string]string {
	t.Helper()
	z, err := zstd.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	out := map[string]string{}
	for tr := tar.NewReader(z); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		out[h.Name] = string(data)
	}
}
