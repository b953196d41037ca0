package parquet

import (
	"encoding/binary"
	"math/bits"
)

// appendHybrid writes small numbers as Encodings.md says under "RLE": one run
// when all are the same, else packed bits.
func appendHybrid[T uint8 | uint32](b []byte, values []T, width int) []byte {
	if len(values) == 0 {
		return b
	}
	if same(values) {
		b = binary.AppendUvarint(b, uint64(len(values))<<1)
		for i := 0; i < width; i += 8 {
			b = append(b, byte(values[0]>>i))
		}
		return b
	}
	groups := (len(values) + 7) / 8
	b = binary.AppendUvarint(b, uint64(groups)<<1|1)
	end := len(b) + groups*width
	var held uint64
	n := 0
	for _, v := range values {
		held |= uint64(v) << n
		for n += width; n >= 8; n -= 8 {
			b = append(b, byte(held))
			held >>= 8
		}
	}
	for len(b) < end {
		b = append(b, byte(held))
		held >>= 8
	}
	return b
}

func same[T comparable](values []T) bool {
	for _, v := range values {
		if v != values[0] {
			return false
		}
	}
	return true
}

// widthOf is how many bits a number up to most takes, at least one.
func widthOf(most int) int { return max(1, bits.Len(uint(most))) }

// appendLevels writes levels with their length before them, as the first kind
// of data page has them; nothing where there is only one.
func appendLevels(b []byte, levels []uint8, most uint8) []byte {
	if most == 0 {
		return b
	}
	at := len(b)
	b = appendHybrid(append(b, 0, 0, 0, 0), levels, widthOf(int(most)))
	binary.LittleEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	return b
}
