package cluster

// lookup is the index of features once groups stand: for each the groups, at
// most maxPostings, that have it in their core.
type lookup struct {
	first   []int32 // by feature, its first entry; the next one's is where they end
	entries []entry
	full    []uint64 // bit by feature: whether groups found no room
	used    []uint8  // by feature, entries while they are counted and filled in
}

type entry struct {
	group  int32
	weight float32 // in its core
}

// reindex builds the index of all cores. The last group comes first.
func (g *grouping) reindex() {
	x, n := &g.lookup, len(g.census.hash)
	x.first, x.used, x.full = resized(x.first, n+1), resized(x.used, n), resized(x.full, n/64+1)
	for i := range g.groups {
		for _, f := range g.groups[i].core.feature {
			if x.used[f] < maxPostings {
				x.used[f]++
			} else {
				x.full[f/64] |= 1 << (f % 64)
			}
		}
	}
	for f, n := range x.used {
		x.first[f+1] = x.first[f] + int32(n)
	}
	x.entries = resized(x.entries, int(x.first[n]))
	for i := range g.groups {
		c := g.groups[i].core
		for j, f := range c.feature {
			if x.used[f] > 0 {
				x.used[f]--
				x.entries[x.first[f]+int32(x.used[f])] = entry{int32(i), c.weight[j]}
			}
		}
	}
}

// resized gives n zeros, in the same memory if they fit.
func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// meet adds up the features that a message shares with each group. It tells
// whether some of them are in more groups than the index has. Who asks sets the
// hits of the groups touched back to 0.
func (h *hand) meet(g *grouping, features []int32) (full bool) {
	h.touched = h.touched[:0]
	h.room(len(g.groups))
	for _, f := range features {
		for _, e := range g.lookup.entries[g.lookup.first[f]:g.lookup.first[f+1]] {
			if h.hits[e.group] == 0 {
				h.touched = append(h.touched, e.group)
				h.weight[e.group] = 0
			}
			h.hits[e.group]++
			h.weight[e.group] += e.weight
		}
		full = full || g.lookup.full[f/64]>>(f%64)&1 != 0
	}
	return full
}
