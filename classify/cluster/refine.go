package cluster

// refineRounds is how often groups are put right from the sketches.
const refineRounds = 2

// refine computes every core from members that are sure, splits groups that
// are two, merges groups that are one, and gives each doc to the group that it
// fits best.
func (g *grouping) refine() {
	for range refineRounds {
		g.settle()
		if g.split() {
			g.settle()
		}
		g.weighByPurity()
		if g.merge() {
			g.settle()
			g.weighByPurity()
		}
		g.assign()
	}
	g.settle()
	g.weighByPurity()
	if g.gather() {
		g.settle()
		g.weighByPurity()
	}
}

// settle drops groups of less than two docs, and computes the cores anew.
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
	clear(g.groups[len(kept):])
	g.groups = kept
	g.reindex()
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

// fewKin is how many firm members are added to those that there are where a
// feature is judged by a handful: one message more must not decide.
const fewKin = 2

// weighByPurity asks of each core feature: of all docs that have it, of
// whatever class, how many are firm members? What several groups share, or
// what mail in no group has as well, is boilerplate.
func (g *grouping) weighByPurity() {
	if len(g.groups) == 0 {
		return
	}
	class := g.set.items[g.docs[0].item].class
	total, kin := make([]int32, len(g.index.keys)), make([]int32, len(g.index.keys))
	own := make([][]int32, len(g.groups))
	for i := range g.groups {
		own[i] = make([]int32, len(g.groups[i].core.hash))
	}
	for _, doc := range g.all {
		weight := int32(doc.weight())
		like := weight
		if g.set.items[doc.item].class != class {
			weight, like = weight*elsewhere, 0
		}
		for _, h := range g.set.hashes(doc.item) {
			if i := g.index.slot(h); g.index.keys[i] != 0 {
				total[i] += weight
				kin[i] += like
			}
		}
	}
	for d, i := range g.of {
		if i >= 0 {
			doc := g.docs[d]
			g.tally(g.groups[i].core, doc, own[i])
		}
	}
	for i := range g.groups {
		c := g.groups[i].core
		for j, h := range c.hash {
			if s := g.index.slot(h); total[s] > 0 && h != 0 {
				c.purity[j] = float32(own[i][j]) / float32(total[s])
				c.own[j] = float32(own[i][j]+fewKin) / float32(kin[s]+fewKin)
			}
		}
		c.weigh()
	}
}

// tally counts the core features of a firm member.
func (g *grouping) tally(c *core, doc doc, own []int32) {
	g.places = g.places[:0]
	var share float32
	j := 0
	for _, h := range g.set.hashes(doc.item) {
		for j < len(c.hash) && c.hash[j] < h {
			j++
		}
		if j < len(c.hash) && c.hash[j] == h {
			g.places = append(g.places, int32(j))
			share += c.weight[j]
		}
	}
	if share < firmShare*c.above[g.set.items[doc.item].level] {
		return
	}
	for _, j := range g.places {
		own[j] += int32(doc.weight())
	}
}

// assign gives every doc to the group that it fits best.
func (g *grouping) assign() {
	for d, doc := range g.docs {
		g.of[d] = g.bestCore(g.set.hashes(doc.item), g.set.items[doc.item].level)
	}
	g.regroup()
}

// regroup makes the groups' lists of docs from the docs' groups.
func (g *grouping) regroup() {
	size := make([]int32, len(g.groups))
	for _, i := range g.of {
		if i >= 0 {
			size[i]++
		}
	}
	docs := make([]int32, len(g.docs))
	for i := range g.groups {
		g.groups[i].docs, docs = docs[:0:size[i]], docs[size[i]:]
	}
	for d, i := range g.of {
		if i >= 0 {
			g.groups[i].docs = append(g.groups[i].docs, int32(d))
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
