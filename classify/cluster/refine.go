package cluster

import "sync"

// refineRounds is how often groups are put right from the sketches.
const refineRounds = 2

// refine computes every core from members that are sure, splits groups that
// are two, merges groups that are one, and gives each doc to the group that it
// fits best.
func (g *grouping) refine() {
	for range refineRounds {
		if g.settleAndSplit() {
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

// settle drops groups of less than two docs, and computes the cores anew of
// those whose docs changed.
func (g *grouping) settle() {
	g.drop()
	g.crew.Share(len(g.groups), func(worker, i int) { g.hands[worker].settle(g, &g.groups[i]) })
}

// drop drops groups of less than two docs.
func (g *grouping) drop() {
	kept := g.groups[:0]
	for _, gr := range g.groups {
		at := int32(len(kept))
		if len(gr.docs) < 2 {
			at = alone
		} else {
			kept = append(kept, gr)
		}
		for _, d := range gr.docs {
			g.of[d] = at
		}
	}
	clear(g.groups[len(kept):])
	g.groups = kept
}

// settle computes a group's core anew if its docs changed, and tells whether it
// counted them.
func (h *hand) settle(g *grouping, gr *group) bool {
	g.set.Room.Ease()
	if gr.core.fresh(gr.docs) {
		return false
	}
	h.count.count(g.docs, gr.docs)
	gr.core = h.count.core(coreShare)
	return true
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
// what mail in no group has as well, is boilerplate. The index is built of the
// weights that come of it.
func (g *grouping) weighByPurity() {
	firm := g.firm()
	for i := range g.groups {
		c := g.groups[i].core
		if c.weighed {
			continue
		}
		for j, f := range c.feature {
			total := g.census.weight[f]*elsewhere - g.desk.kin[f]*(elsewhere-1)
			c.purity[j] = float32(firm[j]) / float32(total)
			c.own[j] = float32(firm[j]+fewKin) / float32(g.desk.kin[f]+fewKin)
		}
		firm = firm[len(c.feature):]
		c.weigh()
		c.weighed = true
	}
	g.reindex()
}

// firm adds up the firm members that have each feature of one core after
// another, of those that are to be weighed.
func (g *grouping) firm() []int32 {
	shifts, features := g.desk.shifts[:0], 0
	for i := range g.groups {
		if g.groups[i].core.weighed {
			continue
		}
		for from := 0; from < len(g.groups[i].docs); from += shiftDocs {
			shifts = append(shifts, shift{i, from, features})
		}
		features += len(g.groups[i].core.feature)
	}
	firm := resized(g.desk.firm, features)
	g.desk.shifts, g.desk.firm = shifts, firm
	var adding sync.Mutex
	g.crew.Share(len(shifts), func(worker, task int) {
		s := shifts[task]
		var sum [maxCore]int32
		gr := &g.groups[s.group]
		g.hands[worker].tally(g, gr.core, gr.docs[s.from:min(s.from+shiftDocs, len(gr.docs))], &sum)
		adding.Lock()
		defer adding.Unlock()
		for j := range gr.core.feature {
			firm[s.at+j] += sum[j]
		}
	})
	return firm
}

// shift is some docs of a group, from one on: a group may be nearly all there
// is. The first of its core's features has a place among those of all cores.
type shift struct{ group, from, at int }

const shiftDocs = 1 << 12

// tally counts the core features of firm members.
func (h *hand) tally(g *grouping, c *core, docs []int32, sum *[maxCore]int32) {
	h.setPlaces(g.census, c.feature)
	for d := range h.count.near.each(g.census, g.docs, docs) {
		h.features = g.census.features(h.features, d)
		listed, n := h.list(h.features), 0
		for _, f := range h.features { // which are core is up to chance: no branch on it
			listed[n] = int32(h.place[f])
			n += (int(h.place[f]) + 255) >> 8
		}
		var share float32
		for _, p := range listed[:n] {
			share += c.weight[p-1]
		}
		if share < firmShare*c.above[d.level] {
			continue
		}
		weight := int32(d.weight())
		for _, p := range listed[:n] {
			sum[p-1] += weight
		}
	}
	h.clearPlaces(c.feature)
}

// assign gives every doc to the group that it fits best.
func (g *grouping) assign() {
	g.crew.Spread(len(g.docs), shiftDocs, func(worker, from, to int) {
		for d := from; d < to; d++ {
			g.set.Room.EaseAt(d)
			h := g.hands[worker]
			t := h.text(g, &g.docs[d])
			g.of[d] = h.bestCore(g, &t)
		}
	})
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
