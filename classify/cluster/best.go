package cluster

// text is a message as it is held against cores.
type text struct {
	features []int32  // that have a number
	n        int      // features in all
	level    uint8    //
	set      *Set     // where all are: of message item,
	item     int32    //
	hashes   []uint32 // or here
}

// text is a doc's, until the next one is asked for.
func (h *hand) text(g *grouping, d *doc) text {
	h.features = g.census.features(h.features, d)
	return text{features: h.features, n: int(d.hashes), level: d.level, set: g.set, item: d.item}
}

// all gives all features. Few have to be asked.
func (t *text) all() []uint32 {
	if t.set != nil {
		return t.set.hashes(t.item)
	}
	return t.hashes
}

// seen counts the features that show at a level.
func (t *text) seen(level uint8) int {
	if level <= t.level {
		return t.n
	}
	n := 0
	for _, h := range t.all() {
		if levelOf(h) >= int(level) {
			n++
		}
	}
	return n
}

// bestCore finds the group whose core a message shows best, -1 for none.
func (h *hand) bestCore(g *grouping, t *text) int32 {
	full := h.meet(g, t.features)
	if full {
		h.mark(g.census, t.features)
	}
	best, score := int32(alone), float32(0)
	for _, i := range h.touched {
		if int(h.met[i].hits) >= minHits && g.census.shows(t, g.groups[i].must) {
			s := h.match(g, i, t, full).score(false)
			if s > score || s == score && s > 0 && i < best {
				best, score = i, s
			}
		}
		h.met[i] = meeting{}
	}
	if full {
		h.unmark(t.features)
	}
	return best
}

// match compares a message with a group's core, by what meet added up unless
// the index does not have it all: then its features are marked.
func (h *hand) match(g *grouping, i int32, t *text, full bool) match {
	c := g.groups[i].core
	if full {
		return c.fit(h.marks, t.seen(c.level), t.level)
	}
	m := match{hits: int(h.met[i].hits), weight: h.met[i].weight, seen: t.seen(c.level)}
	m.of(c.above[t.level])
	return m
}
