package spooltest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

func checkDetect(t *testing.T, b *bench) {
	s := b.open(t)
	s.untouched(t, func() {
		m, err := b.driver.Detect(s.tree, s.at)
		if err != nil || m.Sure < 1 || m.Sure > 3 || m.Why == "" {
			t.Errorf("Detect of its own spool: %+v, %v", m, err)
		}
	})
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("no folder\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tree, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	for _, at := range []string{"missing", "file"} {
		if m, err := b.driver.Detect(tree, at); err == nil && m.Sure > 0 {
			t.Errorf("Detect of %q is sure: %+v", at, m)
		}
		if _, err := b.driver.Open(tree, at); err == nil {
			t.Errorf("Open of %q gave no error", at)
		}
	}
}

func checkLayout(t *testing.T, b *bench) {
	s := b.open(t)
	l := s.Layout()
	if l.MTA != b.driver.Name() {
		t.Errorf("MTA is %q, the driver's name %q", l.MTA, b.driver.Name())
	}
	if !filepath.IsAbs(l.Root) {
		t.Errorf("Root %q is no absolute path", l.Root)
	}
	if len(l.Queues) == 0 {
		t.Error("no queue")
	}
	names := map[string]bool{}
	for _, q := range l.Queues {
		if q.Name == "" || names[q.Name] {
			t.Errorf("queue name %q is empty or given twice", q.Name)
		}
		names[q.Name] = true
		checkQueue(t, l, q)
	}
	for _, index := range l.Index {
		if !slices.ContainsFunc(l.MayIndex, func(may string) bool { return strings.EqualFold(may, index) }) {
			t.Errorf("index %q is not in MayIndex %q", index, l.MayIndex)
		}
	}
	if b.Layout != nil {
		if diff := cmp.Diff(*b.Layout, l, cmpopts.IgnoreFields(spool.Layout{}, "Root", "MayIndex"), emptyIsNil); diff != "" {
			t.Errorf("layout (-want +got):\n%s", diff)
		}
	}
}

// checkQueue wants the quarantine where the MTA does not look.
func checkQueue(t *testing.T, l spool.Layout, q spool.Queue) {
	t.Helper()
	for _, name := range []string{q.Dir, q.Old} {
		if name == "" || name != path.Clean(name) || path.IsAbs(name) || name == "." || strings.HasPrefix(name, "..") {
			t.Errorf("queue %q: %q is no name in the tree", q.Name, name)
		}
	}
	for _, other := range l.Queues {
		if q.Old == other.Dir || strings.HasPrefix(q.Old, other.Dir+"/") {
			t.Errorf("queue %q: its quarantine %q lies in the queue %q", q.Name, q.Old, other.Dir)
		}
	}
	if l.Pickup == q.Old {
		t.Errorf("queue %q: its quarantine is the pickup", q.Name)
	}
}

func checkEntries(t *testing.T, b *bench) {
	s := b.open(t)
	var l listing
	s.untouched(t, func() { l = collect(s.Entries(context.Background())) })
	for _, err := range l.errs {
		t.Errorf("error in the stream: %v", err)
	}
	b.checkSet(t, l)
	var left []string
	s.untouched(t, func() {
		for i := range l.entries {
			left = append(left, b.checkStat(t, s, &l.entries[i])...)
		}
	})
	sorted := cmpopts.SortSlices(strings.Compare)
	if diff := cmp.Diff(b.Left, append(l.left, left...), sorted, emptyIsNil); diff != "" {
		t.Errorf("left alone (-want +got):\n%s", diff)
	}
}

