package replay

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"qclean/scan/disk"
	"qclean/scan/spool/imcdata"
)

// survey is all of a tree that is deeper than any path may be: mode, owner,
// time and content by name, folder by folder.
func survey(t *testing.T, tr disk.Tree, skip ...string) map[string]string {
	t.Helper()
	out := map[string]string{}
	surveyInto(t, out, tr, "", skip)
	return out
}

func surveyInto(t *testing.T, out map[string]string, tr disk.Tree, at string, skip []string) {
	t.Helper()
	var below []string
	for info, err := range tr.List(".") {
		if err == nil {
			info, err = tr.Lstat(info.Name)
		}
		if err != nil {
			t.Fatal(err)
		}
		name, skipped := path.Join(at, info.Name), false
		for _, s := range skip {
			skipped = skipped || strings.Contains(name, s)
		}
		if skipped {
			continue
		}
		text := fmt.Sprintf("%v %d:%d", info.Mode, info.UID, info.GID)
		if info.Mode.IsDir() {
			below = append(below, info.Name)
		} else {
			text += fmt.Sprintf(" %d %d %x", info.Size, info.ModTime.UnixNano(), digest(t, tr, info.Name))
		}
		out[name] = text
	}
	for _, name := range below {
		sub, err := tr.Sub(name)
		if err != nil {
			t.Fatal(err)
		}
		surveyInto(t, out, sub, path.Join(at, name), skip)
		sub.Close()
	}
}

func digest(t *testing.T, tr disk.Tree, name string) []byte {
	t.Helper()
	f, err := tr.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, onlyReader{f}); err != nil {
		t.Fatal(err)
	}
	return h.Sum(nil)
}

