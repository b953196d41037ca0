package classify

import (
	"iter"
	"math/rand/v2"
	"slices"
)

// counter counts texts by where they lie, since each is kept once. Of many it
// keeps a small table, which grows with the different ones: most facts of a
// campaign have few values, and to sort them took up to four times as long.
type counter struct {
	slots []uint64 // open addressing: the ref, then how many there are
	spare []uint64 // the ones before, for later
	used  int
	odd   uint64 // what refs are multiplied by, by chance, so that nobody can choose texts that collide
}

const (
	fewRefs    = 24 // are sorted
	leastSlots = 256
)

// tally counts refs, whose order it may change.
func (c *counter) tally(t *texts, refs []ref) Tally {
	if len(refs) <= fewRefs {
		return c.top(t, c.sorted(refs))
	}
	c.clear()
	for r, n := range runs(refs) {
		c.add(r, n)
	}
	return c.top(t, c.slots)
}

// runs gives refs, and how many of the same follow one another.
func runs(refs []ref) iter.Seq2[ref, int] {
	return func(yield func(ref, int) bool) {
		for i := 0; i < len(refs); {
			j := i + 1
			for j < len(refs) && refs[j] == refs[i] {
				j++
			}
			if !yield(refs[i], j-i) {
				return
			}
			i = j
		}
	}
}

// clear begins anew.
func (c *counter) clear() {
	if c.odd == 0 {
		c.odd = rand.Uint64() | 1
	}
	c.slots, c.used = resized(c.slots, leastSlots), 0
}

// count counts one more ref, but for that of the empty text.
func (c *counter) count(r ref) {
	if c.slots == nil {
		c.clear()
	}
	if r != 0 {
		c.add(r, 1)
	}
}

// counts gives what was counted, in no order.
func (c *counter) counts() iter.Seq2[ref, int] {
	return func(yield func(ref, int) bool) {
		for _, s := range c.slots {
			if s != 0 && !yield(ref(s>>32), int(uint32(s))) {
				return
			}
		}
	}
}

// of is how often a ref was counted.
func (c *counter) of(r ref) int {
	if c.slots == nil || r == 0 {
		return 0
	}
	return int(uint32(c.slots[c.slot(c.slots, r)]))
}

// sorted counts a few.
func (c *counter) sorted(refs []ref) []uint64 {
	slices.Sort(refs)
	c.slots = c.slots[:0]
	for r, n := range runs(refs) {
		c.slots = append(c.slots, uint64(r)<<32|uint64(n))
	}
	return c.slots
}

func (c *counter) add(r ref, n int) {
	if 2*c.used >= len(c.slots) {
		c.grow()
	}
	s := &c.slots[c.slot(c.slots, r)]
	if *s == 0 {
		*s = uint64(r) << 32
		c.used++
	}
	*s += uint64(n)
}

// slot is where a ref is, or would be.
func (c *counter) slot(slots []uint64, r ref) int {
	mask := len(slots) - 1
	i := int(uint64(r)*c.odd>>32) & mask
	for slots[i] != 0 && ref(slots[i]>>32) != r {
		i = (i + 1) & mask
	}
	return i
}

func (c *counter) grow() {
	next := resized(c.spare, 4*len(c.slots))
	for _, s := range c.slots {
		if s != 0 {
			next[c.slot(next, ref(s>>32))] = s
		}
	}
	c.slots, c.spare = next, c.slots
}

// top makes the tally. Texts are looked at only where they may be among the
// most frequent: that is a line of memory for each.
func (c *counter) top(t *texts, counts []uint64) Tally {
	var most [Top]uint32 // the largest counts
	var out Tally
	for _, s := range counts {
		if s>>32 == 0 {
			continue
		}
		out.Distinct++
		n := uint32(s)
		if n <= most[Top-1] {
			continue
		}
		i := Top - 1
		for ; i > 0 && most[i-1] < n; i-- {
			most[i] = most[i-1]
		}
		most[i] = n
	}
	if out.Distinct == 0 {
		return out
	}
	out.Top = make([]Count, 0, min(out.Distinct, Top))
	for _, s := range counts {
		if s>>32 == 0 || uint32(s) < most[Top-1] {
			continue
		}
		one := Count{t.at(ref(s >> 32)), int(uint32(s))}
		if len(out.Top) < Top || out.Top[Top-1].before(one) > 0 {
			out.add(one)
		}
	}
	return out
}

// resized gives n zeros, in the same memory if they fit.
func resized(s []uint64, n int) []uint64 {
	if cap(s) < n {
		return make([]uint64, n)
	}
	s = s[:n]
	clear(s)
	return s
}
