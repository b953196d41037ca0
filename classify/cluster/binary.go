package cluster

import (
	"encoding/binary"
	"slices"

	"qclean/classify/fingerprint"
)

// AppendBinary appends sketch i in the form of Sketch.AppendBinary. A set
// holds none that is too long for it.
func (s *Set) AppendBinary(b []byte, i int) []byte {
	it := &s.items[i]
	from := it.at & (blockSize - 1)
	n := uint32(it.hashes) + uint32(it.media)
	if it.hashes < fingerprint.MinShingles {
		n += 2 // the exact hash, its lower half first
	}
	b = append(slices.Grow(b, 4+4*int(n)), byte(it.class), it.level, it.hashes, it.media)
	out := b[len(b) : len(b)+4*int(n)]
	for _, v := range s.blocks[it.at>>blockBits][from : from+n] {
		binary.LittleEndian.PutUint32(out, v)
		out = out[4:]
	}
	return b[:len(b)+4*int(n)]
}
