package parquet

import (
	"encoding/binary"
	"hash/maphash"
	"slices"
)

// words finds the words of a dictionary that is written as PLAIN has it: a
// length of four bytes, then the word. A map of Go took three times as long,
// half of all that writing a file took.
type words struct {
	seed  maphash.Seed
	slots []uint64 // open addressing, by hash: its upper half, then the place counted from 1
	mask  int
	hash  uint64   // of the word asked for last
	slot  int      // and where it is, or would be
	ends  []uint32 // by place, where the word ends
}

const lengthBytes = 4

func (w *words) len() int { return len(w.ends) }

// find gives the place of a word among the written ones, or that of the next.
func (w *words) find(s string, written []byte) (place uint32, known bool) {
	if 2*len(w.ends) >= len(w.slots) {
		w.grow(written)
	}
	w.hash = maphash.String(w.seed, s)
	for w.slot = int(w.hash) & w.mask; ; w.slot = (w.slot + 1) & w.mask {
		v := w.slots[w.slot]
		if v == 0 {
			return uint32(len(w.ends)), false
		}
		if v>>32 == w.hash>>32 && string(w.word(uint32(v)-1, written)) == s {
			return uint32(v) - 1, true
		}
	}
}

// added keeps the word that was not found, which was written and ends there.
func (w *words) added(end int) {
	w.ends = append(w.ends, uint32(end))
	w.slots[w.slot] = w.hash>>32<<32 | uint64(len(w.ends))
}

func (w *words) word(place uint32, written []byte) []byte {
	begin := uint32(0)
	if place > 0 {
		begin = w.ends[place-1]
	}
	return written[begin+lengthBytes : w.ends[place]]
}

func (w *words) grow(written []byte) {
	if w.slots == nil {
		w.seed = maphash.MakeSeed()
	}
	size := max(64, 4*len(w.ends))
	for size&(size-1) != 0 {
		size += size & -size
	}
	w.slots, w.mask = make([]uint64, size), size-1
	for place := range uint32(len(w.ends)) {
		hash := maphash.Bytes(w.seed, w.word(place, written))
		i := int(hash) & w.mask
		for w.slots[i] != 0 {
			i = (i + 1) & w.mask
		}
		w.slots[i] = hash>>32<<32 | uint64(place+1)
	}
}

// reset forgets the words and keeps the room.
func (w *words) reset() {
	w.ends = w.ends[:0]
	clear(w.slots)
}

// appendWord writes a text as PLAIN has it.
func appendWord[T string | []byte](b []byte, s T) []byte {
	if need := lengthBytes + len(s); cap(b)-len(b) < need {
		b = slices.Grow(b, max(need, cap(b), leastRoom)) // twice as much: append would leave five times of it behind
	}
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(s))), s...)
}

const leastRoom = 4 << 10
