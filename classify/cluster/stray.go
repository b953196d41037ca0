package cluster

import "slices"

// What a copy must show to be gathered. A stock phrase makes honest mail show
// three to five core features; they are a tenth of the letter, and its
// evidence was never above 0.06 in half a million messages.
const (
	strayHits  = 4    // core features in the message
	strayLeast = 0.12 // of their evidence
	strayDocs  = 3    // members of a group that is hardly one:
	strayMore  = 2    // the group that they go to must have so many times more
)

// gather gives copies that were cut and padded until no group would have them,
// alone or two or three together, to the campaign that they show. While groups
// are built a message must show a good part of a core, since cores are guesses
// then and what is common to two campaigns would chain them. At the end it is
// known which features are a campaign's own, and a few of these are enough
// when they are a good part of the message.
func (g *grouping) gather() (changed bool) {
	to := slices.Clone(g.of)
	usual := make([]float32, len(g.groups))
	for i := range g.groups {
		usual[i] = g.groups[i].core.usualPurity()
	}
	g.crew.spread(len(g.docs), shiftDocs, func(worker, from, end int) {
		for d := from; d < end; d++ {
			if i := g.of[d]; i == alone || len(g.groups[i].docs) <= strayDocs {
				if best := g.hands[worker].campaignOf(g, int32(d), usual); best >= 0 {
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
func (h *hand) campaignOf(g *grouping, d int32, usual []float32) int32 {
	own := 1
	if i := g.of[d]; i != alone {
		own = len(g.groups[i].docs)
	}
	t := h.text(g, &g.docs[d])
	h.meet(g, t.features)
	best, most := int32(-1), float32(strayLeast)
	for _, i := range h.touched {
		if gr := &g.groups[i]; h.hits[i] >= strayHits && len(gr.docs) >= strayMore*own && i != g.of[d] && shows(gr.must, t.all(), t.level) {
			if e := gr.core.evidence(&t, usual[i]); e > most || e == most && best >= 0 && i < best {
				best, most = i, e
			}
		}
		h.hits[i] = 0
	}
	return best
}

// usualPurity is what three core features of four have at most: a campaign of
// which bounces and forwards are in the spool has no pure ones.
func (c *core) usualPurity() float32 {
	if len(c.purity) == 0 {
		return 0
	}
	p := slices.Clone(c.purity)
	slices.Sort(p)
	return p[len(p)*3/4]
}

// evidence is how many core features a message shows, less for those that
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
			own += p * p
			j++
		}
	}
	inside := float32(hits) / float32(max(t.seen(c.level), 1))
	return own * inside * inside
}
