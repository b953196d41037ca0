package cluster

import (
	"cmp"
	"slices"
)

// counter counts features over members.
type counter struct {
	census   *census
	near     near
	tally    []tally           // by feature
	touched  []int32           // features with a tally
	levels   [maxLevel + 1]int // weight of the members that can show each level
	able     [maxLevel + 1]int // number of them
	level    uint8             // the finest one
	members  []int32           // of whom the first were counted
	features []int32           // of these, one after another,
	ends     []int32           // and where they end
	found    []found
}

// tally is how many members have a feature, sampleCore at most.
type tally struct {
	docs   uint16
	weight uint16 // maxWeight each at most
}

type found struct {
	feature int32
	share   float32
}

// count counts the features of some members, or of the first of them.
func (n *counter) count(docs []doc, members []int32) {
	if n.tally == nil {
		n.tally = make([]tally, len(n.census.hash))
	}
	for _, f := range n.touched {
		n.tally[f] = tally{}
	}
	n.touched, n.levels, n.able, n.level = n.touched[:0], [maxLevel + 1]int{}, [maxLevel + 1]int{}, maxLevel
	n.members, n.features, n.ends = members, n.features[:0], n.ends[:0]
	for d := range n.near.each(n.census, docs, sampled(members)) {
		weight := d.weight()
		n.level = min(n.level, d.level)
		n.levels[d.level] += weight
		n.able[d.level]++
		from := len(n.features)
		n.features = n.census.add(n.features, d)
		n.ends = append(n.ends, int32(len(n.features)))
		for _, f := range n.features[from:] {
			t := &n.tally[f]
			if t.docs == 0 {
				n.touched = append(n.touched, f)
			}
			t.docs++
			t.weight += uint16(weight)
		}
	}
	for l := 1; l <= maxLevel; l++ {
		n.levels[l] += n.levels[l-1]
		n.able[l] += n.able[l-1]
	}
}

// of are the features of the k-th member that was counted.
func (n *counter) of(k int) []int32 {
	from := int32(0)
	if k > 0 {
		from = n.ends[k-1]
	}
	return n.features[from:n.ends[k]]
}

// core computes the core of the members that were counted, two at least.
func (n *counter) core(least float32) *core {
	c := &core{}
	n.into(c, least)
	return c
}

// into computes it in the place of another.
func (n *counter) into(c *core, least float32) {
	c.level, c.docs = n.level, n.members
	n.collect(c, least)
	c.weigh()
}

// collect takes the features that enough members have. Only members whose
// level lets them show a feature are asked: those that show the finest level at
// least, so that most features are known to be in too few before their own
// level is looked up.
func (n *counter) collect(c *core, least float32) {
	list := n.found[:0]
	few := uint16(least * 0.99 * float32(n.levels[n.level]))
	for _, f := range n.touched {
		t := n.tally[f]
		if t.docs < 2 || t.weight < few {
			continue
		}
		level := levelOf(n.census.hash[f])
		sure := n.able[level] >= min(coreAble, len(n.members))
		if share := float32(t.weight) / float32(n.levels[level]); share >= least && sure {
			list = append(list, found{f, share})
		}
	}
	n.found = list
	if len(list) > maxCore {
		slices.SortFunc(list, func(a, b found) int {
			return cmp.Or(cmp.Compare(b.share, a.share), cmp.Compare(a.feature, b.feature))
		})
		list = list[:maxCore]
	}
	slices.SortFunc(list, func(a, b found) int { return cmp.Compare(a.feature, b.feature) })
	c.grow(len(list))
	for i, f := range list {
		c.feature[i], c.hash[i] = f.feature, n.census.hash[f.feature]
		c.share[i], c.purity[i], c.own[i] = f.share, 1, 1
	}
}

// soleCore is the core of messages with one sketch: all that it has.
func soleCore(hashes []uint32, level uint8) *core {
	c := &core{level: level}
	c.grow(len(hashes))
	copy(c.hash, hashes)
	c.feature = nil
	for i := range c.hash {
		c.share[i], c.purity[i], c.own[i] = 1, 1, 1
	}
	c.weigh()
	return c
}
