package cluster

import (
	"cmp"
	"slices"
)

// core is what a group's members share. Each feature weighs by the share of
// the members that have it and by its purity.
type core struct {
	hash   []uint32 // sorted
	share  []float32
	purity []float32
	own    []float32             // purity among messages of the class only
	weight []float32             // share × purity^4
	above  [maxLevel + 1]float32 // weight of the features that show at a level
	level  uint8                 // the finest level of a member: features below it are unknown
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

// match compares a sketch with the core at the coarser of the two levels.
func (c *core) match(hashes []uint32, level uint8) match {
	var m match
	j := 0
	for _, h := range hashes {
		if levelOf(h) >= int(c.level) {
			m.seen++
		}
		for j < len(c.hash) && c.hash[j] < h {
			j++
		}
		if j < len(c.hash) && c.hash[j] == h {
			m.hits++
			m.weight += c.weight[j]
			j++
		}
	}
	if all := c.above[level]; all > 0 {
		m.share = m.weight / all
	}
	if m.seen > 0 {
		m.inside = float32(m.hits) / float32(m.seen)
	}
	return m
}

// weigh computes the weights from shares and purities.
func (c *core) weigh() {
	for i := range c.hash {
		p := c.purity[i]
		c.weight[i] = c.share[i] * p * p * p * p
	}
	c.sum()
}

// grow makes room for n features.
func (c *core) grow(n int) {
	c.hash = make([]uint32, n)
	floats := make([]float32, 4*n)
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

// counter counts features over members.
type counter struct {
	set      *Set
	features []uint64          // feature << 32 | weight
	levels   [maxLevel + 1]int // weight of the members that can show each level
	able     [maxLevel + 1]int // number of them
	members  int
	found    []found
}

type found struct {
	hash  uint32
	share float32
}

// core computes the core of some members, of which weights gives how many
// messages each stands for.
func (n *counter) core(docs []doc, members []int32, least float32) *core {
	n.features, n.levels, n.able = n.features[:0], [maxLevel + 1]int{}, [maxLevel + 1]int{}
	c := &core{level: maxLevel}
	n.members = len(members)
	for _, d := range members[:min(len(members), sampleCore)] {
		weight := docs[d].weight()
		it := docs[d].item
		level := n.set.items[it].level
		c.level = min(c.level, level)
		n.levels[level] += weight
		n.able[level]++
		for _, h := range n.set.hashes(it) {
			n.features = append(n.features, uint64(h)<<32|uint64(weight))
		}
	}
	for l := 1; l <= maxLevel; l++ {
		n.levels[l] += n.levels[l-1]
		n.able[l] += n.able[l-1]
	}
	slices.Sort(n.features)
	n.collect(c, least)
	c.weigh()
	return c
}

// collect takes the features that enough members have. Only members whose
// level lets them show a feature are asked.
func (n *counter) collect(c *core, least float32) {
	list := n.found[:0]
	for i := 0; i < len(n.features); {
		h, weight, docs := uint32(n.features[i]>>32), 0, 0
		for ; i < len(n.features) && uint32(n.features[i]>>32) == h; i++ {
			weight += int(uint32(n.features[i]))
			docs++
		}
		able := n.levels[levelOf(h)]
		sure := n.able[levelOf(h)] >= min(coreAble, n.members) && docs >= min(2, n.members)
		if share := float32(weight) / float32(able); share >= least && sure {
			list = append(list, found{h, share})
		}
	}
	n.found = list
	if len(list) > maxCore {
		slices.SortFunc(list, func(a, b found) int {
			return cmp.Or(cmp.Compare(b.share, a.share), cmp.Compare(a.hash, b.hash))
		})
		list = list[:maxCore]
		slices.SortFunc(list, func(a, b found) int { return cmp.Compare(a.hash, b.hash) })
	}
	c.grow(len(list))
	for i, f := range list {
		c.hash[i], c.share[i], c.purity[i], c.own[i] = f.hash, f.share, 1, 1
	}
}
