package cluster

import "slices"

// What a copy must show to be gathered. A stock phrase is all of its hits in
// honest mail, and of those few are the campaign's alone or they are next to
// nothing of the letter: of 17,000 messages the highest was at 0.18.
const (
	strayHits  = 4   // core features in the message
	strayLeast = 0.3 // of their evidence
	strayDocs  = 3   // members of a group that is hardly one:
	strayMore  = 2   // the group that they go to must have so many times more
)

// gather gives copies that were cut and padded until no group would have them,
// alone or two or three together, to the campaign that they show. While groups
// are built a message must show a good part of a core, since cores are guesses
// then and what is common to two campaigns would chain them. At the end it is
// known which features are a campaign's alone, and a few of these are enough
// when they are a good part of the message.
func (g *grouping) gather() (changed bool) {
	to := slices.Clone(g.of)
	g.crew.spread(len(g.docs), shiftDocs, func(worker, from, end int) {
		for d := from; d < end; d++ {
			if i := g.of[d]; i == alone || len(g.groups[i].docs) <= strayDocs {
				if best := g.hands[worker].campaignOf(g, int32(d)); best >= 0 {
					to[d] = best
				}
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

// campaignOf finds the campaign of which a stray shows most, -1 for none.
func (h *hand) campaignOf(g *grouping, d int32) int32 {
	own := 1
	if i := g.of[d]; i != alone {
		own = len(g.groups[i].docs)
	}
	t := h.text(g, &g.docs[d])
	h.meet(g, t.features)
	best, most := int32(-1), float32(strayLeast)
	for _, i := range h.touched {
		if gr := &g.groups[i]; h.hits[i] >= strayHits && len(gr.docs) >= strayMore*own && i != g.of[d] && shows(gr.must, t.all(), t.level) {
			if e := gr.core.evidence(&t); e > most || e == most && best >= 0 && i < best {
				best, most = i, e
			}
		}
		h.hits[i] = 0
	}
	return best
}

// evidence is how many core features a message shows, each for as much as it
// is the campaign's alone, times the share of the message that they are.
func (c *core) evidence(t *text) float32 {
	var pure float32
	hits, j := 0, 0
	for _, f := range t.features {
		for j < len(c.feature) && c.feature[j] < f {
			j++
		}
		if j < len(c.feature) && c.feature[j] == f {
			hits++
			pure += c.purity[j] * c.purity[j]
			j++
		}
	}
	return pure * float32(hits) / float32(max(t.seen(c.level), 1))
}
