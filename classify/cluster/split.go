package cluster

// Bounds and thresholds of splitting.
const (
	splitLeast = 6 // docs a group must have
	splitDepth = 4 // one group becomes at most 2^4
)

// settleAndSplit settles, and takes groups apart in which two sets of features
// exclude one another: two campaigns that met through a footer. It tells whether
// there were any. Both count the same members, once.
func (g *grouping) settleAndSplit() (changed bool) {
	g.drop()
	parts := make([][]group, len(g.groups))
	g.crew.Share(len(parts), func(worker, i int) {
		h := g.hands[worker]
		counted := h.settle(g, &g.groups[i])
		s := splitting{hand: h, g: g, parts: []group{g.groups[i]}}
		s.split(0, splitDepth, counted)
		parts[i] = s.parts
	})
	for i, p := range parts {
		g.groups[i] = p[0]
		g.groups = append(g.groups, p[1:]...)
		changed = changed || len(p) > 1
	}
	return changed
}

// splitting is one group and what it becomes.
type splitting struct {
	*hand
	g     *grouping
	parts []group
}

// split splits a part, whose members may have been counted.
func (p *splitting) split(i, depth int, counted bool) {
	docs, c := p.parts[i].docs, p.parts[i].core
	if len(docs) < splitLeast || depth == 0 || c != nil && c.one {
		return
	}
	if !counted {
		p.count.count(p.g.docs, docs)
	}
	apart := p.apart(docs)
	if !apart && c != nil {
		c.one = true
	}
	var parts [2][]int32
	if apart {
		for _, d := range docs {
			p.features = p.g.census.features(p.features, &p.g.docs[d])
			r := p.sides.row(p.place, &p.g.docs[d], p.features)
			side := p.sides.side(&r)
			parts[side] = append(parts[side], d)
		}
	}
	p.clearPlaces(p.sides.numbers)
	if len(parts[0]) == 0 || len(parts[1]) == 0 {
		return
	}
	j := len(p.parts)
	must := p.parts[i].must
	p.parts[i] = group{docs: parts[0], must: append(p.sides.must[0], must...)}
	p.parts = append(p.parts, group{docs: parts[1], must: p.sides.must[1]})
	p.split(i, depth-1, false)
	p.split(j, depth-1, false)
}

// apart tells whether the members that were counted are two texts, whose sides
// it leaves.
func (p *splitting) apart(docs []int32) bool {
	p.sides.look(p.hand, p.g, 0, maxLevel)
	if p.sides.part() {
		return true
	}
	p.clearPlaces(p.sides.numbers)
	usual := p.g.usual(docs)
	p.sides.look(p.hand, p.g, usual, usual)
	return p.sides.bare()
}

// setPlaces writes where each of some features is, counted from 1.
func (h *hand) setPlaces(n *census, features []int32) {
	if h.place == nil {
		h.place = make([]uint8, len(n.hash))
	}
	for i, f := range features {
		h.place[f] = uint8(i + 1)
	}
}

func (h *hand) clearPlaces(features []int32) {
	for _, f := range features {
		h.place[f] = 0
	}
}
