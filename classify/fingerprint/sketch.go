package fingerprint

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
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

// sample chooses the hashes of a sketch and leaves them sorted at the start of
// dst[len(dst):].
//
// Repeats make the level a guess at first: a level is only too coarse when
// fewer than half of what it could hold is left, and then the next finer one
// is tried.
func sample(dst, all []uint32) ([]uint32, uint8) {
	var zeros [33]int
	for _, h := range all {
		zeros[bits.TrailingZeros32(h)]++
	}
	level, n := 0, len(all)
	for n > MaxHashes {
		n -= zeros[level]
		level++
	}
	start := len(dst)
	out := atLevel(dst, all, max(level-1, 0))
	for level > 0 && !moreThan(MaxHashes, out[start:]) {
		level--
		out = atLevel(out[:start], all, max(level-1, 0))
	}
	out = atLevel(out[:start], out[start:], level)
	slices.Sort(out[start:])
	return out[:start+len(slices.Compact(out[start:]))], uint8(level)
}

// atLevel appends the hashes that show at a level. It may write over all, of
// which it is never ahead.
func atLevel(dst, all []uint32, level int) []uint32 {
	mask := uint32(1)<<level - 1
	for _, h := range all {
		if h&mask == 0 {
			dst = append(dst, h)
		}
	}
	return dst
}

// moreThan tells whether more than most of the hashes differ from one another,
// of which most is small: it does not sort them, since mostly the answer is
// known from the first few.
func moreThan(most int, hashes []uint32) bool {
	var seen [8 * MaxHashes]uint32
	n, zero := 0, 0
	for _, h := range hashes {
		if h == 0 {
			zero = 1
			continue
		}
		i := uint64(h) * keyLeft >> 32 * uint64(len(seen)) >> 32
		for seen[i] != 0 && seen[i] != h {
			i = (i + 1) % uint64(len(seen))
		}
		if seen[i] == 0 {
			seen[i] = h
			n++
		}
		if n+zero > most {
			return true
		}
	}
	return n+zero > most
}

// AppendBinary appends the form that the index keeps, at most MaxBytes long.
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
