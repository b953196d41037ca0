package crew

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSortIsThatOfOne(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, sortLeast, 2*sortLeast - 1, 2 * sortLeast, 5*sortLeast + 7} {
		for _, workers := range []int{1, 2, 3, 5, 64} {
			all := make([]int, n)
			for i := range all {
				all[i] = r.IntN(n)
			}
			want := slices.Sorted(slices.Values(all))
			if Sort(New(workers), all, cmp.Compare[int]); !slices.Equal(all, want) {
				t.Errorf("%d by %d are out of order", n, workers)
			}
		}
	}
}
