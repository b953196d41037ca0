package cluster

import (
	"cmp"
	"slices"

	"qclean/classify/crew"
	"qclean/classify/fingerprint"
)

// doc is all messages with one sketch.
type doc struct {
	item     int32  // one of them
	from, to int32  // where they stand in the order of keys
	at       uint32 // where its features are in a run of the census
	features uint8  // that have a number
	hashes   uint8  // features in all
	level    uint8
}

// weight is how many messages a doc counts for in a core: many equal copies
// are still one text.
func (d doc) weight() int { return int(min(d.to-d.from, maxWeight)) }

const maxWeight = 16

// sortDocs orders the messages by class and key, and takes equal ones together.
func sortDocs(s *Set, c crew.Crew) (order []int32, docs []doc) {
	keys := make([]uint64, s.Len())
	c.Spread(len(keys), keyRun, func(_, from, to int) {
		var buf []byte
		for i := from; i < to; i++ {
			keys[i] = s.key(int32(i), &buf)
		}
	})
	order = byKey(s, keys, c)
	same := func(a, b int32) bool { return keys[a] == keys[b] && s.items[a].class == s.items[b].class }
	n := 0
	for i := range order {
		if i == 0 || !same(order[i-1], order[i]) {
			n++
		}
	}
	docs = make([]doc, 0, n)
	for i := 0; i < len(order); {
		from := i
		for i < len(order) && same(order[from], order[i]) {
			i++
		}
		docs = append(docs, doc{item: order[from], from: int32(from), to: int32(i)})
	}
	return order, docs
}

const keyRun = 1 << 12

// byKey sorts the messages: first into heaps by class and the first byte of
// the key, then each heap by itself.
func byKey(s *Set, keys []uint64, c crew.Crew) []int32 {
	heap := func(i int) int { return int(s.items[i].class)<<8 | int(keys[i]>>56) }
	var ends [1 << 16]int32
	for i := range keys {
		ends[heap(i)]++
	}
	for h := 1; h < len(ends); h++ {
		ends[h] += ends[h-1]
	}
	order := make([]int32, len(keys))
	at := ends
	for i := range keys {
		h := heap(i)
		at[h]--
		order[at[h]] = int32(i)
	}
	c.Share(len(ends), func(_, h int) {
		slices.SortFunc(order[at[h]:ends[h]], func(a, b int32) int {
			return cmp.Or(cmp.Compare(keys[a], keys[b]), cmp.Compare(a, b))
		})
	})
	return order
}

// splitByText parts docs with a text from those with next to none, which it
// sorts by the hash of all there is. The first stay in the place of docs.
func splitByText(s *Set, docs []doc) (long, few []doc) {
	long = docs[:0]
	for _, d := range docs {
		if d.hashes < fingerprint.MinShingles {
			few = append(few, d)
		} else {
			long = append(long, d)
		}
	}
	slices.SortStableFunc(few, func(a, b doc) int { return cmp.Compare(s.exact(a.item), s.exact(b.item)) })
	return long, few
}
