package crew

import "slices"

// sortLeast is the least that is worth another goroutine.
const sortLeast = 1 << 12

// Sort sorts as slices.SortFunc does, by the crew: each sorts a run, and pairs
// of runs are merged until there is one.
func Sort[T any](c Crew, all []T, compare func(a, b T) int) {
	runs := min(int(c), len(all)/sortLeast)
	if runs < 2 {
		slices.SortFunc(all, compare)
		return
	}
	size := (len(all) + runs - 1) / runs
	c.Spread(len(all), size, func(_, from, to int) { slices.SortFunc(all[from:to], compare) })
	from, to := all, make([]T, len(all))
	for ; size < len(all); size *= 2 {
		c.Spread(len(all), 2*size, func(_, a, b int) {
			middle := min(a+size, b)
			merge(to[a:b], from[a:middle], from[middle:b], compare)
		})
		from, to = to, from
	}
	if &from[0] != &all[0] {
		copy(all, from)
	}
}

// merge puts two runs that are in order into one.
func merge[T any](to, a, b []T, compare func(a, b T) int) {
	for len(a) > 0 && len(b) > 0 {
		if compare(b[0], a[0]) < 0 {
			to[0], b = b[0], b[1:]
		} else {
			to[0], a = a[0], a[1:]
		}
		to = to[1:]
	}
	copy(to[copy(to, a):], b)
}
