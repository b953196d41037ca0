package cluster

import (
	"slices"

	"qclean/classify/crew"
)

// repeated are the features, sorted, that more than one doc has. They are laid
// out in heaps, of which each is small enough that counting it stays in the
// processor's cache, and is one worker's.
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
	dealMost = 8 << 20 // features laid out at once: 32 MiB
	dealRun  = 1 << 13 // docs of one task
)

// deal lays features out in heaps by their upper bits, once they are scrambled.
type deal struct {
	set   *Set
	items []int32 // one of each doc, as they lie in memory
	key   scramble
	crew  crew.Crew
	at    [][heaps]uint32   // by task, how many of each heap; then where the next one goes
	start [heaps + 1]uint32 // of each heap, were all laid out at once
	laid  []uint32          // those of some heaps
}

// newDeal counts the features of each heap.
func newDeal(s *Set, docs []doc, c crew.Crew) *deal {
	d := &deal{set: s, items: s.byPlace(len(docs), func(i int) int32 { return docs[i].item }), key: newScramble(), crew: c}
	for k, i := range d.items {
		d.items[k] = docs[i].item
	}
	d.at = make([][heaps]uint32, (len(docs)+dealRun-1)/dealRun)
	c.Spread(len(docs), dealRun, func(_, from, to int) {
		count := &d.at[from/dealRun]
		for _, i := range d.items[from:to] {
			for _, h := range s.hashes(i) {
				count[d.key.of(h)>>(32-heapBits)]++
			}
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
	d.crew.Spread(len(d.items), dealRun, func(_, i, j int) {
		at, laid, start, some := &d.at[i/dealRun], d.laid, d.start[from], uint32(to-from)
		for _, item := range d.items[i:j] {
			for _, h := range d.set.hashes(item) {
				x := d.key.of(h)
				if p := x >> (32 - heapBits); p-uint32(from) < some {
					laid[at[p]-start] = x
					at[p]++
				}
			}
		}
	})
}
