package classify

import (
	"runtime"
	"slices"
	"testing"
)

// TestEachIsAskedForOnce: with any number of processors every number comes once.
func TestEachIsAskedForOnce(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	for _, processors := range []int{1, 2, 7} {
		runtime.GOMAXPROCS(processors)
		for _, n := range []int{0, 1, 5, 1000} {
			asked, want := make([]int, n), make([]int, n)
			each(0, n, func() func(int) { return func(i int) { asked[i]++; want[i] = 1 } })
			if !slices.Equal(asked, want) || slices.Contains(asked, 0) {
				t.Errorf("%d processors: %v", processors, asked)
			}
		}
	}
}
