package cluster

// refineRounds is how often groups are put right from the sketches.
const refineRounds = 2

// refine computes every core from members that are sure, splits groups that
// are two, merges groups that are one, and gives each doc to the group that it
// fits best.
func (g *grouping) refine() {
	for range refineRounds {
		g.settle()
		g.split()
		g.merge()
		g.assign()
	}
	g.settle()
}

// settle drops groups of less than two docs, and computes the cores and their
// weights anew.
func (g *grouping) settle() {
	kept := g.groups[:0]
	for _, gr := range g.groups {
		if len(gr.docs) < 2 {
			for _, d := range gr.docs {
				g.of[d] = alone
			}
			continue
		}
		for _, d := range gr.docs {
			g.of[d] = int32(len(kept))
		}
		gr.core = g.count.core(g.docs, gr.docs, coreShare)
		kept = append(kept, gr)
	}
	g.groups = kept
	g.reindex()
	g.weighByPurity()
}

// reindex builds the index of all cores.
func (g *grouping) reindex() {
	n := 0
	for i := range g.groups {
		n += len(g.groups[i].core.hash)
	}
	g.index = newPostings(n)
	for i := range g.groups {
		for _, h := range g.groups[i].core.hash {
			g.index.add(h, int32(i))
		}
	}
}

// firmShare is how much of a core a member must show to speak for its group.
const firmShare = 0.3

// elsewhere is how much a message of another class counts against a feature. A
// campaign keeps to its class; footers of lists and companies do not.
const elsewhere = 5

// weighByPurity asks of each core feature: of all docs that have it, of
// whatever class, how many are firm members? What several groups share, or
// what mail in no group has as well, is boilerplate.
func (g *grouping) weighByPurity() {
	if len(g.groups) == 0 {
		return
	}
	total := make([]int32, len(g.index.keys))
	own := make([][]int32, len(g.groups))
	for i := range g.groups {
		own[i] = make([]int32, len(g.groups[i].core.hash))
	}
	class := g.set.items[g.docs[0].item].class
	for _, doc := range g.all {
		weight := int32(doc.weight())
		if g.set.items[doc.item].class != class {
			weight *= elsewhere
		}
		for _, h := range g.set.hashes(doc.item) {
			if h != 0 {
				total[g.index.slot(h)] += weight
			}
		}
	}
	for d, i := range g.of {
		if i >= 0 {
			doc := g.docs[d]
			g.groups[i].core.tally(g.set.hashes(doc.item), g.set.items[doc.item].level, own[i], int32(doc.weight()))
		}
	}
	for i := range g.groups {
		c := &g.groups[i].core
		for j, h := range c.hash {
			if t := total[g.index.slot(h)]; t > 0 && h != 0 {
				c.purity[j] = float32(own[i][j]) / float32(t)
			}
		}
		c.weigh()
	}
}

// tally counts the core features of a firm member.
func (c *core) tally(hashes []uint32, level uint8, own []int32, weight int32) {
	if c.match(hashes, level).share < firmShare {
		return
	}
	j := 0
	for _, h := range hashes {
		for j < len(c.hash) && c.hash[j] < h {
			j++
		}
		if j < len(c.hash) && c.hash[j] == h {
			own[j] += weight
		}
	}
}

// assign gives every doc to the group that it fits best.
func (g *grouping) assign() {
	for i := range g.groups {
		g.groups[i].docs = g.groups[i].docs[:0:0]
	}
	for d, doc := range g.docs {
		level := g.set.items[doc.item].level
		best := g.bestCore(g.set.hashes(doc.item), level)
		g.of[d] = best
		if best >= 0 {
			g.groups[best].docs = append(g.groups[best].docs, int32(d))
		}
	}
}

// bestCore is best for groups that all have a core.
func (g *grouping) bestCore(hashes []uint32, level uint8) int32 {
	g.candidates(hashes)
	best, score := int32(-1), float32(0)
	for _, i := range g.touched {
		if int(g.hits[i]) >= minHits && shows(g.groups[i].must, hashes, level) {
			s := g.groups[i].core.match(hashes, level).score(false)
			if s > score || s == score && s > 0 && i < best {
				best, score = i, s
			}
		}
		g.hits[i] = 0
	}
	return best
}
