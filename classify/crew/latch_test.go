package crew

import "testing"

func TestLatchIsHeldByOne(t *testing.T) {
	var l Latch
	n := 0 // the race detector sees it, too
	New(4).Share(8, func(int, int) {
		for range 1000 {
			l.Lock()
			n++
			l.Unlock()
		}
	})
	if n != 8000 {
		t.Errorf("%d of 8000 were counted", n)
	}
}

// One who holds it for long is waited for without asking again and again.
func TestLatchOutwaitsItsTries(t *testing.T) {
	var l Latch
	l.Lock()
	got := make(chan bool)
	go func() {
		l.Lock()
		got <- true
		l.Unlock()
	}()
	for range 3 * latchTries {
		if l.mu.TryLock() {
			t.Fatal("held twice")
		}
	}
	l.Unlock()
	<-got
}
