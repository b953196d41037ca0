package cluster

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"

	"qclean/classify/fingerprint"
)

// errSet is a stored set that cannot be one.
var errSet = errors.New("not a stored set of sketches")

// itemBytes is the stored form of an item: where, class, level and the counts.
const itemBytes = 8

// Encode writes the set as it lies in memory, numbers with the low byte first.
func (s *Set) Encode(w io.Writer) error {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(s.items)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(s.blocks)))
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
		b = binary.LittleEndian.AppendUint32(b, uint32(len(block)))
		for _, v := range block {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
		b = b[:0]
	}
	_, err := w.Write(b)
	return err
}

// Decode reads what Encode wrote into an empty set. Whatever it is given, the
// set is safe to use unless there is an error.
func (s *Set) Decode(r io.Reader) error {
	b := make([]byte, 4*blockSize)
	if _, err := io.ReadFull(r, b[:8]); err != nil {
		return fmt.Errorf("%w: %v", errSet, err)
	}
	items, blocks := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
	for range items {
		if _, err := io.ReadFull(r, b[:itemBytes]); err != nil {
			return fmt.Errorf("%w: %v", errSet, err)
		}
		s.items = append(s.items, item{at: binary.LittleEndian.Uint32(b), class: fingerprint.Class(b[4]), level: b[5], hashes: b[6], media: b[7]})
	}
	for i := range blocks {
		if err := s.decodeBlock(r, b, i == blocks-1); err != nil {
			return err
		}
	}
	s.open = []int{len(s.blocks)}
	return s.check()
}

// decodeBlock reads one block. The last one goes on growing.
func (s *Set) decodeBlock(r io.Reader, b []byte, last bool) error {
	if _, err := io.ReadFull(r, b[:4]); err != nil {
		return fmt.Errorf("%w: %v", errSet, err)
	}
	n := binary.LittleEndian.Uint32(b)
	if n > blockSize {
		return errSet
	}
	if _, err := io.ReadFull(r, b[:4*n]); err != nil {
		return fmt.Errorf("%w: %v", errSet, err)
	}
	room := n
	if last {
		room = blockSize
	}
	block := s.block(int(room))[:n]
	for i := range block {
		block[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	s.blocks = append(s.blocks, block)
	return nil
}

// check tells whether every sketch lies in a block and is one.
func (s *Set) check() error {
	for i := range s.items {
		it := &s.items[i]
		block, at := int(it.at>>blockBits), int(it.at&(blockSize-1))
		if block >= len(s.blocks) || at+int(it.hashes)+int(it.media)+2 > len(s.blocks[block]) ||
			it.hashes > fingerprint.MaxHashes || it.media > fingerprint.MaxMedia || it.level > maxLevel {
			return errSet
		}
		for k, h := range s.hashes(int32(i)) {
			if k > 0 && h <= s.hashes(int32(i))[k-1] || bits.TrailingZeros32(h) < int(it.level) {
				return errSet
			}
		}
	}
	return nil
}
