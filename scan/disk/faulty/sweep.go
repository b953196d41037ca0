package faulty

import (
	"fmt"
	"testing"
)

// sweepEnd bounds a sweep whose run never gets through.
const sweepEnd = 1_000_000

// Sweep calls run with i = 1, 2, 3 … until one in which operation i did not
// come any more: then every operation was hit once. run makes its own folder,
// opens it with FailAt or DieAt i, does what is tested, checks, and gives the
// tree back. The sweep ends at the first failure. It returns how many
// operations were hit.
func Sweep(t *testing.T, run func(t *testing.T, i int) *Tree) int {
	t.Helper()
	for i := 1; i < sweepEnd; i++ {
		var tree *Tree
		ok := t.Run(fmt.Sprintf("at operation %d", i), func(t *testing.T) { tree = run(t, i) })
		if !ok || tree == nil {
			t.FailNow()
		}
		if !tree.Reached() {
			return i - 1
		}
	}
	t.Fatal("the run never gets through")
	return 0
}
