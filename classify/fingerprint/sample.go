package fingerprint

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// sample chooses the hashes of a sketch, sorted and each once: those of the
// lowest level that leaves at most MaxHashes. dst is written over.
//
// The number of all shingles says what level that is likely to be. Where they
// are the same ones again and again it is a finer one, and so it is looked for
// downwards, to a level that leaves too many, and from there up again.
func sample(dst, all []uint32) ([]uint32, uint8) {
	level := max(bits.Len(uint(len(all)/MaxHashes))-1, 0)
	out := inOrder(atLevel(dst, all, level))
	for level > 0 && len(out) <= MaxHashes {
		level = max(level-bits.Len(uint(MaxHashes/max(len(out), 1))), 0)
		out = inOrder(atLevel(out, all, level))
	}
	for len(out) > MaxHashes {
		level++
		out = atLevel(out, out, level)
	}
	return out, uint8(level)
}

// atLevel puts the hashes that show at a level into dst, which may be all
// itself. Which ones show is up to chance, so there is no branch on it: each is
// written, and the next one over it if it does not show.
func atLevel(dst, all []uint32, level int) []uint32 {
	if level == 0 {
		return append(dst[:0], all...)
	}
	dst = slices.Grow(dst[:0], len(all))[:len(all)]
	mask := uint32(1)<<level - 1
	n := 0
	for ; len(all) >= 4; all = all[4:] { // four with one check of the bounds
		to := (*[4]uint32)(dst[n:])
		a, b, c, d := all[0], all[1], all[2], all[3]
		to[0] = a
		k := shows(a, mask)
		to[k&3] = b
		k += shows(b, mask)
		to[k&3] = c
		k += shows(c, mask)
		to[k&3] = d
		n += k + shows(d, mask)
	}
	for _, h := range all {
		dst[n] = h
		n += shows(h, mask)
	}
	return dst[:n]
}

// shows is 1 when the bits of the mask are 0 in a hash.
func shows(h, mask uint32) int { return int((uint64(h&mask) - 1) >> 63) }

const (
	spreadBits = 6
	maxSpread  = 192 // of hashes that are spread, not compared
)

// inOrder sorts hashes and drops repeats. Few enough are spread by their upper
// twelve bits, by the lower six of these first, which leaves next to nothing to
// be compared: they are spread evenly unless somebody took great pains.
func inOrder(h []uint32) []uint32 {
	if len(h) > maxSpread {
		if h = distinct(h); len(h) > maxSpread {
			slices.Sort(h)
			return slices.Compact(h)
		}
	}
	var lower, upper places
	for _, v := range h {
		lower[v>>(32-2*spreadBits)%uint32(len(lower))]++
		upper[v>>(32-spreadBits)]++
	}
	lower.sum()
	upper.sum()
	var spread [1 << 8]uint32
	for _, v := range h {
		at := &lower[v>>(32-2*spreadBits)%uint32(len(lower))]
		spread[*at] = v
		*at++
	}
	for _, v := range spread[:len(h)] {
		at := &upper[v>>(32-spreadBits)]
		h[*at] = v
		*at++
	}
	return insert(h[:0], h)
}

// places counts hashes by six of their bits, and then says where they go.
type places [1 << spreadBits]uint8

// sum makes of the number of each kind the number of those before, for eight
// kinds at a time: a product with eight ones adds up eight bytes.
func (p *places) sum() {
	before := uint64(0)
	for i := 0; i < len(p); i += 8 {
		n := binary.LittleEndian.Uint64(p[i : i+8])
		upTo := n*eachByte + before
		binary.LittleEndian.PutUint64(p[i:i+8], upTo-n)
		before = upTo >> 56 * eachByte
	}
}

// distinct drops repeats of up to some 200 hashes; where there are more, it
// gives all back.
func distinct(h []uint32) []uint32 {
	var seen [2 * 256]uint32
	n, zero := 0, false
	var found [maxSpread]uint32
	for _, v := range h {
		i := uint64(v) * keyLeft >> 55
		if seen[i] == v && v != 0 {
			continue // as most, where anything is repeated
		}
		for seen[i] != 0 && seen[i] != v {
			i = (i + 1) % uint64(len(seen))
		}
		if seen[i] == v && (v != 0 || zero) {
			continue
		}
		if n == maxSpread {
			return h
		}
		seen[i], zero = v, zero || v == 0
		found[n] = v
		n++
	}
	return append(h[:0], found[:n]...)
}

// insert sorts what is nearly in order, and drops repeats. dst may be the same
// memory: it never has more than was read.
func insert(dst, nearly []uint32) []uint32 {
	for _, v := range nearly {
		n := len(dst)
		if n == 0 || dst[n-1] < v {
			dst = append(dst, v)
			continue
		}
		i := n - 1
		for i > 0 && dst[i-1] >= v {
			i--
		}
		if dst[i] != v {
			dst = slices.Insert(dst, i, v)
		}
	}
	return dst
}
