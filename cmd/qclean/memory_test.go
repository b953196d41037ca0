package main

import (
	"runtime"
	"testing"
)

// TestPercentFor: the heap may fill up to the floor, and beyond it by a share that is bounded.
func TestPercentFor(t *testing.T) {
	for _, live := range []uint64{0, 1 << 10, 1 << 20, 3 << 20, 10 << 20, 40 << 20, floor, 100 << 20, 200 << 20, 1 << 30} {
		p := percentFor(live)
		least := uint64(heapLeast) * uint64(p) / 100 // runtime: no collection below this
		next := max(live+live*uint64(p)/100, least)
		if most := max(uint64(floor), live+live*garbage/100); next > most+most/100 {
			t.Errorf("%d bytes live: collected at %d, at most wanted %d", live, next, most)
		}
		if dead := live * garbage / 100; next < live+min(dead, max(mostDead-mostDead/20, live*leastDead/100)) { // whole percents
			t.Errorf("%d bytes live: collected at %d already", live, next)
		}
	}
	if runtime.GC(); liveHeap() == 0 {
		t.Error("the runtime does not tell how much lives")
	}
}
