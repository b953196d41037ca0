package cluster

import (
	"math/bits"
	"math/rand/v2"
	"slices"
)

// sighted remembers which features came more than once, two bits each. It
// forgets nothing and may take two features for one.
type sighted struct {
	bits  []uint64
	shift uint
}

// maxSighted bounds the table, in features: 32 MiB.
const maxSighted = 1 << 27

// newSighted makes a table for n features.
func newSighted(n int) *sighted {
	size := min(1<<bits.Len(uint(2*n+64)), maxSighted)
	return &sighted{bits: make([]uint64, size/32), shift: uint(64 - bits.TrailingZeros(uint(size)))}
}

func (t *sighted) place(h uint32) (word, bit uint) {
	i := uint(uint64(h) * 0x9E3779B97F4A7C15 >> t.shift)
	return i / 32, i % 32 * 2
}

func (t *sighted) sight(h uint32) {
	word, bit := t.place(h)
	if t.bits[word]>>bit&3 < 2 {
		t.bits[word] += 1 << bit
	}
}

func (t *sighted) twice(h uint32) bool {
	word, bit := t.place(h)
	return t.bits[word]>>bit&3 > 1
}

// twice counts features that it is given, to find those that come again.
type twice struct {
	slots []uint64 // feature << 32 | how often, up to 2; 0 is free
	used  int
	key   uint64
}

// newTwice begins with a key that nobody can know, so that nobody can choose
// features that come into one place.
func newTwice() *twice { return &twice{slots: make([]uint64, 1<<10), key: rand.Uint64() | 1} }

func (t *twice) slot(h uint32) int {
	i := (uint64(h) + 1) * t.key
	i = (i ^ i>>32) * 0x9E3779B97F4A7C15 >> (65 - bits.Len(uint(len(t.slots))))
	for t.slots[i] != 0 && uint32(t.slots[i]>>32) != h {
		i = (i + 1) & uint64(len(t.slots)-1)
	}
	return int(i)
}

func (t *twice) add(h uint32) {
	at := t.slot(h)
	switch t.slots[at] & 3 {
	case 0:
		t.slots[at] = uint64(h)<<32 | 1
		if t.used++; 2*t.used > len(t.slots) {
			t.grow()
		}
	case 1:
		t.slots[at]++
	}
}

func (t *twice) grow() {
	old := t.slots
	t.slots = make([]uint64, 2*len(old))
	for _, v := range old {
		if v != 0 {
			t.slots[t.slot(uint32(v>>32))] = v
		}
	}
}

// sorted gives the features that came more than once.
func (t *twice) sorted() []uint32 {
	var out []uint32
	for _, v := range t.slots {
		if v&3 == 2 {
			out = append(out, uint32(v>>32))
		}
	}
	slices.Sort(out)
	return out
}