// checkSet compares ID, queue, and files, by names alone.
func (b *bench) checkSet(t *testing.T, l listing) {
	t.Helper()
	type row struct {
		ID    spool.ID
		Queue string
		Files []spool.File
	}
	var want, got []row
	for _, m := range b.Want {
		want = append(want, row{m.ID, m.Queue, m.Files})
	}
	for _, e := range l.entries {
		got = append(got, row{e.ID, e.Queue, e.Files})
	}
	byID := cmpopts.SortSlices(func(a, b row) int { return compareIDs(a.ID, b.ID) })
	if diff := cmp.Diff(want, got, byID, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

// checkStat wants the size of all files and an Ident.
func (b *bench) checkStat(t *testing.T, s *spoolIn, e *spool.Entry) (left []string) {
	t.Helper()
	err := s.Stat(context.Background(), e)
	var l *spool.Left
	if errors.As(err, &l) {
		return []string{l.Name}
	}
	if err != nil {
		t.Errorf("Stat of %q: %v", e.ID, err)
		return nil
	}
	var size int64
	for _, f := range e.Files {
		info, err := os.Lstat(s.path(f.Name))
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	if e.Size != size || e.Ident == "" {
		t.Errorf("%q: size %d, want %d; ident %q", e.ID, e.Size, size, e.Ident)
	}
	return nil
}

func checkTwice(t *testing.T, b *bench) {
	s := b.open(t)
	entries := s.Entries(context.Background())
	first, second := collect(entries), collect(entries)
	if diff := cmp.Diff(first.entries, second.entries, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the second listing differs (-first +second):\n%s", diff)
	}
}

func checkStopEarly(t *testing.T, b *bench) {
	s := b.open(t)
	for range s.Entries(context.Background()) {
		break
	}
	for range s.Quarantined(context.Background()) {
		break
	}
	if got := len(collect(s.Entries(context.Background())).entries); got < len(b.Want) {
		t.Errorf("after a listing that was left early: %d entries, want %d", got, len(b.Want))
	}
}

func checkLoad(t *testing.T, b *bench) {
	s := b.open(t)
	s.untouched(t, func() {
		for _, e := range collect(s.Entries(context.Background())).entries {
			got, err := read(context.Background(), s, e)
			if errors.As(err, new(*spool.Left)) {
				continue
			}
			if err != nil {
				t.Errorf("%q: %v", e.ID, err)
				continue
			}
			if diff := compare(b.want(t, e.ID), got); diff != "" {
				t.Errorf("%q (-want +got):\n%s", e.ID, diff)
			}
		}
	})
}

// checkLoadAlone wants of Load what Stat would have filled.
func checkLoadAlone(t *testing.T, b *bench) {
	s := b.open(t)
	for _, want := range collect(s.Entries(context.Background())).entries {
		got := want
		statErr := s.Stat(context.Background(), &want)
		_, err := s.Load(context.Background(), &got, make([]byte, maxText))
		if fmt.Sprint(statErr) != fmt.Sprint(err) {
			t.Errorf("%q: Stat says %v, Load alone %v", want.ID, statErr, err)
		}
		if err != nil {
			continue
		}
		if _, err := s.Load(context.Background(), &want, make([]byte, maxText)); err != nil {
			t.Errorf("%q: %v", want.ID, err)
		}
		if diff := cmp.Diff(want, got, emptyIsNil, sameInstant); diff != "" {
			t.Errorf("%q: Load without Stat before it (-with +without):\n%s", want.ID, diff)
		}
	}
}

// checkStatAll wants of StatAll what Stat fills, of names that are gone as well.
func checkStatAll(t *testing.T, b *bench) {
	s := b.open(t)
	all, ok := s.Spool.(spool.BatchStater)
	if !ok {
		t.Skip("the driver has none")
	}
	entries := collect(s.Entries(context.Background())).entries
	if len(entries) > 0 {
		gone := entries[0]
		gone.Files = slices.Clone(gone.Files)
		gone.Files[0].Name += "-gone"
		gone.ID += "-gone"
		entries = slices.Insert(entries, len(entries)/2, gone)
	}
	got := slices.Clone(entries)
	next := 0
	all.StatAll(context.Background(), got, func(i int, err error) {
		if i != next {
			t.Errorf("%d comes in the place of %d", i, next)
		}
		next++
		wantErr := s.Stat(context.Background(), &entries[i])
		if fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Errorf("%q: Stat says %v, StatAll %v", got[i].ID, wantErr, err)
		}
		if diff := cmp.Diff(entries[i], got[i], emptyIsNil, sameInstant); diff != "" {
			t.Errorf("%q (-Stat +StatAll):\n%s", got[i].ID, diff)
		}
	})
	if next != len(entries) {
		t.Errorf("%d told of %d", next, len(entries))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	all.StatAll(ctx, got, func(i int, err error) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%q, cancelled: %v", got[i].ID, err)
		}
	})
}

func checkLoadCut(t *testing.T, b *bench) {
	s := b.open(t)
	for _, e := range collect(s.Entries(context.Background())).entries {
		if s.Stat(context.Background(), &e) != nil {
			continue
		}
		want := b.want(t, e.ID)
		for _, size := range []int{0, 1, len(want.Text) / 2, len(want.Text) - 1, len(want.Text), len(want.Text) + 1} {
			if size >= 0 {
				checkCutAt(t, s, e, want, size)
			}
		}
	}
}

func checkCutAt(t *testing.T, s *spoolIn, e spool.Entry, want Message, size int) {
	t.Helper()
	buf := make([]byte, size)
	text, err := s.Load(context.Background(), &e, buf)
	if err != nil {
		t.Errorf("%q into %d bytes: %v", e.ID, size, err)
		return
	}
	n := min(size, len(want.Text))
	if string(text.Bytes) != want.Text[:n] || text.Cut != (n < len(want.Text)) {
		t.Errorf("%q of %d bytes into %d: %d bytes, cut %v", e.ID, len(want.Text), size, len(text.Bytes), text.Cut)
	}
	if !bytes.Contains(buf, text.Bytes) {
		t.Errorf("%q into %d bytes: the text is not in the buffer", e.ID, size)
	}
	if diff := cmp.Diff(want.Envelope, e.Envelope, emptyIsNil); diff != "" {
		t.Errorf("%q into %d bytes: envelope (-want +got):\n%s", e.ID, size, diff)
	}
}

func checkBody(t *testing.T, b *bench) {
	s := b.open(t)
	s.untouched(t, func() {
		for _, e := range collect(s.Entries(context.Background())).entries {
			if s.Stat(context.Background(), &e) != nil {
				continue
			}
			want := b.want(t, e.ID)
			got, err := readBody(context.Background(), s, &e)
			if err != nil {
				t.Errorf("%q: %v", e.ID, err)
			}
			if diff := cmp.Diff(want.Text, got); diff != "" {
				t.Errorf("%q: text (-want +got):\n%s", e.ID, diff)
			}
			if diff := cmp.Diff(want.Envelope, e.Envelope, emptyIsNil); diff != "" {
				t.Errorf("%q: envelope (-want +got):\n%s", e.ID, diff)
			}
		}
	})
}

func checkFind(t *testing.T, b *bench) {
	s := b.open(t)
	for _, want := range b.Want {
		e, err := s.Find(context.Background(), want.ID)
		if err != nil {
			t.Errorf("Find %q: %v", want.ID, err)
			continue
		}
		got, err := read(context.Background(), s, e)
		if err != nil {
			t.Errorf("%q: %v", e.ID, err)
		}
		if diff := compare(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", want.ID, diff)
		}
	}
}

func checkFindHostile(t *testing.T, b *bench) {
	s := b.open(t)
	if err := os.WriteFile(s.path("secret"), []byte("From: x\n\nsecret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, id := range []spool.ID{"", ".", "..", "/", "//", "/etc/passwd", "../secret", "secret", "\x00", "a\x00b", "-", "*",
		spool.ID(s.at), spool.ID(s.at + "/."), spool.ID(s.at + "/.."), spool.ID(s.at + "/../secret"),
		spool.ID(strings.Repeat("../", 20) + "etc/passwd"), spool.ID(strings.Repeat("A", 10_000))} {
		if e, err := s.Find(context.Background(), id); !errors.Is(err, spool.ErrGone) {
			t.Errorf("Find %.40q: %+v, %v", id, e, err)
		}
	}
}
