package cluster

import "slices"

// What a copy must show to be gathered. A stock phrase makes honest mail show
// three to five core features; they are a tenth of the letter. The footer of a
// list through which a spam came makes it seven, a quarter of a short letter,
// but other mail has them as well. The evidence of either was never above 0.06
// in half a million messages.
const (
	strayHits  = 4   // core features in the message
	homeHits   = 2   // the same for a message that leads to the campaign's own host
	strayLeast = 0.1 // of their evidence
	strayLinks = 0.9 // share of members with links, of which a stray has one as well
	strayDocs  = 5   // members of a group that is hardly one:
	strayMore  = 3   // the group that they go to must have so many times more
)

// gather gives copies that were cut and padded until no group would have them,
// alone or a few together, to the campaign that they show. While groups are
// built a message must show a good part of a core, since cores are guesses
// then and what is common to two campaigns would chain them. At the end it is
// known which features are a campaign's own, and a few of these are enough
// when they are a good part of the message. What only looks like a copy is let
// go: see letter.
func (g *grouping) gather() (changed bool) {
	to, s := slices.Clone(g.of), newStrays(g)
	g.crew.Spread(len(g.docs), shiftDocs, func(worker, from, end int) {
		h := g.hands[worker]
		for d := int32(from); d < int32(end); d++ {
			switch i := g.of[d]; {
			case i == alone || len(g.groups[i].docs) <= strayDocs:
				if best := s.campaignOf(h, d); best >= 0 {
					to[d] = best
				}
			case s.letter(h, d, i):
				to[d] = alone
			}
		}
	})
	if slices.Equal(to, g.of) {
		return false
	}
	g.of = to
	g.regroup()
	return true
}

// strays is what is asked of every group to judge strays.
type strays struct {
	*grouping
	usual  []float32        // purity of a group's core
	linked []bool           // whether its members have links
	homes  map[uint32]int32 // hosts to the group whose own they are
}

func newStrays(g *grouping) *strays {
	s := &strays{g, make([]float32, len(g.groups)), make([]bool, len(g.groups)), g.homes()}
	for i := range g.groups {
		s.usual[i] = g.groups[i].core.usualPurity()
		s.linked[i] = linked(g.hosts(&g.groups[i]), 0) >= strayLinks
	}
	return s
}

// letter tells whether a member shows too little of its group to be a copy
// without the link that all others have: whoever cuts a copy leaves in what it
// is sent for, and a letter may have the footer that the campaign copied.
func (s *strays) letter(h *hand, d, i int32) bool {
	if !s.linked[i] || s.docs[d].links[0] != 0 {
		return false
	}
	t := h.text(s.grouping, &s.docs[d])
	c := s.groups[i].core
	h.mark(s.census, t.features)
	m := c.fit(h.marks, t.seen(c.level), t.level)
	h.unmark(t.features)
	return m.share < joinBoth
}

// campaignOf finds the campaign of which a stray shows most, -1 for none.
func (s *strays) campaignOf(h *hand, d int32) int32 {
	own := 1
	if i := s.of[d]; i != alone {
		own = len(s.groups[i].docs)
	}
	t, links := h.text(s.grouping, &s.docs[d]), s.docs[d].links
	h.meet(s.grouping, t.features)
	best, most := int32(-1), float32(0)
	for _, i := range h.touched {
		gr, hits := &s.groups[i], h.met[i].hits
		h.met[i] = meeting{}
		if hits < homeHits || len(gr.docs) < strayMore*own || links[0] == 0 && s.linked[i] || !s.census.shows(&t, gr.must) {
			continue
		}
		if hits < strayHits && !s.leadsTo(links, i) {
			continue
		}
		if e := gr.core.evidence(&t, s.usual[i]); e >= strayLeast && (e > most || e == most && i < best) {
			best, most = i, e
		}
	}
	return best
}

// usualPurity is what nine core features of ten have at most: a campaign of
// which bounces and forwards are in the spool has no pure ones.
func (c *core) usualPurity() float32 {
	if len(c.purity) == 0 {
		return 0
	}
	p := slices.Clone(c.purity)
	slices.Sort(p)
	return p[len(p)*9/10]
}

// evidence is how many core features a message shows, much less for those that
// other mail has oftener than is usual in this core, times the squared share
// of the message that they are.
func (c *core) evidence(t *text, usual float32) float32 {
	var own float32
	hits, j := 0, 0
	for _, f := range t.features {
		for j < len(c.feature) && c.feature[j] < f {
			j++
		}
		if j < len(c.feature) && c.feature[j] == f {
			hits++
			p := min(c.purity[j]/max(usual, 1e-6), 1)
			own += p * p * p * p
			j++
		}
	}
	inside := float32(hits) / float32(max(t.seen(c.level), 1))
	return own * inside * inside
}
