package classify

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/spool"
)

// TestSortIsTheOrderOfWholeIDs: with what all begin with, with ends that only a
// zero byte tells apart, with longer ones that differ late, and with the same ones.
func TestSortIsTheOrderOfWholeIDs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, prefix := range []string{"", "Out/", "a long name of a folder/"} {
		table, want := &Table{}, []spool.ID{}
		for range 500 {
			id := append([]byte(prefix), "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"[r.IntN(2)*r.IntN(31):]...)
			for range r.IntN(14) {
				id = append(id, "ab\x00\xff"[r.IntN(4)])
			}
			rec := Record{ID: spool.ID(id), Size: int64(len(want))}
			if err := table.Append(&rec); err != nil {
				t.Fatal(err)
			}
			want = append(want, rec.ID)
		}
		table.Sort()
		slices.Sort(want)
		want = slices.Compact(want)
		var got []spool.ID
		for i := range table.Len() {
			got = append(got, table.At(i).ID())
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", prefix, d)
		}
	}
}
