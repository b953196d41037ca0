package cluster

import (
	"slices"

	"qclean/classify/crew"
)

// grouping puts the docs of one class into groups.
type grouping struct {
	*hand  // the first of hands
	set    *Set
	census *census
	desk   *desk
	docs   []doc   // of this class, with a text
	of     []int32 // group of each doc, -1 for one that is alone
	groups []group
	crew   crew.Crew
	hands  []*hand // one for each worker
}

// group is a campaign in the making.
type group struct {
	docs []int32
	core *core   // nil while there is one doc
	must []int32 // of these features a member shows some; see part
}

const alone = -1

// desk is what a class is grouped with. The next one finds it as large as the
// features of all classes need.
type desk struct {
	kin    []int32  // by feature, the weight of the docs of the class, with a text or not, that have it
	once   []uint64 // bit by feature: whether a doc of the class with a text has it,
	again  []uint64 // and whether more than one has
	lists  postings
	lookup lookup
	shifts []shift
	firm   []int32
}

// newGrouping makes ready for docs with a text, in the order of keys, of a class
// whose kin are on the desk.
func newGrouping(n *census, docs []doc, c crew.Crew) *grouping {
	g := &grouping{set: n.set, census: n, desk: &n.desk, docs: docs, of: make([]int32, len(docs)), crew: c}
	for d := range g.of {
		g.of[d] = alone
	}
	g.hands = n.handsOf(c)
	g.hand = g.hands[0]
	return g
}

// handsOf gives each worker its hand, with which it does one class after another.
func (n *census) handsOf(c crew.Crew) []*hand {
	for len(n.hands) < max(int(c), 1) {
		n.hands = append(n.hands, &hand{count: counter{census: n}})
	}
	return n.hands[:max(int(c), 1)]
}

// hand is what one worker keeps for the message at hand.
type hand struct {
	count   counter
	touched []int32   // groups that share a feature with it,
	met     []meeting // and by group what they share; room makes room for one group more
	marks   []uint64  // bit by feature: whether it has that
	place   []uint8   // by feature, 1 + where it is in a core

	features []int32 // of the message
	listed   []int32 // those that are in a core, or where they are in it

	sides sides // of the group at hand
}

// meeting is how many features a message and a group share, and of which weight.
type meeting struct {
	hits   int32
	weight float32
}

// room makes room for groups.
func (h *hand) room(groups int) {
	if n := groups - len(h.met); n > 0 {
		h.met = append(h.met, make([]meeting, max(n, len(h.met), 1024))...)
		h.touched = make([]int32, 0, len(h.met)+1)
	}
}

// mark marks the features of the message at hand, until they are unmarked.
func (h *hand) mark(n *census, features []int32) {
	if h.marks == nil {
		h.marks = make([]uint64, len(n.hash)/64+1)
	}
	for _, f := range features {
		h.marks[f/64] |= 1 << (f % 64)
	}
}

// list makes room for those of some features that are in a core, and one more.
func (h *hand) list(features []int32) []int32 {
	h.listed = slices.Grow(h.listed[:0], len(features)+1)[:len(features)+1]
	return h.listed
}

func (h *hand) unmark(features []int32) {
	for _, f := range features {
		h.marks[f/64] = 0
	}
}

// shows tells whether a message has enough of the features that it must have.
func (n *census) shows(t *text, must []int32) bool {
	able, has := 0, 0
	for _, f := range must {
		if levelOf(n.hash[f]) >= int(t.level) {
			able++
			if _, ok := slices.BinarySearch(t.features, f); ok {
				has++
			}
		}
	}
	return float32(has) >= mustShare*float32(able)
}
