package queued

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

func TestGone(t *testing.T) {
	for _, err := range []error{fs.ErrNotExist, disk.ErrNotFolder, disk.ErrBadName} {
		if Gone(&fs.PathError{Err: err}) != spool.ErrGone {
			t.Errorf("%v is not gone", err)
		}
	}
	if err := Gone(fs.ErrPermission); err != fs.ErrPermission {
		t.Errorf("permission became %v", err)
	}
}

var twoQueues = []spool.Queue{{Name: "a", Dir: "a", Old: ".old/a"}, {Name: "ab", Dir: "ab", Old: ".old/ab"}}

func TestOrigin(t *testing.T) {
	for name, want := range map[string]string{".old/a/r/1": "a", ".old/ab/1": "ab", ".old/a": "", "a/1": "", ".old/abc/1": ""} {
		if got := Origin(twoQueues, name); got != want {
			t.Errorf("%s came from %q, want %q", name, got, want)
		}
	}
}

func TestAgain(t *testing.T) {
	find := func(_ context.Context, id spool.ID) (spool.Entry, error) {
		if id == "gone" {
			return spool.Entry{}, spool.ErrGone
		}
		return spool.Entry{ID: id, Queue: "active"}, nil
	}
	e := spool.Entry{ID: "1", Queue: "deferred", Envelope: spool.Envelope{From: "a@example.com"}}
	if err := Again(t.Context(), &e, find); err != nil || e.Queue != "active" || e.Envelope.From != "a@example.com" {
		t.Errorf("%+v, %v", e, err)
	}
	for _, id := range []spool.ID{"gone", ".old/a/r/1"} {
		e := spool.Entry{ID: id, Queue: "deferred"}
		if err := Again(t.Context(), &e, find); !errors.Is(err, spool.ErrGone) || e.Queue != "deferred" {
			t.Errorf("%s: %+v, %v", id, e, err)
		}
	}
}

// TestQuarantined goes through runs and what people made by hand, to a bound,
// and leaves alone what a driver does not know.
func TestQuarantined(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a/run/m1", "a/run/m1.log", "a/run/.journal", "a/.lock/m2", "a/1/2/3/4/5/m3", "a/1/2/3/4/m4", "ab/run/other"} {
		p := filepath.Join(dir, ".old", name)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("m1", filepath.Join(dir, ".old/a/run/m9")); err != nil {
		t.Fatal(err)
	}
	tree, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	shelf := Shelf{Stranger: "not ours", Take: func(queue, dir, name string) (*spool.Entry, bool) {
		if strings.HasSuffix(name, ".log") {
			return nil, true
		}
		if !strings.HasPrefix(name, "m") {
			return nil, false
		}
		return &spool.Entry{ID: spool.ID(dir + "/" + name), Queue: queue}, true
	}}
	var got []string
	for e, err := range shelf.Quarantined(t.Context(), tree, twoQueues) {
		if err != nil {
			got = append(got, err.Error())
		} else {
			got = append(got, e.Queue+" "+string(e.ID))
		}
	}
	slices.Sort(got)
	want := []string{
		`".old/a/1/2/3/4/5" left alone: folder`, `".old/a/run/m9" left alone: symbolic link`, `".old/ab/run/other" left alone: not ours`,
		"a .old/a/1/2/3/4/m4", "a .old/a/run/m1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range shelf.Quarantined(ended, tree, twoQueues) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("after the end: %v", err)
		}
	}
}
