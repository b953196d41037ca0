package main

import (
	"os"
	"runtime/debug"
)

// garbage is how much of what lives may be dead before it is collected, in
// percent. What a scan keeps is few large blocks without pointers, so that a
// collection costs next to nothing: on 100,000 messages 20 instead of 100 took
// a third off the peak for 3 % of processor time.
const garbage = 20

// A plan of few messages is small, and of many parts: looking through them again
// and again would cost more than the memory that it gives back.
const (
	few          = 100_000
	garbageOfFew = 200
)

// spendMemory says that so many messages are planned for.
func spendMemory(messages int) {
	if messages <= few && os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbageOfFew)
	}
}

// boundMemory sets it, unless somebody did.
func boundMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
}
