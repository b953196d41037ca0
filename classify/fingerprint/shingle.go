package fingerprint

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// Odd random numbers, frozen with qf1.
const (
	keyWord   = 0x9e6c63d0873a9f51
	keyTail   = 0xd1b54a32d192ed03
	keyRune   = 0x8cb92ba72f3d8dd7
	keyLeft   = 0xaef17502108ef2d9
	keyRight  = 0xc2b2ae3d27d4eb4f
	keyThird  = 0x589965cc75374cc3
	keyWhole  = 0xe7037ed1a0b428db
	keyAttach = 0x1d8e4e27c47d124f
)

// mix is the product of two numbers folded to 64 bits, the step of wyhash: one
// multiplication in which every bit of both counts.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// hashLetters goes on from h with the first n folded letters of buf, which
// has eight bytes to spare behind them.
func hashLetters(h uint64, buf *[maxLetters + 8]byte, n int) uint64 {
	i := 0
	for ; i+8 <= n; i += 8 {
		h = mix(h^binary.LittleEndian.Uint64(buf[i:]), keyWord)
	}
	tail := binary.LittleEndian.Uint64(buf[i:i+8]) & (1<<(8*(n-i)) - 1)
	return mix(h^tail^keyRune, keyTail^uint64(n)<<56)
}

// wordSpan is where a word or link stands in the text, in bytes.
type wordSpan struct{ from, to int }

// shingler takes a text's words one by one and makes the hashes of its pairs
// and triples. 32 bits are enough: a message has some thousand shingles, so
// that two unrelated ones share one by chance once in four thousand times.
type shingler struct {
	words    []uint64 // hash of each, in order
	shingles []uint32
	marking  bool // keep the places as well
	spans    []wordSpan
	links    []wordSpan
}

// startText makes ready for a text of so many bytes.
func (s *shingler) startText(size int) {
	s.words = slices.Grow(s.words[:0], min(size/2+1, maxWords)) // of two bytes and more
	s.spans, s.links = s.spans[:0], s.links[:0]
}

func (s *shingler) word(h uint64, from, to int) {
	s.words = append(s.words, h)
	if s.marking {
		s.spans = append(s.spans, wordSpan{from, to})
	}
}

// shingle makes the pairs and triples of the words: word number w ends the
// shingles 2w-3 and 2w-2, of which the first word has none and the second only
// a pair. All at once, no multiplication waits for another.
func (s *shingler) shingle() {
	n := max(2*len(s.words)-3, 0)
	s.shingles = slices.Grow(s.shingles[:0], n)[:n]
	if n == 0 {
		return
	}
	left := s.words[1] ^ keyLeft
	pair := mix(s.words[0]^keyLeft, s.words[1]^keyRight)
	s.shingles[0] = short(pair)
	words, out := s.words[2:], s.shingles[1:]
	for i := 0; i+1 < len(out); i += 2 {
		h := words[i/2]
		out[i+1] = short(mix(pair^keyThird, h^keyLeft))
		pair = mix(left, h^keyRight)
		out[i] = short(pair)
		left = h ^ keyLeft
	}
}

// whole is the hash of the first words in order. It counts only for texts with
// next to no shingles, so that more words are repeats.
func (s *shingler) whole() uint64 {
	whole := uint64(0)
	for _, h := range s.words[:min(len(s.words), maxWhole)] {
		whole = mix(whole^h, keyWhole)
	}
	return whole
}

const maxWhole = 64 // words

func short(h uint64) uint32 { return uint32(h ^ h>>32) }
