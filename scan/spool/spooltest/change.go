package spooltest

import (
	"context"
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/spool"
)

// run is what a run's folder is called in a quarantine.
const run = "20261122-054300-quarantine"

// checkQuarantined moves all messages as the mover does and looks for them.
func checkQuarantined(t *testing.T, b *bench) {
	s := b.open(t)
	if old := collect(s.Quarantined(context.Background())); len(old.errs) > 0 {
		t.Errorf("errors without a quarantine: %v", old.errs)
	}
	before := collect(s.Quarantined(context.Background())).entries
	moved := 0
	for _, m := range b.Want {
		if b.quarantine(t, s, m) {
			moved++
		}
	}
	var old listing
	s.untouched(t, func() { old = collect(s.Quarantined(context.Background())) })
	if len(old.errs) > 0 {
		t.Errorf("errors: %v", old.errs)
	}
	if n := len(old.entries) - len(before); n != moved {
		t.Errorf("%d more messages in quarantine, want %d", n, moved)
	}
	got := map[string]int{}
	ids := map[spool.ID]bool{}
	for _, e := range old.entries {
		if ids[e.ID] {
			t.Errorf("ID %q twice", e.ID)
		}
		ids[e.ID] = true
		m, err := read(context.Background(), s, e)
		if err != nil {
			t.Errorf("%q: %v", e.ID, err)
		}
		got[m.Queue+" "+e.ID.Short()+" "+m.Text]++
	}
	for _, m := range b.Want {
		if got[m.Queue+" "+m.ID.Short()+" "+m.Text] == 0 {
			t.Errorf("%q of queue %q is not in quarantine as it was", m.ID, m.Queue)
		}
	}
	if rest := collect(s.Entries(context.Background())).entries; len(rest) > len(before) {
		t.Errorf("still in the queues: %v", rest)
	}
}

// quarantine renames a message's files to where the mover takes them, unless
// they are in quarantine.
func (b *bench) quarantine(t *testing.T, s *spoolIn, m Message) bool {
	t.Helper()
	queues := s.Layout().Queues
	q := queues[slices.IndexFunc(queues, func(q spool.Queue) bool { return q.Name == m.Queue })]
	if strings.HasPrefix(m.Files[0].Name, q.Old+"/") {
		return false
	}
	for _, f := range m.Files {
		name := strings.TrimPrefix(f.Name, q.Dir+"/")
		if p, ok := s.Spool.(spool.Placer); ok {
			name = p.Shelf(spool.Entry{ID: m.ID, Queue: m.Queue, Files: m.Files}, f)
		}
		to := s.path(path.Join(q.Old, run, name))
		must(t, os.MkdirAll(filepath.Dir(to), 0o700))
		must(t, os.Rename(s.path(f.Name), to))
	}
	own := s.path(path.Join(q.Old, run, ".qclean"))
	must(t, os.MkdirAll(own, 0o700))
	must(t, os.WriteFile(filepath.Join(own, "journal"), []byte("From: qclean\n\n"), 0o600))
	return true
}

func checkGoneBeforeStat(t *testing.T, b *bench) {
	s := b.open(t)
	for _, e := range collect(s.Entries(context.Background())).entries {
		remove(t, s, e)
		if err := s.Stat(context.Background(), &e); !errors.Is(err, spool.ErrGone) {
			t.Errorf("Stat of %q, which is gone: %v", e.ID, err)
		}
		if got, err := s.Find(context.Background(), e.ID); !errors.Is(err, spool.ErrGone) {
			t.Errorf("Find of %q, which is gone: %+v, %v", e.ID, got, err)
		}
	}
}

func checkGoneBeforeLoad(t *testing.T, b *bench) {
	s := b.open(t)
	for _, e := range collect(s.Entries(context.Background())).entries {
		if s.Stat(context.Background(), &e) != nil {
			continue
		}
		remove(t, s, e)
		if text, err := s.Load(context.Background(), &e, make([]byte, maxText)); !errors.Is(err, spool.ErrGone) {
			t.Errorf("Load of %q, which is gone: %q, %v", e.ID, text.Bytes, err)
		}
		if text, err := readBody(context.Background(), s, &e); !errors.Is(err, spool.ErrGone) {
			t.Errorf("Body of %q, which is gone: %q, %v", e.ID, text, err)
		}
	}
}

// remove does what the MTA does after delivery.
func remove(t *testing.T, s *spoolIn, e spool.Entry) {
	t.Helper()
	for _, f := range e.Files {
		if err := os.Remove(s.path(f.Name)); err != nil {
			t.Fatal(err)
		}
	}
}

// checkGoneWhileListed empties the queues when the first entry comes.
func checkGoneWhileListed(t *testing.T, b *bench) {
	s := b.open(t)
	first := true
	for e, err := range s.Entries(context.Background()) {
		if first {
			for _, q := range s.Layout().Queues {
				if err := os.RemoveAll(s.path(q.Dir)); err != nil {
					t.Fatal(err)
				}
			}
			first = false
		}
		if err != nil {
			continue
		}
		if len(e.Files) > 0 && exists(s.path(e.Files[0].Name)) {
			continue // what is read lies elsewhere
		}
		if err := s.Stat(context.Background(), &e); !errors.Is(err, spool.ErrGone) {
			t.Errorf("Stat of %q, whose queue is gone: %v", e.ID, err)
		}
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// checkNames puts names into the queues that no MTA gives.
func checkNames(t *testing.T, b *bench) {
	s := b.open(t)
	for _, q := range s.Layout().Queues {
		if !exists(s.path(q.Dir)) {
			continue
		}
		for _, name := range hostileNames {
			if err := os.WriteFile(filepath.Join(s.path(q.Dir), name), []byte("From: a@example.org\n\nx\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	l := collect(s.Entries(context.Background()))
	if len(l.errs) > 0 {
		t.Errorf("errors: %v", l.errs)
	}
	found := map[spool.ID]Message{}
	for _, e := range l.entries {
		m, err := read(context.Background(), s, e)
		if err != nil && !errors.As(err, new(*spool.Left)) {
			t.Errorf("%q: %v", e.ID, err)
		}
		found[e.ID] = m
		again, err := s.Find(context.Background(), e.ID)
		if err != nil || !cmp.Equal(again.Files, e.Files) {
			t.Errorf("Find of %q: %v, %v", e.ID, again.Files, err)
		}
	}
	for _, want := range b.Want {
		if diff := compare(want, found[want.ID]); diff != "" {
			t.Errorf("%q among hostile names (-want +got):\n%s", want.ID, diff)
		}
	}
}

var hostileNames = []string{
	" ", "a b", "new\nline", "cr\rname", "tab\t", "esc\x1b[2J\x1b]0;title\x07", "\xff\xfe", "caf\xe9", "\u202egpj.exe", "\"quoted\"", "'; rm -rf /",
	"-rf", "...", "..a", "*", "%s%n", "a\\b", "\x01", strings.Repeat("n", 255), strings.Repeat("\xf0\x9f\x90\x9f", 63),
}
