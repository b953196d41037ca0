package fingerprint

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Sketch is what is kept of a message: a sample of its shingles that can be
// compared with the sample of any other message. The hashes whose Level low
// bits are zero are kept, at the lowest level that leaves at most MaxHashes;
// levels nest, so that two sketches are compared at the coarser of the two.
type Sketch struct {
	Class  Class
	Level  uint8
	Exact  uint64   // set only when there are fewer than MinShingles hashes
	Hashes []uint32 // sorted, no repeats
	Media  []Media  // sorted, no repeats
}

// Bounds of a sketch; together with its head they keep AppendBinary within MaxBytes.
const (
	MaxHashes = 56
	MaxMedia  = 7
	MaxBytes  = 256
)

// sketchHead is class, level and the two counts.
const sketchHead = 4

// AppendBinary appends a form to keep, at most MaxBytes long.
func (k Sketch) AppendBinary(b []byte) ([]byte, error) {
	if len(k.Hashes) > MaxHashes || len(k.Media) > MaxMedia {
		return b, fmt.Errorf("%w: %d hashes, %d media", ErrSketch, len(k.Hashes), len(k.Media))
	}
	b = append(b, byte(k.Class), k.Level, byte(len(k.Hashes)), byte(len(k.Media)))
	for _, h := range k.Hashes {
		b = binary.LittleEndian.AppendUint32(b, h)
	}
	for _, m := range k.Media {
		b = binary.LittleEndian.AppendUint32(b, uint32(m))
	}
	if len(k.Hashes) < MinShingles {
		b = binary.LittleEndian.AppendUint64(b, k.Exact)
	}
	return b, nil
}

// ParseSketch is the reverse of AppendBinary. No bytes are the empty sketch.
func ParseSketch(b []byte) (Sketch, error) {
	if len(b) == 0 {
		return Sketch{}, nil
	}
	if len(b) < sketchHead {
		return Sketch{}, fmt.Errorf("%w: %d bytes", ErrSketch, len(b))
	}
	k := Sketch{Class: Class(b[0]), Level: b[1]}
	hashes, media := int(b[2]), int(b[3])
	want := sketchHead + 4*(hashes+media)
	if hashes < MinShingles {
		want += 8
	}
	if hashes > MaxHashes || media > MaxMedia || k.Level > 32 || len(b) != want {
		return Sketch{}, fmt.Errorf("%w: %d bytes for %d hashes, %d media", ErrSketch, len(b), hashes, media)
	}
	if !k.read(b[sketchHead:], hashes, media) {
		return Sketch{}, fmt.Errorf("%w: hashes out of order", ErrSketch)
	}
	return k, nil
}

// read takes the hashes, and tells whether they are in order as the grouping
// relies on it.
func (k *Sketch) read(b []byte, hashes, media int) bool {
	if hashes > 0 {
		k.Hashes = make([]uint32, hashes)
	}
	for i := range k.Hashes {
		k.Hashes[i] = binary.LittleEndian.Uint32(b[4*i:])
		if i > 0 && k.Hashes[i] <= k.Hashes[i-1] || bits.TrailingZeros32(k.Hashes[i]) < int(k.Level) {
			return false
		}
	}
	b = b[4*hashes:]
	if media > 0 {
		k.Media = make([]Media, media)
	}
	for i := range k.Media {
		k.Media[i] = Media(binary.LittleEndian.Uint32(b[4*i:]))
		if i > 0 && k.Media[i] <= k.Media[i-1] {
			return false
		}
	}
	if hashes < MinShingles {
		k.Exact = binary.LittleEndian.Uint64(b[4*media:])
	}
	return true
}
