package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// How much of what lives may be dead before it is collected, in percent. What
// a scan keeps is few large blocks without pointers, so that a collection costs
// little: on 100,000 messages 30 instead of 100 took 25 of 156 MB off the peak
// and no processor time that could be measured. Below the floor nothing is
// collected at all, since a small heap is filled again and again: 45 collections
// of 20,000 messages took a fifth of the time. Of a large heap the share is
// smaller: the dead of a million messages would take 60 MB.
const (
	garbage   = 30
	mostDead  = 16 << 20
	leastDead = 10 // percent
	floor     = 64 << 20
	heapLeast = 4 << 20 // of the runtime, for each 100 percent
)

// boundMemory begins with it, unless somebody set GOGC.
func boundMemory() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(percentFor(0))
	onCollection()
}

// onCollection lets the next collection, which finds that nobody holds the
// mark, adjust the one after it.
func onCollection() {
	runtime.AddCleanup(new([16]byte), func(int) {
		debug.SetGCPercent(percentFor(liveHeap()))
		onCollection()
	}, 0)
}

// percentFor gives the percentage for a heap of which so many bytes live.
func percentFor(live uint64) int {
	most := 100 * floor / heapLeast // more would raise the runtime's own floor above this one
	if live >= floor {
		return max(leastDead, min(garbage, int(mostDead*100/live)))
	}
	return max(garbage, min(most, int((floor-live)*100/max(live, 1))))
}

// liveHeap is what the last collection found to live, in bytes.
func liveHeap() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindUint64 {
		return floor
	}
	return s[0].Value.Uint64()
}
