package classify

import "qclean/classify/crew"

// each calls what start gave for every number below n, with so many goroutines
// at once, 0 for one a processor: start is called once for each of them, so that
// what it returns may keep buffers of its own. Which number comes to which is
// left to chance, so each may write only what is its own.
func each(workers, n int, start func() func(i int)) {
	c := crew.New(workers)
	hands := make([]func(int), int(c))
	c.Share(n, func(worker, i int) {
		if hands[worker] == nil {
			hands[worker] = start()
		}
		hands[worker](i)
	})
}
