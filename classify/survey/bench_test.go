package survey

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"qclean/classify"
	"qclean/classify/index"
	"qclean/fixtures"
	"qclean/scan"
	"qclean/scan/letter"
	"qclean/scan/spool"
)

// benchSize is how many messages a benchmark has; QCLEAN_BENCH_N sets it.
func benchSize() int {
	if n, err := strconv.Atoi(os.Getenv("QCLEAN_BENCH_N")); err == nil {
		return n
	}
	return 5000
}

// BenchmarkRescan surveys a flood that is not known, then known and as it was,
// then known with one message in a hundred new, each with loading and saving
// what is remembered, and prints the ratios of that one run.
func BenchmarkRescan(b *testing.B) {
	n := benchSize()
	dir, aside := flood(b, n), b.TempDir()
	s := open(b, dir)
	store, err := index.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	timed := func(known bool) time.Duration {
		began := time.Now()
		var before *index.Snapshot
		if known {
			if before, err = store.Load(dir, index.Queued); err != nil {
				b.Fatal(err)
			}
		}
		v := take(b, s, before, Options{})
		if v.Changed {
			if err := store.Save(index.Queued, v.Snapshot()); err != nil {
				b.Fatal(err)
			}
		}
		return time.Since(began)
	}
	var same, some []float64
	for b.Loop() {
		for range 5 {
			exchange(b, dir, aside, 100)
			first := timed(false)
			same = append(same, timed(true).Seconds()/first.Seconds())
			exchange(b, aside, dir, 1)
			some = append(some, timed(true).Seconds()/first.Seconds())
		}
	}
	slices.Sort(same)
	slices.Sort(some)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(same[len(same)/2], "unchanged/first")
	b.ReportMetric(some[len(some)/2], "one-percent/first")
}

// exchange moves every k-th message to another folder.
func exchange(b *testing.B, from, to string, k int) {
	b.Helper()
	entries, err := os.ReadDir(from)
	if err != nil {
		b.Fatal(err)
	}
	for i, e := range entries {
		if i%k != 0 {
			continue
		}
		if err := os.Rename(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())); err != nil {
			b.Fatal(err)
		}
	}
}

// maxRecord is how many bytes of live memory one message of a flood may take,
// with the sketch: some 650, and its part of the blocks that are not full yet.
const maxRecord = 1000

// TestAMessageTakesLittleMemory counts what lives after a flood was read.
func TestAMessageTakesLittleMemory(t *testing.T) {
	const n = 8000
	facts, letters := classify.NewReader(classify.Options{}), letter.NewReader(letter.Limits{})
	table := &classify.Table{}
	before := live()
	for m, err := range (fixtures.Flood{N: n, Seed: 3}).Messages() {
		if err != nil {
			t.Fatal(err)
		}
		e := spool.Entry{ID: spool.ID(m.Queue + "/" + m.Name), Queue: m.Queue, Ident: "73baec-1001-ec3efccd413c000", Arrived: m.Arrived,
			Files: []spool.File{{Name: m.Queue + "/" + m.Name}}, Envelope: spool.Envelope{From: m.Envelope.From, Null: m.Envelope.Null(), To: m.Envelope.To, Source: spool.FromHead}}
		r := facts.Facts(&scan.Message{Entry: &e, Letter: letters.Read(m.Raw)})
		if err := table.Append(&r); err != nil {
			t.Fatal(err)
		}
	}
	table.Seal()
	if got := (live() - before) / n; got > maxRecord {
		t.Errorf("%d bytes a message, %d are allowed", got, maxRecord)
	} else {
		t.Logf("%d bytes a message", got)
	}
	runtime.KeepAlive(table)
	runtime.KeepAlive(facts)
	runtime.KeepAlive(letters)
}

// live is the bytes that a collection leaves.
func live() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
