package crew

import "sync"

// Latch is a lock that is held for a few microseconds at a time, by goroutines
// that have much else to do. Who finds it held asks again for some fifty
// microseconds before it lets its processor go: to be woken again takes ten times
// as long as what it waits for, and made a scan on two processors a sixth longer.
type Latch struct{ mu sync.Mutex }

// latchTries is how often it is asked for. A holder that takes longer has lost
// its own processor, or makes room for many.
const latchTries = 1 << 16

// Lock waits until nobody else holds it.
func (l *Latch) Lock() {
	for range latchTries {
		if l.mu.TryLock() {
			return
		}
	}
	l.mu.Lock()
}

// Unlock gives it back.
func (l *Latch) Unlock() { l.mu.Unlock() }
