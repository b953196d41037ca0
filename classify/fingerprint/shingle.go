package fingerprint

import (
	"encoding/binary"
	"math/bits"
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

// shingler takes a text's words one by one and keeps the hashes of its pairs
// and triples. 32 bits are enough: a message has some thousand shingles, so
// that two unrelated ones share one by chance once in four thousand times.
type shingler struct {
	shingles []uint32
	words    int
	whole    uint64 // of the first words in order
	prev     uint64 // hash of the word before
	prevPair uint64 // hash of the two words before
	marking  bool   // keep the places as well
	spans    []wordSpan
	links    []wordSpan
}

// maxWhole is how many words the hash of a whole text is made of. It counts
// only for texts with next to no shingles, so that more words are repeats.
const maxWhole = 64

func (s *shingler) startText() {
	s.shingles, s.spans, s.links = s.shingles[:0], s.spans[:0], s.links[:0]
	s.words, s.whole = 0, 0
}

// word takes the next word. After it, words-1 pairs and words-2 triples are
// there: word number w ends the shingles 2w-3 and 2w-2, of which the first
// word has none and the second only a pair.
func (s *shingler) word(h uint64, from, to int) {
	pair := mix(s.prev^keyLeft, h^keyRight)
	switch {
	case s.words > 1:
		triple := mix(s.prevPair^keyThird, h^keyLeft)
		s.shingles = append(s.shingles, short(pair), short(triple))
	case s.words == 1:
		s.shingles = append(s.shingles, short(pair))
	}
	if s.words < maxWhole {
		s.whole = mix(s.whole^h, keyWhole)
	}
	s.prev, s.prevPair = h, pair
	s.words++
	if s.marking {
		s.spans = append(s.spans, wordSpan{from, to})
	}
}

func short(h uint64) uint32 { return uint32(h ^ h>>32) }
