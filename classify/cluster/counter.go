package cluster

import (
	"cmp"
	"slices"
)

// counter counts features over members.
type counter struct {
	census   *census
	tally    []tally           // by feature
	touched  []int32           // features with a tally
	levels   [maxLevel + 1]int // weight of the members that can show each level
	able     [maxLevel + 1]int // number of them
	members  int
	features []int32 // of one
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

// core computes the core of some members, two at least, from the first of them.
func (n *counter) core(docs []doc, members []int32, least float32) *core {
	if n.tally == nil {
		n.tally = make([]tally, len(n.census.hash))
	}
	n.touched, n.levels, n.able = n.touched[:0], [maxLevel + 1]int{}, [maxLevel + 1]int{}
	c := &core{level: maxLevel, docs: members}
	n.members = len(members)
	for _, m := range sampled(members) {
		d := &docs[m]
		weight := d.weight()
		c.level = min(c.level, d.level)
		n.levels[d.level] += weight
		n.able[d.level]++
		n.features = n.census.features(n.features, d)
		for _, f := range n.features {
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
	n.collect(c, least)
	c.weigh()
	return c
}

// collect takes the features that enough members have. Only members whose
// level lets them show a feature are asked.
func (n *counter) collect(c *core, least float32) {
	list := n.found[:0]
	for _, f := range n.touched {
		t := n.tally[f]
		n.tally[f] = tally{}
		if t.docs < 2 {
			continue
		}
		level := levelOf(n.census.hash[f])
		sure := n.able[level] >= min(coreAble, n.members)
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
