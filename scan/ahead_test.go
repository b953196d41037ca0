package scan

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"qclean/scan/spool"
)

func TestSlow(t *testing.T) {
	for _, c := range []struct {
		name string
		waits
		want bool
	}{
		{"all in memory", waits{0, 0}, false},
		{"a collection or two", waits{0, 3}, false},
		{"a block of a folder now and then", waits{8, 1}, false},
		{"half of it from the disk", waits{32 * 8, 20}, true},
		{"asked for in time", waits{64 * 8, 0}, true},
		{"a network, which does not count", waits{0, 64}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.slow(64); got != c.want {
				t.Errorf("slow is %v", got)
			}
		})
	}
	if (waits{}).slow(0) {
		t.Error("an empty batch is slow")
	}
}

func TestParseReadAhead(t *testing.T) {
	for _, r := range []ReadAhead{Auto, On, Off} {
		if got, err := ParseReadAhead(r.String()); got != r || err != nil {
			t.Errorf("%v is read as %v, %v", r, got, err)
		}
	}
	if _, err := ParseReadAhead("perhaps"); err == nil {
		t.Error("no error")
	}
}

// advised is a spool that writes down what was asked for and what was read.
type advised struct {
	memory
	mu    sync.Mutex
	asked map[spool.ID]bool
	late  int // read without having been asked for
	order []uint64
}

func (a *advised) Entries(ctx context.Context) iter.Seq2[spool.Entry, error] {
	return func(yield func(spool.Entry, error) bool) {
		for i := range a.n { // inodes in no order
			if !yield(spool.Entry{ID: spool.ID(fmt.Sprint(i)), Inode: uint64(i*7919%a.n + 1)}, nil) {
				return
			}
		}
	}
}

func (a *advised) Advise(e *spool.Entry, _ int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked[e.ID] = true
}

func (a *advised) Load(ctx context.Context, e *spool.Entry, buf []byte) (spool.Text, error) {
	a.mu.Lock()
	if !a.asked[e.ID] {
		a.late++
	}
	a.order = append(a.order, e.Inode)
	a.mu.Unlock()
	return a.memory.Load(ctx, e, buf)
}

func TestReadAheadAsksBeforeItReads(t *testing.T) {
	const n = 10_000
	for _, c := range []struct {
		mode        ReadAhead
		least, most int // messages that were asked for
		sorted      bool
		windows     int // messages in the windows that are looked at
	}{{On, n, n, true, n}, {Off, 0, 0, false, n}, {Auto, trial, n - 1, true, firstWindow}} {
		t.Run(c.mode.String(), func(t *testing.T) {
			a := &advised{memory: memory{n: n}, asked: map[spool.ID]bool{}}
			for _, err := range Each(t.Context(), a, Options{Workers: 1, ReadAhead: c.mode}, subjects) {
				if err != nil {
					t.Fatal(err)
				}
			}
			if got := len(a.asked); got < c.least || got > c.most || got+a.late != n {
				t.Errorf("asked for %d, read %d without asking, want %d to %d", got, a.late, c.least, c.most)
			}
			for from, size := 0, firstWindow; from+size <= c.windows; from, size = from+size, min(2*size, windowSize) {
				if got := slices.IsSorted(a.order[from : from+size]); got != c.sorted {
					t.Errorf("%d from %d on in the order of inodes: %v", size, from, got)
				}
			}
		})
	}
}

func TestStatsCountWhatWasRead(t *testing.T) {
	var s Stats
	start := func() func(*Message) (int, error) {
		return func(m *Message) (int, error) {
			m.Mark(Sketching)
			n := 0
			for i := range 20_000 { // some work that the clock can see
				n ^= i * n
			}
			return n, nil
		}
	}
	for range Each(t.Context(), &memory{n: 1000}, Options{Stats: &s}, start) {
	}
	if s.Messages() != 1000 {
		t.Errorf("%d messages", s.Messages())
	}
	spent := map[Stage]time.Duration{}
	for stage, d := range s.Stages {
		spent[stage] = d
	}
	if len(spent) != int(stages) || spent[Sketching] == 0 || spent[Parsing] == 0 {
		t.Errorf("stages: %v", spent)
	}
}

// TestFewAreAskedForOnTrial: while it is not known whether the disk is slow, a
// few of a batch are asked for, and nothing of the next one.
func TestFewAreAskedForOnTrial(t *testing.T) {
	a := &ahead{}
	advice := newAdvice(a, Auto)
	asked := func() []int {
		a.asked, a.total = nil, 0
		entries, results := newBelt[spool.Entry](2), newBelt[outcome[string]](2)
		for range 2 {
			entries.full <- make([]spool.Entry, batchSize)
		}
		close(entries.full)
		newWorker(t.Context(), a, Options{MaxText: 10}, advice, subjects()).run(entries, results)
		return a.asked
	}
	if got := asked(); got[0] != trial {
		t.Errorf("%d were asked for on trial, want %d", got[0], trial)
	}
	advice.judge(&errand{batch: make([]spool.Entry, 1), watch: true, waits: waits{blocks: 1 << 20}})
	if got := asked(); got[0] != 2*batchSize {
		t.Errorf("of a slow disk %d were asked for, want %d", got[0], 2*batchSize)
	}
}

// TestReadAheadIsABatchAhead: the disk works on the next batch while one is read.
func TestReadAheadIsABatchAhead(t *testing.T) {
	a := &ahead{}
	entries, results := newBelt[spool.Entry](3), newBelt[outcome[string]](3)
	for i := range 3 {
		entries.full <- make([]spool.Entry, i+1)
	}
	close(entries.full)
	w := newWorker(t.Context(), a, Options{MaxText: 10}, newAdvice(a, On), subjects())
	w.run(entries, results)
	if want := []int{1 + 2, 1 + 2 + 3, 1 + 2 + 3}; !slices.Equal(a.asked, want) {
		t.Errorf("asked for %v when each batch was begun, want %v", a.asked, want)
	}
	if a.views != 0 {
		t.Errorf("%d views are left", a.views)
	}
}

// ahead counts how many messages were asked for when a batch is begun.
type ahead struct {
	memory
	asked        []int // by batch: each has a view of its own
	total, views int
}

type aheadView struct {
	*ahead
	begun bool
}

func (a *ahead) Near(bool) (spool.Spool, func()) {
	a.views++
	return &aheadView{ahead: a}, func() { a.views-- }
}

func (a *ahead) Advise(*spool.Entry, int64) { a.total++ }

func (a *aheadView) Load(ctx context.Context, e *spool.Entry, buf []byte) (spool.Text, error) {
	if !a.begun {
		a.begun = true
		a.ahead.asked = append(a.ahead.asked, a.total)
	}
	return a.memory.Load(ctx, e, buf)
}

// TestTimedMessagesStandForAll: together they stand for about as many as there are.
func TestTimedMessagesStandForAll(t *testing.T) {
	all := int64(0)
	for n := range int64(1 << 20) {
		all += stands(n)
		if off := all - n; off > sampleRun*sampleEvery || off < -sampleRun*sampleEvery {
			t.Fatalf("after %d messages %d are stood for", n+1, all)
		}
	}
}
