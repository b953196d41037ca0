package cluster

// Bounds and thresholds of splitting.
const (
	splitLeast = 6 // docs a group must have
	splitDepth = 4 // one group becomes at most 2^4
)

// split takes groups apart in which two sets of features exclude one another:
// two campaigns that met through a footer. It tells whether there were any.
func (g *grouping) split() (changed bool) {
	parts := make([][]group, len(g.groups))
	g.crew.Share(len(parts), func(worker, i int) {
		s := splitting{hand: g.hands[worker], g: g, parts: []group{g.groups[i]}}
		s.split(0, splitDepth)
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

func (p *splitting) split(i, depth int) {
	docs := p.parts[i].docs
	c := p.parts[i].core
	if len(docs) < splitLeast || depth == 0 || c != nil && c.one {
		return
	}
	s := newSides(p.g, &p.count, docs, 0, maxLevel)
	if !s.part() {
		usual := p.g.usual(docs)
		if s = newSides(p.g, &p.count, docs, usual, usual); !s.bare() {
			if c != nil {
				c.one = true
			}
			return
		}
	}
	var parts [2][]int32
	for _, d := range docs {
		r := s.row(p.g.set, p.g.docs[d].item)
		side := s.side(&r)
		parts[side] = append(parts[side], d)
	}
	if len(parts[0]) == 0 || len(parts[1]) == 0 {
		return
	}
	j := len(p.parts)
	must := p.parts[i].must
	p.parts[i] = group{docs: parts[0], must: append(s.must[0], must...)}
	p.parts = append(p.parts, group{docs: parts[1], must: s.must[1]})
	p.split(i, depth-1)
	p.split(j, depth-1)
}
