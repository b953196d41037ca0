package cluster

import (
	"math/rand/v2"
	"testing"
)

// TestSieve: what comes once goes through once, what comes twice at least
// twice, wherever it meets others; and of what comes again and again next to
// nothing goes through.
func TestSieve(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	var s sieve
	key, came, went := newScramble(), map[uint32]int{}, map[uint32]int{}
	doc := func(features ...uint32) {
		for _, h := range features {
			came[h]++
		}
		for _, x := range s.sift(key, features) {
			went[key.back().of(x)]++
		}
	}
	for i := range uint32(20_000) {
		beside := key.back().of(key.of(77) ^ i%3) // three features that take one place
		doc(0, 77, beside, 1<<31|r.Uint32N(1<<20), r.Uint32N(1<<30))
		if i == 10_000 {
			s.clear()
		}
	}
	for h, n := range came {
		if w := went[h]; w < min(n, 2) || w > n {
			t.Fatalf("%#x came %d times and went through %d times", h, n, w)
		}
	}
	if went[0] > 4+40 {
		t.Errorf("%d of %d went through", went[0], came[0])
	}
}
