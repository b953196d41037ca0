package cluster

import "math/bits"

// sighted remembers which features more than one doc has, two bits each. It
// forgets nothing and may take two features for one, which only costs time.
type sighted struct {
	bits  []uint64
	shift uint
}

// maxSighted bounds the table, in features: 32 MiB.
const maxSighted = 1 << 27

func newSighted(s *Set, docs []doc) *sighted {
	n := 0
	for _, d := range docs {
		n += int(s.items[d.item].hashes)
	}
	size := min(1<<bits.Len(uint(2*n+64)), maxSighted)
	t := &sighted{bits: make([]uint64, size/32), shift: uint(64 - bits.TrailingZeros(uint(size)))}
	for _, d := range docs {
		for _, h := range s.hashes(d.item) {
			t.sight(h)
		}
	}
	return t
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
