package fingerprint

import (
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
// itself. Which ones show is up to chance, so there is no branch on it.
func atLevel(dst, all []uint32, level int) []uint32 {
	dst = slices.Grow(dst[:0], len(all))[:len(all)]
	mask := uint32(1)<<level - 1
	n := 0
	for _, h := range all {
		dst[n] = h
		n += int((uint64(h&mask) - 1) >> 63)
	}
	return dst[:n]
}

const (
	spreadBits = 6
	maxSpread  = 192 // of hashes that are spread, not compared
)

// inOrder sorts hashes and drops repeats. Few enough are first spread by their
// upper bits, which leaves next to nothing to be sorted: they are spread evenly
// unless somebody took great pains.
func inOrder(h []uint32) []uint32 {
	if len(h) > maxSpread {
		if h = distinct(h); len(h) > maxSpread {
			slices.Sort(h)
			return slices.Compact(h)
		}
	}
	var from [1<<spreadBits + 1]uint8
	for _, v := range h {
		from[v>>(32-spreadBits)+1]++
	}
	for i := range 1 << spreadBits {
		from[i+1] += from[i]
	}
	var spread [maxSpread]uint32
	for _, v := range h {
		at := &from[v>>(32-spreadBits)]
		spread[*at] = v
		*at++
	}
	return insert(h[:0], spread[:len(h)])
}

// distinct drops repeats of up to some 200 hashes; where there are more, it
// gives all back.
func distinct(h []uint32) []uint32 {
	var seen [2 * 256]uint32
	n, zero := 0, false
	var found [maxSpread]uint32
	for _, v := range h {
		i := uint64(v) * keyLeft >> 55
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

// insert sorts what is nearly in order.
func insert(dst, nearly []uint32) []uint32 {
	for _, v := range nearly {
		i := len(dst)
		for i > 0 && dst[i-1] > v {
			i--
		}
		if i > 0 && dst[i-1] == v {
			continue
		}
		dst = append(dst, v)
		if i < len(dst)-1 {
			copy(dst[i+1:], dst[i:])
			dst[i] = v
		}
	}
	return dst
}
