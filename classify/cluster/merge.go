package cluster

// Thresholds of merging.
const (
	mergeBig   = 0.10 // of the larger core lies in the smaller
	mergeSmall = 0.35 // of the smaller core lies in the larger
	mergeRest  = 0.05 // of what only one core has is found in the other's members
	mergeSame  = 0.10 // or one core has no more than this that the other has not
	mergeLook  = 64   // members looked at
)

// merge joins groups that are one campaign: one that began twice in the first
// pass, or copies that were cut to other parts of the text.
func (g *grouping) merge() {
	into := make([]int32, len(g.groups))
	for i := range into {
		into[i] = int32(i)
	}
	root := func(i int32) int32 {
		for into[i] != i {
			into[i] = into[into[i]]
			i = into[i]
		}
		return i
	}
	for i := range g.groups {
		g.candidates(g.groups[i].core.hash)
		for _, j := range g.touched {
			if int(j) < i && int(g.hits[j]) >= minHits && g.same(int32(i), j) {
				a, b := root(int32(i)), root(j)
				into[max(a, b)] = min(a, b)
			}
			g.hits[j] = 0
		}
	}
	for i := range g.groups {
		if r := root(int32(i)); r != int32(i) {
			to, from := &g.groups[r], &g.groups[i]
			to.docs, to.must = append(to.docs, from.docs...), nil
			from.docs = nil
		}
	}
	g.settle()
}

// same tells whether two groups are of one campaign. That their cores have
// much in common is not enough, since that may be a footer. Parts of one text
// go over into one another: some members of the one group show something of
// what is core in the other only.
func (g *grouping) same(i, j int32) bool {
	a, b := &g.groups[i], &g.groups[j]
	if len(a.docs) < len(b.docs) {
		a, b = b, a
	}
	if a.core.in(&b.core) < mergeBig || b.core.in(&a.core) < mergeSmall {
		return false
	}
	return g.spills(a, b) && g.spills(b, a)
}

// in gives the share of the core's weight that lies in another, at the level
// that both can show.
func (c *core) in(other *core) float32 {
	level := max(c.level, other.level)
	var in, all float32
	c.each(other, level, func(i int, both bool) {
		all += c.share[i]
		if both {
			in += c.share[i]
		}
	})
	return in / max(all, 1e-6)
}

// each visits the features that show at a level, and tells which ones the
// other core has too.
func (c *core) each(other *core, level uint8, visit func(i int, both bool)) {
	j := 0
	for i, h := range c.hash {
		if levelOf(h) < int(level) {
			continue
		}
		for j < len(other.hash) && other.hash[j] < h {
			j++
		}
		visit(i, j < len(other.hash) && other.hash[j] == h)
	}
}

// spills tells whether members of b show something of what is core in a only.
func (g *grouping) spills(a, b *group) bool {
	var rest core
	var only, all float32
	a.core.each(&b.core, max(a.core.level, b.core.level), func(i int, both bool) {
		all += a.core.weight[i]
		if !both {
			only += a.core.weight[i]
			rest.hash = append(rest.hash, a.core.hash[i])
			rest.weight = append(rest.weight, a.core.weight[i])
		}
	})
	if only <= mergeSame*all {
		return true
	}
	rest.sum()
	var sum, n float32
	for _, d := range b.docs[:min(len(b.docs), mergeLook)] {
		it := g.docs[d].item
		sum += rest.match(g.set.hashes(it), g.set.items[it].level).share
		n++
	}
	return sum >= mergeRest*n
}