// write makes a file, and the folders above it, where no path may lead.
func write(t *testing.T, tr disk.Tree, name, text string) {
	t.Helper()
	dir, rest, deep := strings.Cut(name, "/")
	if deep {
		if err := tr.Mkdir(dir, 0o750); err != nil && !errors.Is(err, os.ErrExist) {
			t.Fatal(err)
		}
		sub, err := tr.Sub(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer sub.Close()
		write(t, sub, rest, text)
		return
	}
	f, err := tr.Create(name, 0o640)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

// nested is a way down of folders with names of 255 bytes, so long in all.
func nested(long int) string {
	var b strings.Builder
	for b.Len() < long {
		n := min(maxNameLen, long-b.Len())
		if rest := long - b.Len() - n; rest == 1 { // no room for a slash and a name
			n--
		}
		b.WriteString(strings.Repeat(string(rune('a'+b.Len()/256)), n))
		if b.Len() < long {
			b.WriteByte('/')
		}
	}
	return b.String()
}

// deepPair is a spool below folders of 255 bytes each.
func deepPair(t *testing.T, base string, names ...string) (disk.Tree, *pair, *Mover) {
	t.Helper()
	tr := tree(t, scratch(t))
	for _, name := range names {
		write(t, tr, base+"/out/"+name+".c", "from@x.example\nto@y.example\n")
		write(t, tr, base+"/out/"+name+".b", "Subject: deep\r\n\r\n"+name)
	}
	write(t, tr, base+"/pickup/.keep", "")
	write(t, tr, base+"/in/.keep", "")
	p := &pair{t: tr, base: base + "/"}
	m, err := New(tr, p, Options{Now: clock(), Boot: "boot-1"})
	if err != nil {
		t.Fatal(err)
	}
	m.inline = true
	return tr, p, m
}

// TestNamesUpToTheLimit: names of 255 bytes below folders of 255 bytes each,
// until the quarantine's name is as long as the kernel takes any. One byte
// more, and the message is left alone with a reason: its journal could not be
// read again.
func TestNamesUpToTheLimit(t *testing.T) {
	long := strings.Repeat("m", maxNameLen-2)
	room := maxPathLen - runSpare - len("/out.old/"+forgedRun+"/"+long+".c")
	for _, over := range []int{0, 1} {
		t.Run(fmt.Sprintf("%d over the limit", over), func(t *testing.T) {
			tr, p, m := deepPair(t, nested(room+over), long, "short")
			before := survey(t, tr, ".old")
			pl, err := NewPlan(p, Quarantine, "", picks(t, p, false, ""), m.o.Now())
			if err != nil {
				t.Fatal(err)
			}
			run := mustApply(t, m, pl)
			if run.Done != 2-over || run.Skipped[whyTooLong] != over {
				t.Fatalf("%+v", run)
			}
			if r, err := m.Verify(ctx, run); err != nil || r.Untouched != 2*run.Done || len(r.Wrong) > 0 {
				t.Errorf("%+v %v", r, err)
			}
			for _, verb := range []Verb{Inject, Undo, PutBack} {
				if run, err = again(t, m, p, run, verb); err != nil {
					t.Fatal(err)
				}
			}
			same(t, "afterwards", before, survey(t, tr, ".old"))
		})
	}
}

// again gives quarantined messages to pickup, takes that back, and puts them into the queue.
func again(t *testing.T, m *Mover, p *pair, last Run, v Verb) (Run, error) {
	t.Helper()
	if v == Undo {
		return m.Undo(ctx, last)
	}
	pl, err := NewPlan(p, v, "", picks(t, p, true, ""), m.o.Now())
	if err != nil {
		return Run{}, err
	}
	return m.Apply(ctx, pl)
}

// TestDeepFoldersGoBack: what lies many folders deep in a queue that was
// swapped is verified and exported, and goes back into a new queue that has
// filled meanwhile. What is deeper than any path stays, and is told.
func TestDeepFoldersGoBack(t *testing.T) {
	dir := scratch(t)
	tr := tree(t, dir)
	deep := []string{"Out/" + nested(3500) + "/" + strings.Repeat("f", maxNameLen), "Out/" + strings.Repeat("d/", 200) + "file"}
	for _, name := range append(deep, "Out/WK000001") {
		write(t, tr, name, "Subject: "+path.Base(name)+"\r\n\r\n")
	}
	before := survey(t, tr, ".old")
	beyond := "Out/" + strings.Repeat("e", 200) + "/" + nested(4500) + "/file"
	write(t, tr, beyond, "out of reach")
	s, err := imcdata.Driver{}.Open(tr, "Out")
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(tr, s, Options{Now: clock(), Boot: "boot-1"})
	if err != nil {
		t.Fatal(err)
	}
	swap := mustSwap(t, m, s, nil, "")
	put(t, filepath.Join(dir, "Out/NEW00001"), "Subject: new\r\n\r\n")
	if r, err := m.Verify(ctx, swap); err != nil || len(r.Wrong) > 0 {
		t.Errorf("%+v %v", r, err)
	}
	var archive bytes.Buffer
	got, err := m.Export(ctx, swap, &archive)
	if err != nil || got.Files != 5 || got.Left != 1 {
		t.Errorf("%+v %v", got, err)
	}
	for _, name := range deep {
		if !packed(t, archive.Bytes(), path.Base(name)) {
			t.Errorf("%.40s… is not in the export", name)
		}
	}
	undo, err := m.Undo(ctx, swap)
	if err != nil || undo.Done != 3 || undo.Skipped[whyTooLong] != 1 || undo.Outcome != InPart {
		t.Errorf("%+v %v", undo, err)
	}
	after := survey(t, tr, ".old", "Out/eee", "NEW00001")
	same(t, "after undo", before, after)
	if _, still := survey(t, tr)[path.Join(swap.Dir, beyond)]; !still {
		t.Error("what is out of reach did not stay where it was")
	}
}

// packed tells whether an archive has a file whose name ends so.
func packed(t *testing.T, data []byte, last string) bool {
	t.Helper()
	z, err := zstd.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for archive := tar.NewReader(z); ; {
		h, err := archive.Next()
		if err == io.EOF {
			return false
		}
		if err != nil {
			t.Fatal(err)
		}
		if path.Base(h.Name) == last {
			return true
		}
	}
}

// TestDeepHashFolders: a Postfix queue with hash_queue_depth 5.
func TestDeepHashFolders(t *testing.T) {
	r := rigs()[0]
	dir := r.lay(t, false)
	// Short queue IDs: those of long ones hash by their microseconds (mail_queue.c).
	names, err := filepath.Glob(filepath.Join(dir, "postfix/deferred/?/[0-9A-F][0-9A-F][0-9A-F][0-9A-F][0-9A-F][0-9A-F]*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%q %v", names, err)
	}
	long, _ := filepath.Glob(filepath.Join(dir, "postfix/deferred/?/*[a-z]*"))
	for _, name := range long {
		os.Remove(name)
	}
	for _, name := range names {
		id := path.Base(name)
		to := filepath.Join(dir, "postfix/deferred", path.Join(strings.Split(id[:5], "")...))
		if err := errors.Join(os.MkdirAll(to, 0o700), os.Rename(name, filepath.Join(to, id))); err != nil {
			t.Fatal(err)
		}
	}
	before := snapshot(t, dir, ".old", "active")
	m, s := r.open(t, tree(t, dir), Options{})
	var deferred []Pick
	for _, p := range chosen(t, s, false) {
		if p.Entry.Queue == "deferred" {
			deferred = append(deferred, p)
		}
	}
	run, err := r.apply(t, m, s, Quarantine, deferred, testTime)
	if err != nil || run.Done != len(names) || run.Outcome != Complete {
		t.Fatalf("%d of %d: %+v %v", run.Done, len(names), run, err)
	}
	if undo, err := m.Undo(ctx, run); err != nil || undo.Done != run.Done {
		t.Fatalf("%+v %v", undo, err)
	}
	same(t, "after undo", before, snapshot(t, dir, ".old", "active"))
}
