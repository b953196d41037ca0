package cluster

import (
	"encoding/binary"

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
	b = append(b, byte(it.class), it.level, it.hashes, it.media)
	for _, v := range s.blocks[it.at>>blockBits][from : from+n] {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return b
}
