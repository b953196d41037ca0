package cluster

import (
	"math/bits"
	"slices"

	"qclean/classify/crew"
)

// census gives a number to each feature that more than one doc has, in order
// of the hashes, and keeps the docs' features as numbers: grouping goes over
// them many times, and looks up what it knows of a feature by its number. What
// one doc alone has, which is most of random padding, has none.
type census struct {
	set    *Set
	docs   []doc      // all of every class
	hash   []uint32   // by number, ascending
	first  []int32    // by the upper bits of a hash, the least number that it can have
	shift  uint       // of a hash, to have these bits
	runs   [][]uint16 // the docs' features, packed
	weight []int32    // by number, of the docs that have it
}

// runBits: the docs of so many places in the order of keys are one run.
const runBits = 10

// newCensus counts the features of docs, and writes to each where its features are.
func newCensus(s *Set, docs []doc, c crew.Crew) *census {
	n := &census{set: s, docs: docs}
	n.setHashes(repeated(s, docs, c))
	n.numberAll(c)
	n.weight = n.weights(docs)
	return n
}

// setHashes makes the numbering.
func (n *census) setHashes(sorted []uint32) {
	n.hash = sorted
	size := min(bits.Len(uint(len(sorted))), 24)
	n.shift = uint(32 - size)
	n.first = make([]int32, 1<<size+1)
	for i, h := range sorted {
		n.first[h>>n.shift+1] = int32(i + 1)
	}
	for i := 1; i < len(n.first); i++ {
		n.first[i] = max(n.first[i], n.first[i-1])
	}
}

// find gives a feature's number, false when it has none.
func (n *census) find(h uint32) (int32, bool) {
	from, to := n.first[h>>n.shift], n.first[h>>n.shift+1]
	for to-from > 8 { // a spammer can choose hashes that begin alike
		if mid := from + (to-from)/2; n.hash[mid] <= h {
			from = mid
		} else {
			to = mid
		}
	}
	for ; from < to; from++ {
		if n.hash[from] == h {
			return from, true
		}
	}
	return 0, false
}

// numbers appends those of the hashes that have one.
func (n *census) numbers(dst []int32, hashes []uint32) []int32 {
	for _, h := range hashes {
		if f, ok := n.find(h); ok {
			dst = append(dst, f)
		}
	}
	return dst
}

// numberAll makes the runs.
func (n *census) numberAll(c crew.Crew) {
	if len(n.docs) == 0 {
		return
	}
	n.runs = make([][]uint16, n.docs[len(n.docs)-1].run()+1)
	ends := make([]int, len(n.runs)+1) // where the docs of the run before end
	for i := range n.docs {
		ends[n.docs[i].run()+1] = i + 1
	}
	for i := 1; i < len(ends); i++ { // of a doc of very many messages there is more than one run
		ends[i] = max(ends[i], ends[i-1])
	}
	scratch := make([]run, max(int(c), 1))
	c.Share(len(n.runs), func(worker, i int) {
		n.runs[i] = scratch[worker].make(n, n.docs[ends[i]:ends[i+1]])
	})
}

// run is one in the making.
type run struct {
	features []int32
	packed   []uint16
}

func (r *run) make(n *census, docs []doc) []uint16 {
	r.packed = r.packed[:0]
	for i := range docs {
		d := &docs[i]
		r.features = n.numbers(r.features[:0], n.set.hashes(d.item))
		d.at, d.features = uint32(len(r.packed)), uint8(len(r.features))
		d.level, d.hashes = n.set.items[d.item].level, n.set.items[d.item].hashes
		r.packed = pack(r.packed, r.features)
	}
	return slices.Clone(r.packed)
}

// run is where a doc's features are.
func (d *doc) run() int { return int(d.from >> runBits) }

// features are those of a doc that have a number, in place of what dst holds.
func (n *census) features(dst []int32, d *doc) []int32 {
	return unpack(dst[:0], n.runs[d.run()][d.at:], int(d.features))
}

// weights adds up by feature the docs that have it.
func (n *census) weights(docs []doc) []int32 {
	out := make([]int32, len(n.hash))
	var features []int32
	for i := range docs {
		w := int32(docs[i].weight())
		features = n.features(features, &docs[i])
		for _, f := range features {
			out[f] += w
		}
	}
	return out
}
