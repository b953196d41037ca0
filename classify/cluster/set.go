package cluster

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unsafe"

	"github.com/zeebo/xxh3"

	"qclean/classify/fingerprint"
	"qclean/scan/disk"
)

// Set holds sketches in blocks of memory, without a pointer for each: about
// 200 bytes a message. The zero value is an empty set.
type Set struct {
	Room   *disk.Room // where the blocks lie
	Shelf  int        // where the next are put: those of a shelf lie together
	items  []item
	blocks [][]uint32
	open   []int // by shelf, 1 + the block that grows
}

// item says where a sketch lies. Its numbers are hashes, then media, then the
// two halves of the exact hash.
type item struct {
	at     uint32 // block number << blockBits | place in the block
	class  fingerprint.Class
	level  uint8
	hashes uint8
	media  uint8
}

const (
	blockBits = 14 // 64 KiB a block, 262,144 blocks: 80 million sketches
	blockSize = 1 << blockBits
)

// Add copies a sketch into the set and gives its number, counted from 0.
// Hashes beyond fingerprint.MaxHashes and media beyond MaxMedia are left out.
func (s *Set) Add(k *fingerprint.Sketch) int {
	hashes := k.Hashes[:min(len(k.Hashes), fingerprint.MaxHashes)]
	media := k.Media[:min(len(k.Media), fingerprint.MaxMedia)]
	need := len(hashes) + len(media) + 2
	last := s.opened(need)
	b := s.blocks[last]
	s.items = append(s.items, item{
		at:    uint32(last)<<blockBits | uint32(len(b)),
		class: k.Class, level: min(k.Level, maxLevel), hashes: uint8(len(hashes)), media: uint8(len(media)),
	})
	b = append(b, hashes...)
	for _, m := range media {
		b = append(b, uint32(m))
	}
	s.blocks[last] = append(b, uint32(k.Exact), uint32(k.Exact>>32))
	return len(s.items) - 1
}

// opened gives the shelf's block, with room for some numbers.
func (s *Set) opened(need int) int {
	for len(s.open) <= s.Shelf {
		s.open = append(s.open, 0)
	}
	last := s.open[s.Shelf] - 1
	if last < 0 || blockSize-len(s.blocks[last]) < need {
		last = len(s.blocks)
		s.blocks = append(s.blocks, s.block(blockSize)[:0])
		s.open[s.Shelf] = last + 1
	}
	return last
}

// block makes room for n numbers.
func (s *Set) block(n int) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(s.Room.Bytes(4*n)))), n)
}

// Len is how many sketches were added.
func (s *Set) Len() int { return len(s.items) }

func (s *Set) hashes(i int32) []uint32 {
	it := &s.items[i]
	b := s.blocks[it.at>>blockBits][it.at&(blockSize-1):]
	return b[:it.hashes:it.hashes]
}

func (s *Set) media(i int32) []uint32 {
	it := &s.items[i]
	b := s.blocks[it.at>>blockBits][it.at&(blockSize-1)+uint32(it.hashes):]
	return b[:it.media:it.media]
}

func (s *Set) exact(i int32) uint64 {
	it := &s.items[i]
	b := s.blocks[it.at>>blockBits][it.at&(blockSize-1)+uint32(it.hashes)+uint32(it.media):]
	return uint64(b[0]) | uint64(b[1])<<32
}

// key is a hash of all that is known of a sketch. Equal sketches stay
// together, and the order of keys is the order in which sketches are looked
// at, so that it depends on nothing but the messages themselves.
func (s *Set) key(i int32, buf *[]byte) uint64 {
	it := &s.items[i]
	n := uint32(it.hashes) + uint32(it.media) + 2
	from := it.at & (blockSize - 1)
	b := slices.Grow((*buf)[:0], int(4+4*n))[:4+4*n]
	b[0], b[1], b[2], b[3] = byte(it.class), it.level, it.hashes, it.media
	for k, h := range s.blocks[it.at>>blockBits][from : from+n] {
		binary.LittleEndian.PutUint32(b[4+4*k:], h)
	}
	*buf = b
	return xxh3.Hash(b)
}

// byPlace orders things by the block that their sketches are in. Who goes
// through all sketches does so in this order: in any other each would be far
// from the one before, and those of a large spool may be on the disk.
func (s *Set) byPlace(n int, item func(i int) int32) []int32 {
	return ByPlace(n, len(s.blocks), func(i int) int { return int(s.items[item(i)].at >> blockBits) })
}

// ByPlace orders n things by the block that each is in, of so many blocks.
func ByPlace(n, blocks int, block func(i int) int) []int32 {
	ends := make([]int32, blocks+1)
	for i := range n {
		ends[block(i)+1]++
	}
	for b := 1; b < len(ends); b++ {
		ends[b] += ends[b-1]
	}
	out := make([]int32, n)
	for i := range n {
		at := &ends[block(i)]
		out[*at] = int32(i)
		*at++
	}
	return out
}

// maxLevel is the coarsest level there is: 64 KiB of text need 9.
const maxLevel = 15

// levelOf is the coarsest level at which a hash shows.
func levelOf(h uint32) int { return min(bits.TrailingZeros32(h), maxLevel) }
