package cluster

import "slices"

// lookup is the index of features once groups stand: for each the groups, at
// most maxPostings, that have it in their core.
type lookup struct {
	first   []int32 // by feature, its first entry; those of the next one follow
	entries []entry
	used    []uint8  // by feature, its entries
	full    []uint64 // bit by feature: whether groups found no room
}

type entry struct {
	group  int32
	weight float32 // in its core
}

// reindex builds the index of all cores.
func (g *grouping) reindex() {
	x, n := &g.lookup, len(g.census.hash)
	x.first, x.used, x.full = resized(x.first, n), resized(x.used, n), resized(x.full, n/64+1)
	for i := range g.groups {
		for _, f := range g.groups[i].core.feature {
			if x.used[f] < maxPostings {
				x.used[f]++
			} else {
				x.full[f/64] |= 1 << (f % 64)
			}
		}
	}
	at := int32(0)
	for f, n := range x.used {
		x.first[f] = at
		at += int32(n)
		x.used[f] = 0
	}
	x.entries = resized(x.entries, int(at))
	for i := range g.groups {
		c := g.groups[i].core
		for j, f := range c.feature {
			if x.used[f] < maxPostings {
				x.entries[x.first[f]+int32(x.used[f])] = entry{int32(i), c.weight[j]}
				x.used[f]++
			}
		}
	}
}

// of gives the entries of a feature.
func (x *lookup) of(f int32) []entry { return x.entries[x.first[f]:][:x.used[f]] }

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
// whether some of them are in more groups than the index has.
func (h *hand) meet(g *grouping, features []int32) (full bool) {
	h.touched = h.touched[:0]
	h.room(len(g.groups))
	for _, f := range features {
		for _, e := range slices.Backward(g.lookup.of(f)) {
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

// candidates counts the features that are in each group's core, in g.hits for
// the groups g.touched. Who asks sets the hits back to 0.
func (g *grouping) candidates(hashes []uint32) {
	g.features = g.census.numbers(g.features[:0], hashes)
	g.meet(g, g.features)
}
