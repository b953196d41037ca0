package main

import (
	"runtime"
	"testing"
)

// TestGarbageIsWhatIsNotKept holds apart what a scan finds and what it leaves
// behind on the way.
func TestGarbageIsWhatIsNotKept(t *testing.T) {
	const size, kept, dropped = 64 << 10, 100, 300
	c := newCosts()
	var found [][]byte
	for i := range kept + dropped {
		b := make([]byte, size)
		if i < kept {
			found = append(found, b)
		}
	}
	got := c.cost(1)
	runtime.KeepAlive(found)
	const slack = 1 << 20
	if n := got.Allocated - size*(kept+dropped); n < 0 || n > slack {
		t.Errorf("%d bytes allocated, want about %d", got.Allocated, size*(kept+dropped))
	}
	if n := got.Garbage - size*dropped; n < -slack || n > slack {
		t.Errorf("%d bytes of garbage, want about %d", got.Garbage, size*dropped)
	}
}
