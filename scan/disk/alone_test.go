package disk

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestOpenAlone(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a", "one")
	tree := openTree(t, dir)
	f, info, err := OpenAlone(t.Context(), tree, "a")
	if err != nil || info.Size != 3 { // though it was made a moment ago
		t.Fatalf("%+v, %v", info, err)
	}
	f.Close()
	must(t, os.Link(filepath.Join(dir, "a"), filepath.Join(dir, "b")))
	if _, _, err := OpenAlone(t.Context(), tree, "a"); !errors.Is(err, ErrLinked) {
		t.Errorf("with another name: %v", err)
	}
	must(t, os.Remove(filepath.Join(dir, "b")))
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := OpenAlone(gone, tree, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("waits for nobody: %v", err)
	}
	if _, _, err := OpenAlone(t.Context(), tree, "none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("none: %v", err)
	}
}

func TestUnrest(t *testing.T) {
	began := time.Date(2026, 11, 23, 4, 0, 10, 500, time.UTC)
	ended := began.Add(time.Millisecond)
	for _, tt := range []struct {
		name    string
		changed time.Time
		rests   bool
	}{
		{"long ago", began.Add(-time.Hour), true},
		{"a moment before", began.Add(-tick / 2), false},
		{"meanwhile", began.Add(1), false},
		{"by a clock a little ahead", ended.Add(tick / 2), false},
		{"by a clock that was set back", ended.Add(time.Hour), true},
		{"in a second of which it is not known when", began.Truncate(time.Second), false},
		{"in one before", began.Truncate(time.Second).Add(-2 * coarseTick), true},
	} {
		pause := unrest(tt.changed, began, ended)
		if (pause == 0) != tt.rests {
			t.Errorf("%s: %v", tt.name, pause)
		}
		if pause > 0 && unrest(tt.changed, began.Add(pause), ended.Add(pause)) != 0 {
			t.Errorf("%s: %v is not enough", tt.name, pause)
		}
	}
}
