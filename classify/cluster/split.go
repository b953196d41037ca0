package cluster

// Bounds and thresholds of splitting.
const (
	splitLeast = 6 // docs a group must have
	splitDepth = 4 // one group becomes at most 2^4
)

// split takes groups apart in which two sets of features exclude one another:
// two campaigns that met through a footer. It tells whether there were any.
func (g *grouping) split() (changed bool) {
	for i, n := 0, len(g.groups); i < n; i++ {
		changed = g.splitGroup(i, splitDepth) || changed
	}
	return changed
}

func (g *grouping) splitGroup(i, depth int) bool {
	docs := g.groups[i].docs
	if len(docs) < splitLeast || depth == 0 {
		return false
	}
	s := newSides(g, docs, 0, maxLevel)
	if !s.part() {
		usual := g.usual(docs)
		if s = newSides(g, docs, usual, usual); !s.bare() {
			return false
		}
	}
	var parts [2][]int32
	for _, d := range docs {
		r := s.row(g.set, g.docs[d].item)
		side := s.side(&r)
		parts[side] = append(parts[side], d)
	}
	if len(parts[0]) == 0 || len(parts[1]) == 0 {
		return false
	}
	j := len(g.groups)
	must := g.groups[i].must
	g.groups[i] = group{docs: parts[0], must: append(s.must[0], must...)}
	g.groups = append(g.groups, group{docs: parts[1], must: s.must[1]})
	g.splitGroup(i, depth-1)
	g.splitGroup(j, depth-1)
	return true
}
