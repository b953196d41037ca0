package cluster

import (
	"math"
	"slices"
)

// core is what a group's members share. Each feature weighs by the share of
// the members that have it and by its purity.
type core struct {
	hash    []uint32 // sorted
	feature []int32  // their numbers; nil for a core of one doc
	share   []float32
	purity  []float32
	own     []float32             // purity among messages of the class only
	weight  []float32             // share × purity^4
	above   [maxLevel + 1]float32 // weight of the features that show at a level
	level   uint8                 // the finest level of a member: features below it are unknown

	docs    []int32 // the members
	weighed bool    // purity is known
	one     bool    // split found one text in them
}

const (
	coreShare  = 0.25 // a feature is core when this share of the members have it
	maxCore    = 192  // features of one core, those with the largest share
	coreAble   = 4    // members at least have to be able to show it, or all of a smaller group
	sampleCore = 256  // members that a core is computed from
)

// match is how a message and a core go together.
type match struct {
	hits   int     // core features in the message
	seen   int     // features of the message that could be core
	weight float32 // of them
	share  float32 // of the weight of the core that the message could show
	inside float32 // share of the message's features that are core
}

// fit compares a message that has the marked features, of which so many could
// be core, with the core at the coarser of the two levels. A core's features are
// marked or not as chance has it, so that there is no branch on it.
func (c *core) fit(marks []uint64, seen int, level uint8) match {
	m := match{seen: seen}
	for j, f := range c.feature {
		has := uint32(marks[f/64] >> (f % 64) & 1)
		m.hits += int(has)
		m.weight += math.Float32frombits(math.Float32bits(c.weight[j]) & -has)
	}
	m.of(c.above[level])
	return m
}

// of fills in the shares, for a core of which the message could show so much.
func (m *match) of(all float32) {
	if all > 0 {
		m.share = m.weight / all
	}
	if m.seen > 0 {
		m.inside = float32(m.hits) / float32(m.seen)
	}
}

// fresh brings the core of a group whose members may have changed up to date,
// and tells whether that is all there is to do: it is when those that it is
// computed from are the same.
func (c *core) fresh(docs []int32) bool {
	if c == nil || !slices.Equal(sampled(c.docs), sampled(docs)) {
		return false
	}
	if !slices.Equal(c.docs, docs) {
		for i := range c.purity {
			c.purity[i], c.own[i] = 1, 1
		}
		c.docs, c.weighed = docs, false
		c.weigh()
	}
	return true
}

// sampled are the members that a core is computed from.
func sampled(docs []int32) []int32 { return docs[:min(len(docs), sampleCore)] }

// weigh computes the weights from shares and purities.
func (c *core) weigh() {
	for i := range c.hash {
		p := c.purity[i]
		c.weight[i] = c.share[i] * p * p * p * p
	}
	c.sum()
}

// grow makes room for n features, where there is not enough.
func (c *core) grow(n int) {
	if n <= cap(c.hash) {
		c.hash, c.feature = c.hash[:n], c.feature[:n]
		c.share, c.purity, c.own, c.weight = c.share[:n], c.purity[:n], c.own[:n], c.weight[:n]
		return
	}
	c.hash, c.feature = make([]uint32, n), make([]int32, n)
	floats := make([]float32, 4*n) // in one piece
	c.share, c.purity, c.own, c.weight = floats[:n:n], floats[n:2*n:2*n], floats[2*n:3*n:3*n], floats[3*n:]
}

// sum adds up the weights that show at each level.
func (c *core) sum() {
	c.above = [maxLevel + 1]float32{}
	for i, h := range c.hash {
		c.above[levelOf(h)] += c.weight[i]
	}
	for l := maxLevel - 1; l >= 0; l-- {
		c.above[l] += c.above[l+1]
	}
}
