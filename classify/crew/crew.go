// Package crew lets some goroutines do tasks at once, of which each writes only what is its own.
package crew

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Crew is how many goroutines work at once. What they make depends on the
// tasks alone, never on how many there are or on who is first. The zero value is one.
type Crew int

// New makes a crew of so many, 0 for one a processor.
func New(workers int) Crew {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return Crew(workers)
}

// Share does the tasks from 0 on. Work may write to what belongs to its task,
// and to what it keeps for its worker, of which there are as many as the crew has.
func (c Crew) Share(tasks int, work func(worker, task int)) {
	if c <= 1 || tasks <= 1 {
		for task := range tasks {
			work(0, task)
		}
		return
	}
	var next atomic.Int64
	var all sync.WaitGroup
	for worker := range min(int(c), tasks) {
		all.Go(func() {
			for task := int(next.Add(1)) - 1; task < tasks; task = int(next.Add(1)) - 1 {
				work(worker, task)
			}
		})
	}
	all.Wait()
}

// Spread cuts n things into runs and does these.
func (c Crew) Spread(n, run int, work func(worker, from, to int)) {
	c.Share((n+run-1)/run, func(worker, task int) {
		work(worker, task*run, min(task*run+run, n))
	})
}
