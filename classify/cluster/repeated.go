package cluster

import (
	"cmp"
	"slices"

	"qclean/classify/crew"
)

// repeated are the features, sorted, that more than one doc has. Of those that
// very many have a sieve leaves out the most. The others are laid out in heaps,
// of which each is small enough that counting it stays in the processor's cache,
// and is one worker's.
func repeated(s *Set, docs []doc, c crew.Crew) []uint32 {
	return newDeal(s, docs, c).repeated(dealMost)
}

func (d *deal) repeated(most int) []uint32 {
	found := make([][]uint32, heaps)
	counters := make([]twice, max(int(d.crew), 1))
	for from := 0; from < heaps; {
		to := d.round(from, most)
		d.lay(from, to)
		d.crew.Share(to-from, func(worker, i int) {
			start := d.start[from:]
			found[from+i] = counters[worker].find(d.laid[start[i]-start[0]:start[i+1]-start[0]], d.key)
		})
		from = to
	}
	all := slices.Concat(found...)
	slices.Sort(all)
	return all
}

const (
	heapBits = 8
	heaps    = 1 << heapBits
	dealMost = 12 << 20 // features laid out at once: 48 MiB
	dealRun  = 1 << 14  // docs of one task, which begins with an empty sieve
)

// deal lays features out in heaps by their upper bits, once they are scrambled.
type deal struct {
	set   *Set // one sketch of each doc, in their place
	key   scramble
	crew  crew.Crew
	sieve []sieve           // of each worker
	at    [][heaps]uint32   // by task, how many of each heap; then where the next one goes
	start [heaps + 1]uint32 // of each heap, were all laid out at once
	laid  []uint32          // those of some heaps
}

// newDeal counts the features of each heap.
func newDeal(s *Set, docs []doc, c crew.Crew) *deal {
	d := &deal{set: placed(s, docs, c), key: newScramble(), crew: c}
	d.at, d.sieve = make([][heaps]uint32, (len(docs)+dealRun-1)/dealRun), make([]sieve, max(int(c), 1))
	d.each(func(task int, features []uint32) {
		for _, x := range features {
			d.at[task][x>>(32-heapBits)]++
		}
	})
	all := uint32(0)
	for p := range heaps {
		d.start[p] = all
		for t := range d.at {
			d.at[t][p], all = all, all+d.at[t][p]
		}
	}
	d.start[heaps] = all
	return d
}

// placed is one sketch of each doc, as they lie in memory: who goes through
// them several times waits for none.
func placed(s *Set, docs []doc, c crew.Crew) *Set {
	out := &Set{Room: s.Room, items: make([]item, len(docs)), blocks: s.blocks}
	order := s.byPlace(len(docs), func(i int) int32 { return docs[i].item })
	c.Spread(len(docs), dealRun, func(_, from, to int) {
		some := out.items[from:to]
		for k := range some {
			some[k] = s.items[docs[order[from+k]].item]
		}
		slices.SortFunc(some, func(a, b item) int { return cmp.Compare(a.at, b.at) })
	})
	return out
}

// round tells which heaps from one on are laid out together: as many as there
// is room for, one at least.
func (d *deal) round(from, most int) (to int) {
	for to = from + 1; to < heaps && d.start[to+1]-d.start[from] <= uint32(most); to++ {
	}
	return to
}

// lay lays out some heaps, one after another.
func (d *deal) lay(from, to int) {
	n := int(d.start[to] - d.start[from])
	d.laid = slices.Grow(d.laid[:0], n)[:n]
	laid, start, some := d.laid, d.start[from], uint32(to-from)
	d.each(func(task int, features []uint32) {
		at := &d.at[task]
		for _, x := range features {
			if p := x >> (32 - heapBits); p-uint32(from) < some {
				laid[at[p]-start] = x
				at[p]++
			}
		}
	})
}

// each gives the features of each doc that are to be counted, always the same.
func (d *deal) each(visit func(task int, features []uint32)) {
	d.crew.Spread(d.set.Len(), dealRun, func(worker, from, to int) {
		sieve := &d.sieve[worker]
		sieve.clear()
		for i := from; i < to; i++ {
			d.set.Room.EaseAt(i)
			visit(from/dealRun, sieve.sift(d.key, d.set.hashes(int32(i))))
		}
	})
}
