package cluster

import (
	"math/bits"
	"math/rand/v2"
)

// scramble maps features one to one to numbers that nobody can foresee, so that
// nobody can choose features that come into one place of a table. It is odd.
type scramble uint32

func newScramble() scramble { return scramble(rand.Uint32() | 1) }

func (k scramble) of(h uint32) uint32 { return h * uint32(k) }

// back is the scramble that undoes this one: Newton's method, which doubles
// the three bits that are right at first.
func (k scramble) back() scramble {
	b := k
	for range 4 {
		b *= 2 - k*b
	}
	return b
}

// twice finds features of one heap that come more than once.
type twice struct {
	slots []uint32 // the bits of a scrambled feature that are not the heap's, then 1, or 3 when it came again; 0 is free
	used  int
	again int  // of them, how many came again
	shift uint // of these bits, to have a slot
}

const (
	seenOnce  = 1
	seenAgain = 2
)

// find gives those of a heap of scrambled features that come more than once,
// as they were before.
func (t *twice) find(heap []uint32, key scramble) (out []uint32) {
	if len(heap) == 0 {
		return nil
	}
	if t.slots == nil {
		t.resize(1 << 12)
	}
	clear(t.slots)
	t.used, t.again = 0, 0
	for _, x := range heap {
		t.add(x << heapBits)
	}
	out = make([]uint32, 0, t.again)
	back, upper := key.back(), heap[0]>>(32-heapBits)<<(32-heapBits)
	for _, v := range t.slots {
		if v&seenAgain != 0 {
			out = append(out, back.of(upper|v>>heapBits))
		}
	}
	return out
}

func (t *twice) resize(n int) {
	t.slots, t.shift, t.used = make([]uint32, n), uint(32-bits.TrailingZeros(uint(n))), 0
}

func (t *twice) add(v uint32) {
	mask := uint32(len(t.slots) - 1)
	for i := v >> t.shift; ; i++ {
		switch at := &t.slots[i&mask]; {
		case *at^v < 1<<heapBits && *at != 0:
			if *at&seenAgain == 0 {
				*at |= seenAgain
				t.again++
			}
			return
		case *at == 0:
			*at = v | seenOnce
			if t.used++; 2*t.used > len(t.slots) {
				t.grow()
			}
			return
		}
	}
}

func (t *twice) grow() {
	old := t.slots
	t.resize(2 * len(old))
	for _, v := range old {
		if v != 0 {
			t.put(v)
		}
	}
}

// put gives a feature that the table has not got its slot.
func (t *twice) put(v uint32) {
	mask := uint32(len(t.slots) - 1)
	i := v >> t.shift & mask
	for t.slots[i] != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = v
	t.used++
}
