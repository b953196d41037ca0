package cluster

import (
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
	"sync/atomic"
	"unsafe"

	"qclean/classify/crew"
	"qclean/classify/fingerprint"
)

// errSet is a stored set that cannot be one.
var errSet = errors.New("not a stored set of sketches")

// itemBytes is the stored form of an item: where, class, level and the counts.
const itemBytes = 8

// Stored is how many bytes Encode writes.
func (s *Set) Stored() int {
	n := 8 + 4*len(s.blocks) + itemBytes*len(s.items)
	for _, block := range s.blocks {
		n += 4 * len(block)
	}
	return n
}

// Encode writes the set as it lies in memory, numbers with the low byte first:
// how many items and blocks there are, the lengths of the blocks, the items, the blocks.
func (s *Set) Encode(w io.Writer) error {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(s.items)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(s.blocks)))
	for _, block := range s.blocks {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(block)))
	}
	for _, it := range s.items {
		b = binary.LittleEndian.AppendUint32(b, it.at)
		b = append(b, byte(it.class), it.level, it.hashes, it.media)
		if len(b) > 1<<16 {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	for _, block := range s.blocks {
		s.Room.Ease()
		if _, err := w.Write(b); err != nil {
			return err
		}
		b = b[:0]
		if lowFirst {
			_, err := w.Write(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(block))), 4*len(block)))
			if err != nil {
				return err
			}
			continue
		}
		for _, v := range block {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
	}
	_, err := w.Write(b)
	return err
}

// lowFirst is true where numbers lie in memory as they are stored.
var lowFirst = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// Decode makes an empty set what Encode wrote. Whatever it is given, the set is
// safe to use unless there is an error. The blocks are used where they lie, if
// that is at a multiple of four bytes.
func (s *Set) Decode(b []byte, workers int) error {
	if len(b) < 8 {
		return errSet
	}
	items, blocks := int(binary.LittleEndian.Uint32(b)), int(binary.LittleEndian.Uint32(b[4:]))
	if b = b[8:]; items > len(b)/itemBytes || blocks > (len(b)-items*itemBytes)/4 {
		return errSet
	}
	lengths, stored, rest := b[:4*blocks], b[4*blocks:][:itemBytes*items], b[4*blocks+itemBytes*items:]
	for i := range blocks {
		n := int(binary.LittleEndian.Uint32(lengths[4*i:]))
		if n > blockSize || 4*n > len(rest) {
			return errSet
		}
		s.blocks = append(s.blocks, s.decodeBlock(rest[:4*n], i == blocks-1))
		rest = rest[4*n:]
	}
	if len(rest) > 0 {
		return errSet
	}
	s.open = []int{len(s.blocks)}
	return s.decodeItems(stored, workers)
}

// decodeBlock gives a block where it lies, or copied: the last one goes on growing.
func (s *Set) decodeBlock(b []byte, last bool) []uint32 {
	n := len(b) / 4
	if at := unsafe.Pointer(unsafe.SliceData(b)); lowFirst && !last && uintptr(at)%4 == 0 {
		return unsafe.Slice((*uint32)(at), n)
	}
	room := n
	if last {
		room = blockSize
	}
	block := s.block(room)[:n]
	for i := range block {
		block[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return block
}

// decodeItems reads the items, and tells whether each sketch lies in a block and is one.
func (s *Set) decodeItems(b []byte, workers int) error {
	s.items = make([]item, len(b)/itemBytes)
	var wrong atomic.Bool
	crew.New(workers).Spread(len(s.items), 1<<10, func(_, from, to int) {
		for i := from; i < to; i++ {
			s.Room.EaseAt(i)
			b := b[itemBytes*i:][:itemBytes]
			s.items[i] = item{at: binary.LittleEndian.Uint32(b), class: fingerprint.Class(b[4]), level: b[5], hashes: b[6], media: b[7]}
			if !s.whole(int32(i)) {
				wrong.Store(true)
				return
			}
		}
	})
	if wrong.Load() {
		return errSet
	}
	return nil
}

func (s *Set) whole(i int32) bool {
	it := &s.items[i]
	block, at := int(it.at>>blockBits), int(it.at&(blockSize-1))
	if block >= len(s.blocks) || at+int(it.hashes)+int(it.media)+2 > len(s.blocks[block]) ||
		it.hashes > fingerprint.MaxHashes || it.media > fingerprint.MaxMedia || it.level > maxLevel {
		return false
	}
	last := uint32(0)
	for k, h := range s.hashes(i) {
		if k > 0 && h <= last || bits.TrailingZeros32(h) < int(it.level) {
			return false
		}
		last = h
	}
	return true
}
