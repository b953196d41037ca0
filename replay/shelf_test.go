package replay

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// TestNumberedFolders is a run of more messages than fit into one folder, and
// what becomes of the folders when the messages go back.
func TestNumberedFolders(t *testing.T) {
	r := rigs()[0]
	dir := scratch(t)
	const n = 2*perFolder + 1
	if err := errors.Join(os.MkdirAll(filepath.Join(dir, "postfix/deferred/C"), 0o700), os.MkdirAll(filepath.Join(dir, "postfix/active"), 0o700)); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		put(t, filepath.Join(dir, "postfix/deferred/C", fmt.Sprintf("C%04X1ABCDE", i)), "C")
	}
	before := snapshot(t, dir)
	m, s := r.open(t, tree(t, dir), Options{Batch: 150})
	from := chosen(t, s, false)
	run, err := r.apply(t, m, s, Quarantine, from, testTime)
	if err != nil || run.Done != n {
		t.Fatalf("%+v %v", run, err)
	}
	counts := []int{}
	for _, folder := range []string{"", "0001", "0002", "0003"} {
		files, _ := filepath.Glob(filepath.Join(dir, run.Dir, folder, "C*"))
		counts = append(counts, len(files))
	}
	if fmt.Sprint(counts) != fmt.Sprint([]int{0, perFolder, perFolder, 1}) {
		t.Errorf("messages by folder: %v", counts)
	}
	if v, err := m.Verify(ctx, run); err != nil || v.Untouched != n || len(v.Wrong) > 0 {
		t.Errorf("%+v %v", v, err)
	}
	if got := chosen(t, s, true); len(got) != n {
		t.Errorf("%d are found in quarantine", len(got))
	}
	put(t, filepath.Join(dir, run.Dir, "0002", "by-hand"), "x")
	undo, err := m.Undo(ctx, run)
	if err != nil || undo.Done != n {
		t.Fatalf("%+v %v", undo, err)
	}
	same(t, "after undo", before, snapshot(t, dir, ".old"))
	if left, _ := filepath.Glob(filepath.Join(dir, run.Dir, "[0-9]*")); len(left) != 1 || filepath.Base(left[0]) != "0002" {
		t.Errorf("left in quarantine: %v", left)
	}
	os.Remove(filepath.Join(dir, run.Dir, "0002", "by-hand"))
	again, err := m.Undo(ctx, undo)
	if err != nil || again.Done != n {
		t.Fatalf("%+v %v", again, err)
	}
	back, err := r.apply(t, m, s, PutBack, chosen(t, s, true), testTime.Add(time.Hour))
	if err != nil || back.Done != n {
		t.Fatalf("%+v %v", back, err)
	}
	same(t, "after put-back", before, snapshot(t, dir, ".old"))
}

// TestRunNames holds the reader of names against the pattern that they have.
func TestRunNames(t *testing.T) {
	pattern := regexp.MustCompile(`^[0-9]{8}-[0-9]{6}-(quarantine|replay|submit|put-back|swap|reindex|undo|purge)(-[0-9]{1,4})?$`)
	for _, time := range []string{"20261122-054300", "2026112a-054300", "20261122-05430", "20261122_054300", "", "20261122-0543000"} {
		for _, verb := range []string{"quarantine", "replay", "submit", "put-back", "swap", "reindex", "undo", "purge", "quarantined", "put", ""} {
			for _, end := range []string{"", "-2", "-1000", "-10000", "-", "2", "-x", "-2-2", " "} {
				for _, sep := range []string{"-", "", "--"} {
					name := time + sep + verb + end
					var want Verb
					if m := pattern.FindStringSubmatch(name); m != nil {
						want = Verb(m[1])
					}
					if got, ok := verbOf(name); ok != (want != "") || ok && got != want {
						t.Errorf("%q: %q %v, want %q", name, got, ok, want)
					}
				}
			}
		}
	}
}
