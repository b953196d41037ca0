package classify

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// each calls what start gave for every number below n, on all processors:
// start is called once for each of them, so that what it returns may keep
// buffers of its own. Which number comes to which is left to chance, so each
// may write only what is its own.
func each(n int, start func() func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	if workers < 2 {
		f := start()
		for i := range n {
			f(i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			f := start()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}
