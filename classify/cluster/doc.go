package cluster

import (
	"cmp"
	"slices"
	"sync/atomic"

	"qclean/classify/crew"
	"qclean/classify/fingerprint"
)

// doc is all messages with one sketch. What is asked of every doc stands here,
// since the sketches of a large spool may be on the disk.
type doc struct {
	item     int32  // one of them
	from, to int32  // where they stand in the order of keys
	at       uint32 // where its features are in a run of the census
	links    links
	features uint8 // that have a number
	hashes   uint8 // features in all
	level    uint8
	pictured bool // see Set.Pictured
}

// weight is how many messages a doc counts for in a core: many equal copies
// are still one text.
func (d doc) weight() int { return int(min(d.to-d.from, maxWeight)) }

const maxWeight = 16

// sortDocs orders the messages by class and key, and takes equal ones together.
func sortDocs(s *Set, c crew.Crew) (order []int32, docs []doc) {
	keys := make([]uint64, s.Len())
	order = s.byPlace(len(keys), func(i int) int32 { return int32(i) })
	c.Spread(len(keys), keyRun, func(_, from, to int) {
		var buf []byte
		for k, i := range order[from:to] {
			s.Room.EaseAt(k)
			keys[i] = s.key(i, &buf)
		}
	})
	docs = make([]doc, 0, byKey(s, keys, order, c))
	for i, at := range order {
		if at < 0 {
			order[i] = ^at
			docs[len(docs)-1].to++
		} else {
			docs = append(docs, doc{item: at, from: int32(i), to: int32(i) + 1})
		}
	}
	return order, docs
}

const keyRun = 1 << 12

// byKey sorts the messages: first into heaps by class and the first byte of
// the key, then each heap by itself. A message that is equal to the one before
// stands as its complement. It tells how many are not.
func byKey(s *Set, keys []uint64, order []int32, c crew.Crew) (differ int) {
	heap := func(i int) int { return int(s.items[i].class)<<8 | int(keys[i]>>56) }
	var ends [1 << 16]int32
	for i := range keys {
		ends[heap(i)]++
	}
	for h := 1; h < len(ends); h++ {
		ends[h] += ends[h-1]
	}
	at := ends
	for i := range keys {
		h := heap(i)
		at[h]--
		order[at[h]] = int32(i)
	}
	sorting := make([][]keyed, max(int(c), 1))
	var same atomic.Int64
	c.Share(len(ends), func(worker, h int) {
		if at[h] < ends[h] {
			same.Add(sortHeap(&sorting[worker], keys, order[at[h]:ends[h]]))
		}
	})
	return len(order) - int(same.Load())
}

// keyed is a message next to its key, which is faster to sort than to look up.
type keyed struct {
	key  uint64
	item int32
}

// sortHeap sorts one heap, and tells how many of it are equal to the one before.
func sortHeap(buf *[]keyed, keys []uint64, heap []int32) (same int64) {
	all := (*buf)[:0]
	for _, i := range heap {
		all = append(all, keyed{keys[i], i})
	}
	slices.SortFunc(all, func(a, b keyed) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.item, b.item)) })
	for k, v := range all {
		heap[k] = v.item
		if k > 0 && all[k-1].key == v.key {
			heap[k] = ^v.item
			same++
		}
	}
	*buf = all
	return same
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
