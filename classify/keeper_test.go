package classify

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"qclean/classify/origin"
	"qclean/scan/letter"
	"qclean/scan/spool"
)

func TestKeptStringsOutliveTheirSource(t *testing.T) {
	var k keeper
	var want, got []string
	source := make([]byte, 40)
	for i := range 5000 { // some blocks full
		n := copy(source, fmt.Sprintf("value %d of a message", i))
		want = append(want, string(source[:n]))
		got = append(got, k.string(string(source[:n])))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestKeptListsAreApart(t *testing.T) {
	var k keeper
	a := k.strings([]string{"a", "b", "c"}, 2)
	b := k.strings([]string{"d"}, 5)
	a = append(a, "x")
	f := k.entryFiles([]spool.File{{Name: "f"}})
	many := k.strings(make([]string, 1000), 1000)
	if d := cmp.Diff([][]string{{"a", "b", "x"}, {"d"}}, [][]string{a, b}); d != "" {
		t.Error(d)
	}
	if len(f) != 1 || f[0].Name != "f" || len(many) != 1000 || k.strings(nil, 5) == nil {
		t.Errorf("%v, %d strings", f, len(many))
	}
}

// TestGarbageAMessage holds what reading a message and keeping its facts
// allocates, the record's own strings included, to the bound of a kilobyte
// and some, and to next to nothing where records are lent.
func TestGarbageAMessage(t *testing.T) {
	t.Run("kept", func(t *testing.T) { garbage(t, Options{}, 1400, 4) })
	t.Run("lent", func(t *testing.T) { garbage(t, Options{Lend: true}, 120, 2) })
}

func garbage(t *testing.T, o Options, most, mostPieces uint64) {
	raw, messages := floodOf(400)
	r, l := NewReader(o), letter.NewReader(letter.Limits{})
	pass := func() {
		for i := range messages {
			one := messages[i]
			one.Letter = l.Read(raw[i])
			r.Facts(&one)
		}
	}
	pass() // buffers have their size
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const passes = 5
	for range passes {
		pass()
	}
	runtime.ReadMemStats(&after)
	n := uint64(passes * len(messages))
	bytes, pieces := (after.TotalAlloc-before.TotalAlloc)/n, (after.Mallocs-before.Mallocs)/n
	if bytes > most || pieces > mostPieces {
		t.Errorf("%d bytes in %d pieces a message, want at most %d in %d", bytes, pieces, most, mostPieces)
	}
	t.Logf("%d bytes in %d pieces a message", bytes, pieces)
}

// TestLentRecords: a table of records that were good only for a moment is the
// table of those that are kept.
func TestLentRecords(t *testing.T) {
	raw, messages := floodOf(1200)
	read := func(o Options) *Table {
		table, r, l := &Table{}, NewReader(o), letter.NewReader(letter.Limits{})
		text := make([]byte, 1<<20)
		for i := range messages {
			one := messages[i]
			one.Letter = l.Read(text[:copy(text, raw[i])])
			if i%2 == 1 {
				one.Flaws = []string{"a flaw"}
			}
			rec := r.Facts(&one)
			o.Relays.Count(rec.SourceIP)
			if err := table.Append(&rec); err != nil {
				t.Fatal(err)
			}
			clear(text[:len(raw[i])]) // whatever still points there is lost
		}
		return table
	}
	want, got := read(Options{Relays: &Relays{}}), read(Options{Relays: &Relays{}, Lend: true})
	if len(want.before) == 0 || len(want.bounces) == 0 {
		t.Fatal("no hop before, or no report, to compare")
	}
	if d := cmp.Diff(len(want.before), len(got.before)); d != "" {
		t.Error(d)
	}
	for i := range want.Len() {
		if d := cmp.Diff(want.At(i).Record(), got.At(i).Record(), cmpopts.IgnoreUnexported(origin.Hop{})); d != "" {
			t.Fatalf("message %d:\n%s", i, d)
		}
	}
}
