package cluster

// lookup is the index of features once groups stand: for each the groups, at
// most maxPostings, that have it in their core.
type lookup struct {
	first   []int32 // by feature, its first entry; the next one's is where they end
	entries []entry
	some    []uint64 // bit by feature: whether it has an entry,
	full    []uint64 // and whether groups found no room
	used    []uint8  // by feature, entries while they are counted and filled in
}

type entry struct {
	group  int32
	weight float32 // in its core
}

// reindex builds the index of all cores. The last group comes first.
func (g *grouping) reindex() {
	x, n := &g.desk.lookup, len(g.census.hash)
	x.first, x.used, x.full = resized(x.first, n+1), resized(x.used, n), resized(x.full, n/64+1)
	x.some = resized(x.some, n/64+1)
	for i := range g.groups {
		for _, f := range g.groups[i].core.feature {
			if x.used[f] < maxPostings {
				x.used[f]++
				x.some[f/64] |= 1 << (f % 64)
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
// whether some of them are in more groups than the index has. Who asks sets what
// the groups touched have met back to nothing.
//
// Most features are in no core. They are left out first, without a branch on
// what is up to chance, and so are groups that were touched before.
func (h *hand) meet(g *grouping, features []int32) (full bool) {
	h.room(len(g.groups))
	x, listed := &g.desk.lookup, h.list(features)
	n, fulls := 0, uint64(0)
	for _, f := range features {
		listed[n] = f
		n += int(x.some[f/64] >> (f % 64) & 1)
		fulls |= x.full[f/64] >> (f % 64)
	}
	touched, met, k := h.touched[:cap(h.touched)], h.met, 0
	for _, f := range listed[:n] {
		for _, e := range x.entries[x.first[f]:x.first[f+1]] {
			touched[k] = e.group
			m := &met[e.group]
			if m.hits == 0 {
				k++
			}
			m.hits++
			m.weight += e.weight
		}
	}
	h.touched = touched[:k]
	return fulls&1 != 0
}
