package cluster

import (
	"math"
	"slices"
)

// doc is all messages with one sketch.
type doc struct {
	item     int32 // one of them
	from, to int32 // where they stand in the order of keys
}

// weight is how many messages a doc counts for in a core: many equal copies
// are still one text.
func (d doc) weight() int { return int(min(d.to-d.from, maxWeight)) }

const maxWeight = 16

// Thresholds for joining a group.
const (
	minHits    = 3    // features in common, whatever the shares say
	joinShare  = 0.20 // share of the core that must be in the message
	joinSmall  = 0.30 // the same, while a group is small and its core a guess
	smallGroup = 5
	joinBoth   = 0.50 // a message with less of the core than this must be core itself to make up for it
	sureWeight = 3    // of core features that are the campaign's alone,
	sureHits   = 6    // or so many features, more than a phrase has,
	lessSure   = 2    // of such a weight, with
	sureShare  = 0.10 // so much of the core
	mustShare  = 0.15 // of what tells a campaign from those that only have its footer
)

// grouping puts the docs of one class into groups.
type grouping struct {
	set    *Set
	all    []doc   // of every class
	docs   []doc   // of this one
	of     []int32 // group of each doc, -1 for one that is alone
	groups []group
	index  *postings
	seen   *sighted
	count  counter

	hits    []int32 // by group, for the message at hand
	touched []int32
	single  core // of a group with one member
	ones    []float32
	picked  []uint32
	places  []int32
}

// group is a campaign in the making.
type group struct {
	docs []int32
	core *core    // nil while there is one doc
	must []uint32 // of these a member shows some; see part
}

// shows tells whether a message has enough of the features that it must have.
func shows(must, hashes []uint32, level uint8) bool {
	able, has := 0, 0
	for _, h := range must {
		if levelOf(h) >= int(level) {
			able++
			if _, ok := slices.BinarySearch(hashes, h); ok {
				has++
			}
		}
	}
	return float32(has) >= mustShare*float32(able)
}

const alone = -1

// newGrouping makes ready for the docs of one class, in the order of keys.
func newGrouping(s *Set, all, docs []doc) *grouping {
	g := &grouping{set: s, all: all, docs: docs, of: make([]int32, len(docs))}
	g.count.set = s
	g.ones = make([]float32, maxCore)
	for i := range g.ones {
		g.ones[i] = 1
	}
	return g
}

// lead is the first pass: each doc joins the group whose core it shows best,
// or leads a new one. The order of keys is as good as random, so that early
// groups are those of large campaigns.
func (g *grouping) lead() {
	g.seen = newSighted(g.set, g.docs)
	g.index = newPostings(len(g.docs) * 4)
	g.groups = make([]group, 0, len(g.docs)/2+1)
	for d := range g.docs {
		g.of[d] = alone
		hashes := g.repeated(int32(d))
		if len(hashes) < minHits {
			continue
		}
		level := g.set.items[g.docs[d].item].level
		best := g.best(hashes, level)
		if best < 0 {
			best = g.open(hashes)
		}
		g.join(int32(d), best)
	}
}

// repeated are the doc's features that some other doc has: random padding is
// gone before any work is done for it, and never gets into the index.
func (g *grouping) repeated(d int32) []uint32 {
	g.picked = g.picked[:0]
	for _, h := range g.set.hashes(g.docs[d].item) {
		if g.seen.twice(h) {
			g.picked = append(g.picked, h)
		}
	}
	return g.picked
}

// best finds the group that a message belongs to, -1 for none.
func (g *grouping) best(hashes []uint32, level uint8) int32 {
	g.candidates(hashes)
	best, score := int32(-1), float32(0)
	for _, i := range g.touched {
		if int(g.hits[i]) >= minHits {
			if s := g.score(i, hashes, level); s > score || s == score && s > 0 && i < best {
				best, score = i, s
			}
		}
		g.hits[i] = 0
	}
	return best
}

// candidates counts the features that the message shares with each group.
func (g *grouping) candidates(hashes []uint32) {
	g.touched = g.touched[:0]
	for len(g.hits) < len(g.groups) {
		g.hits = append(g.hits, make([]int32, max(1024, len(g.hits)))...)
	}
	for _, h := range hashes {
		for c := g.index.list(h); c != 0; c = g.index.cells[c].next {
			i := g.index.cells[c].group
			if g.hits[i] == 0 {
				g.touched = append(g.touched, i)
			}
			g.hits[i]++
		}
	}
}

// score is how well a message fits a group, 0 when it does not belong to it.
// The weight of what it shows of the core speaks for the larger core; the
// share of it speaks against a campaign of which it has the footer only.
func (g *grouping) score(i int32, hashes []uint32, level uint8) float32 {
	c, small := g.groups[i].core, len(g.groups[i].docs) < smallGroup
	if len(g.groups[i].docs) == 1 {
		c = g.alone(g.groups[i].docs[0])
	}
	if !shows(g.groups[i].must, hashes, level) {
		return 0
	}
	m := c.match(hashes, level)
	return m.score(small)
}

func (m match) score(small bool) float32 {
	need := float32(joinShare)
	if small {
		need = joinSmall
	}
	if m.hits < minHits || (m.share < need || m.share+m.inside < joinBoth) && (small || !m.sure()) {
		return 0
	}
	return float32(m.hits) * float32(math.Sqrt(float64(m.share)))
}

// sure tells whether the little that a message shows of a core is the
// campaign's alone, and more than a phrase: "if you would like to" makes five
// features or so, which hardly other mail of a queue need have.
func (m match) sure() bool {
	return m.share >= sureShare && (m.weight >= sureWeight || m.hits >= sureHits && m.weight >= lessSure)
}

// alone is the core of a group with one doc: its own features that others have.
func (g *grouping) alone(d int32) *core {
	c := &g.single
	c.hash, c.level = c.hash[:0], g.set.items[g.docs[d].item].level
	for _, h := range g.set.hashes(g.docs[d].item) {
		if g.seen.twice(h) {
			c.hash = append(c.hash, h)
		}
	}
	c.weight = g.ones[:len(c.hash)]
	c.sum()
	return c
}

// open makes a new group. Only its coarsest features are indexed, which every
// other message is able to show; the rest wait until it has a second member.
func (g *grouping) open(hashes []uint32) int32 {
	i := int32(len(g.groups))
	g.groups = append(g.groups, group{})
	left := maxSingle
	for level := maxLevel; level >= 0 && left > 0; level-- {
		for _, h := range hashes {
			if levelOf(h) == level && left > 0 {
				g.index.add(h, i)
				left--
			}
		}
	}
	return i
}

// maxSingle is how many features of a group of one are indexed.
const maxSingle = 16

// join adds a doc to a group, whose core is computed anew at sizes that grow.
func (g *grouping) join(d, i int32) {
	g.of[d] = i
	gr := &g.groups[i]
	gr.docs = append(gr.docs, d)
	if n := len(gr.docs); n > 1 && n <= 128 && (n < 5 || n&(n-1) == 0 || n%3 == 0 && (n/3)&(n/3-1) == 0) {
		gr.core = g.count.core(g.docs, gr.docs, coreShare)
		for _, h := range gr.core.hash {
			g.index.add(h, i)
		}
	}
}
