package classify

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/spool"
)

// TestJoinIsAppendingAndSorting: whichever messages are there and which come,
// with texts that both have, in lists and alone, and with IDs that both have.
func TestJoinIsAppendingAndSorting(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		sizes := []int{0, 1, 5, 100, 300}
		if seed == 7 {
			sizes[2] = chunkRows + 50 // more than one block of rows
		}
		record := func(kinds int) Record {
			text := func() string { return fmt.Sprint("text ", r.IntN(kinds)) }
			out := Record{ID: spool.ID(fmt.Sprint("id", r.IntN(3000))), From: text() + "@" + text(), Subject: text(), SourceIP: text(), Size: r.Int64()}
			for range r.IntN(4) {
				out.To = append(out.To, text()+"@"+text())
			}
			return out
		}
		old, late, want := &Table{}, &Table{}, &Table{}
		fill := func(to *Table, n int) {
			for range n {
				rec := record(50)
				if err := to.Append(&rec); err != nil {
					t.Fatal(err)
				}
			}
		}
		fill(old, sizes[seed%5])
		if seed%3 > 0 {
			old.Sort()
		}
		fill(late, sizes[r.IntN(4)])
		if seed%2 == 0 {
			old = stored(t, old)
		}
		for _, from := range []*Table{old, late} {
			for _, rec := range from.All() {
				if err := want.Append(rec); err != nil {
					t.Fatal(err)
				}
			}
		}
		want.Sort()
		if err := old.Join(late); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(recordsOf(want), recordsOf(old), sameRecords); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
		if d := cmp.Diff(Summarize(want, nil), Summarize(old, nil)); d != "" {
			t.Fatalf("seed %d: a text is held twice: %s", seed, d)
		}
		// It goes on growing, and knows its texts.
		rec := record(50)
		rec.ID = "zz"
		for _, table := range []*Table{want, old} {
			if err := table.Append(&rec); err != nil {
				t.Fatal(err)
			}
			table.Sort()
		}
		if d := cmp.Diff(Summarize(want, nil), Summarize(old, nil)); d != "" {
			t.Fatalf("seed %d: after one more: %s", seed, d)
		}
	}
}

// stored is a table as the next scan finds it.
func stored(t *testing.T, table *Table) *Table {
	t.Helper()
	var b bytes.Buffer
	if err := table.Encode(&b); err != nil {
		t.Fatal(err)
	}
	out, err := DecodeTable(b.Bytes(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func recordsOf(t *Table) (out []Record) {
	for _, r := range t.All() {
		one := *r
		one.To = slices.Clone(r.To)
		out = append(out, one)
	}
	return out
}
