package cluster

import "qclean/classify/fingerprint"

// recent gives numbers to the features of one doc after another. The table of
// all does not fit the processor's cache, but those that most messages have are
// among the last that were found.
type recent struct {
	*census
	last    [1 << recentBits]uint64       // slots of the table, by the upper bits of the scrambled feature
	slot    [fingerprint.MaxHashes]uint64 // of each feature of the doc,
	missing [fingerprint.MaxHashes]uint8  // which of them are not among the last,
	found   [fingerprint.MaxHashes]int32  // and the numbers
}

const recentBits = 14 // 128 KiB: it stays in the processor's second cache

// numbers gives, until it is asked again, those of the hashes that have one.
func (r *recent) numbers(hashes []uint32) []int32 {
	m := 0
	for i, h := range hashes {
		x := r.key.of(h)
		v := r.last[x>>(32-recentBits)]
		r.slot[i], r.missing[m] = v, uint8(i)
		if uint32(v>>32) != x || v == 0 {
			m++
		}
	}
	r.ask(hashes, r.missing[:m])
	n := 0
	for _, v := range r.slot[:len(hashes)] {
		r.found[n] = int32(uint32(v)) - 1
		if v != 0 {
			n++
		}
	}
	return r.found[:n]
}

// ask asks the table for what is missing. All of it is on its way before the
// first is looked at.
func (r *recent) ask(hashes []uint32, missing []uint8) {
	for _, i := range missing {
		r.slot[i] = r.slots[r.key.of(hashes[i])>>r.shift]
	}
	for _, i := range missing {
		x, v := r.key.of(hashes[i]), r.slot[i]
		if uint32(v>>32) != x && v != 0 {
			v = r.slots[r.census.slot(x)]
		}
		if v != 0 {
			r.last[x>>(32-recentBits)] = v
		}
		r.slot[i] = v
	}
}
