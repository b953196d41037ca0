package cluster

import (
	"math/bits"

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
	key    scramble   // of features,
	slots  []uint64   // by the upper bits of what it makes of them: that, and 1 + the number; 0 is free
	shift  uint       // to have these bits
	runs   [][]uint16 // the docs' features, packed
	weight []int32    // by number, of the docs that have it
	hands  []*hand    // of those who group,
	desk   desk       // and what they leave from class to class
}

// runBits: the docs of so many places in the order of keys are one run.
const runBits = 10

// newCensus counts the features of docs, and writes to each where its features are.
func newCensus(s *Set, docs []doc, c crew.Crew) *census {
	n := &census{set: s, docs: docs}
	n.setHashes(repeated(s, docs, c))
	n.numberAll(c)
	n.slots = nil // nobody asks for a number again
	n.weight = n.weights(nil, docs)
	return n
}

// setHashes makes the numbering.
func (n *census) setHashes(sorted []uint32) {
	n.hash, n.key = sorted, newScramble()
	size := bits.Len(uint(len(sorted) * 3 / 2)) // two of three places are taken at most
	n.shift, n.slots = uint(32-size), make([]uint64, 1<<size)
	for i, h := range sorted {
		x := n.key.of(h)
		at := n.slot(x)
		n.slots[at] = uint64(x)<<32 | uint64(i+1)
	}
}

// slot is where a scrambled feature is in the table, or would be.
func (n *census) slot(x uint32) int {
	i, mask := int(x>>n.shift), len(n.slots)-1
	for uint32(n.slots[i&mask]>>32) != x && n.slots[i&mask] != 0 {
		i++
	}
	return i & mask
}

// find gives a feature's number, false when it has none.
func (n *census) find(h uint32) (int32, bool) {
	f := int32(n.slots[n.slot(n.key.of(h))])
	return f - 1, f > 0
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

// run is where a doc's features are.
func (d *doc) run() int { return int(d.from >> runBits) }

// features are those of a doc that have a number, in place of what dst holds.
func (n *census) features(dst []int32, d *doc) []int32 { return n.add(dst[:0], d) }

// add appends them.
func (n *census) add(dst []int32, d *doc) []int32 {
	return unpack(dst, n.runs[d.run()][d.at:], int(d.features))
}

// weights adds up by feature the docs that have it, in place of what there was.
func (n *census) weights(out []int32, docs []doc) []int32 {
	out = resized(out, len(n.hash))
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

// above counts the features that show at each level.
func (n *census) above(features []int32) (count [maxLevel + 1]int) {
	for _, f := range features {
		count[levelOf(n.hash[f])]++
	}
	for l := maxLevel - 1; l >= 0; l-- {
		count[l] += count[l+1]
	}
	return count
}
