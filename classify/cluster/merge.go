package cluster

// Thresholds of merging.
const (
	mergeBig    = 0.10 // of the larger core lies in the smaller
	mergeSmall  = 0.35 // of the smaller core lies in the larger
	mergeSame   = 0.10 // a core that has no more than this of its own has nothing of its own
	mergeLook   = 128  // members looked at
	flowNone    = 0.05 // share of what is another core's own that is as good as none
	flowSome    = 0.40 // and that is less than most copies have
	brokenShare = 0.94 // mean share of members that show a feature of a text that is not left whole
	flowLeast   = 0.25 // members with some for each that has none
)

// merge joins groups that are one campaign: one that began twice in the first
// pass, or copies that were cut to other parts of the text. A handful of copies
// with the footer of two campaigns goes with either, and is no bridge between
// the two.
func (g *grouping) merge() (changed bool) {
	into := make([]int32, len(g.groups))
	largest := make([]int32, len(g.groups)) // of those that became one, by root
	for i := range into {
		into[i], largest[i] = int32(i), int32(i)
	}
	root := func(i int32) int32 {
		for into[i] != i {
			into[i] = into[into[i]]
			i = into[i]
		}
		return i
	}
	for i := range g.groups {
		g.meet(g, g.groups[i].core.feature)
		for _, j := range g.touched {
			if int(j) < i && int(g.met[j].hits) >= minHits && g.same(int32(i), j) {
				a, b := root(int32(i)), root(j)
				if x, y := largest[a], largest[b]; x == int32(i) && y == j || g.near(x, y) {
					into[max(a, b)] = min(a, b)
					if len(g.groups[x].docs) < len(g.groups[y].docs) {
						x = y
					}
					largest[min(a, b)] = x
				}
			}
			g.met[j] = meeting{}
		}
	}
	for i := range g.groups {
		if r := root(int32(i)); r != int32(i) {
			to, from := &g.groups[r], &g.groups[i]
			to.docs, to.must = append(to.docs, from.docs...), nil
			from.docs = nil
			changed = true
		}
	}
	return changed
}

// same tells whether two groups are of one campaign. That their cores have
// much in common is not enough, since that may be a footer. Parts of one text
// go over into one another.
func (g *grouping) same(i, j int32) bool {
	a, b := &g.groups[i], &g.groups[j]
	if len(a.docs) < len(b.docs) {
		a, b = b, a
	}
	if !g.near(i, j) {
		return false
	}
	if g.footerMail(a, b) || g.footerMail(b, a) {
		return false
	}
	return g.flows(a, b) && g.flows(b, a) || broken(a, b) && broken(b, a)
}

// near tells whether enough of two cores is the same to look closer.
func (g *grouping) near(i, j int32) bool {
	a, b := &g.groups[i], &g.groups[j]
	if len(a.docs) < len(b.docs) {
		a, b = b, a
	}
	return a.core.in(b.core) >= mergeBig && b.core.in(a.core) >= mergeSmall
}

// footerMail tells whether b is mail with a footer that a has as well: what
// the two share stands whole in it, and it has no links. A campaign of which
// some copies were cut to the footer flows into it, and has links throughout.
func (g *grouping) footerMail(a, b *group) bool {
	return !broken(a, b) && moreLinks(g.hosts(a), g.hosts(b))
}

// hosts are those that a group's members link to.
func (g *grouping) hosts(gr *group) (out []links) {
	some := gr.docs[:min(len(gr.docs), mergeLook)]
	out = make([]links, 0, len(some))
	for _, d := range some {
		out = append(out, g.docs[d].links)
	}
	return out
}

// broken tells whether members of b show what the two cores share with pieces
// missing, as copies do that were disguised, padded and cut. A footer stands
// whole in honest mail.
func broken(a, b *group) bool {
	var shares, n float32
	b.core.each(a.core, max(a.core.level, b.core.level), func(i, j int) {
		if j >= 0 {
			shares += b.core.share[i]
			n++
		}
	})
	return n >= minHits && shares <= brokenShare*n
}

// in gives the share of the core's weight that lies in another, at the level
// that both can show.
func (c *core) in(other *core) float32 {
	level := max(c.level, other.level)
	var in, all float32
	c.each(other, level, func(i, j int) {
		all += c.share[i]
		if j >= 0 {
			in += c.share[i]
		}
	})
	return in / max(all, 1e-6)
}

// each visits the features that show at a level, with their place in the other
// core or -1.
func (c *core) each(other *core, level uint8, visit func(i, j int)) {
	j := 0
	for i, h := range c.hash {
		if levelOf(h) < int(level) {
			continue
		}
		for j < len(other.hash) && other.hash[j] < h {
			j++
		}
		if j < len(other.hash) && other.hash[j] == h {
			visit(i, j)
		} else {
			visit(i, -1)
		}
	}
}

// flows tells whether what is core in a only comes and goes by degrees: for
// the members that have next to none of it there are others, in either group,
// that have a little. Without a middle b is not a part of a, but other mail
// with the same footer.
func (g *grouping) flows(a, b *group) bool {
	var rest core
	var only, all float32
	a.core.each(b.core, max(a.core.level, b.core.level), func(i, j int) {
		purity := a.core.purity[i]
		if j >= 0 {
			purity += b.core.purity[j]
		}
		w := a.core.share[i] * purity * purity * purity * purity
		all += w
		if j < 0 {
			only += w
			rest.hash, rest.feature = append(rest.hash, a.core.hash[i]), append(rest.feature, a.core.feature[i])
			rest.weight = append(rest.weight, w)
		}
	})
	if only <= mergeSame*all {
		return true
	}
	rest.sum()
	visible := rest.visible()
	g.setPlaces(g.census, rest.feature)
	defer g.clearPlaces(rest.feature)
	var none, some float32
	for _, gr := range []*group{a, b} {
		docs := gr.docs[:min(len(gr.docs), mergeLook)]
		scale := float32(len(gr.docs)) / float32(len(docs))
		for _, d := range docs {
			level := g.docs[d].level
			switch share := g.shown(&rest, &g.docs[d]); {
			case visible[level] < minHits:
			case share <= flowNone:
				none += scale
			case share < flowSome:
				some += scale
			}
		}
	}
	return some >= flowLeast*none
}

// shown is the share of a core whose features have their places that a doc shows.
func (g *grouping) shown(c *core, d *doc) float32 {
	var m match
	g.features = g.census.features(g.features, d)
	for _, f := range g.features {
		if p := g.place[f]; p > 0 {
			m.weight += c.weight[p-1]
		}
	}
	m.of(c.above[d.level])
	return m.share
}

// visible counts the features that show at each level.
func (c *core) visible() (n [maxLevel + 1]int) {
	for _, h := range c.hash {
		n[levelOf(h)]++
	}
	for l := maxLevel - 1; l >= 0; l-- {
		n[l] += n[l+1]
	}
	return n
}
