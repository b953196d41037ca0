package letter

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// lower folds one ASCII letter. Names in mail and HTML are ASCII; folding
// more than that would make "ſ" an "s", which no MTA does.
func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// same reports whether s is want, which is in lower case, whatever its case.
func same[T string | []byte](s T, want string) bool {
	return len(s) == len(want) && hasPrefix(s, want)
}

// hasPrefix is same for the beginning of s.
func hasPrefix[T string | []byte](s T, want string) bool {
	if len(s) < len(want) {
		return false
	}
	for i := 0; i < len(want); i++ {
		if lower(s[i]) != want[i] {
			return false
		}
	}
	return true
}

// blank is white space inside a line (RFC 5322 section 2.2.2).
func blank(c byte) bool { return c == ' ' || c == '\t' }

// space is white space, line ends included.
func space(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// trim takes white space off both ends.
func trim[T string | []byte](s T) T {
	for len(s) > 0 && space(s[0]) {
		s = s[1:]
	}
	for len(s) > 0 && space(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// plain reports whether b is pure ASCII.
func plain(b []byte) bool { return asciiLen(b) == len(b) }

// asciiLen is how many bytes at the start of b are ASCII. It looks at 32 bytes
// at a time: nearly all of nearly every text is ASCII, and asked more than once.
func asciiLen(b []byte) int {
	const high = 0x80 * eachByte
	le := binary.LittleEndian
	i := 0
	for ; len(b)-i >= 32; i += 32 {
		c := b[i : i+32]
		if (le.Uint64(c)|le.Uint64(c[8:])|le.Uint64(c[16:])|le.Uint64(c[24:]))&high != 0 {
			break
		}
	}
	for ; len(b)-i >= 8; i += 8 {
		if v := le.Uint64(b[i:]) & high; v != 0 {
			return i + bits.TrailingZeros64(v)/8
		}
	}
	for i < len(b) && b[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// valid reports whether b is UTF-8.
func valid(b []byte) bool {
	n := asciiLen(b)
	return n == len(b) || utf8.Valid(b[n:])
}

// eachByte has a one in each of eight bytes.
const eachByte = 0x0101010101010101

// below marks the bytes of v that are less than n, at most 128, by their highest
// bits. The lowest mark is always right; bytes above it may be marked as well.
func below(v, n uint64) uint64 { return (v - n*eachByte) &^ v & (0x80 * eachByte) }

// is marks the bytes of v that are c, in the way of below.
func is(v uint64, c byte) uint64 { return below(v^uint64(c)*eachByte, 1) }

// byteSet is a set of bytes.
type byteSet [4]uint64

func (s *byteSet) add(c byte)      { s[c>>6] |= 1 << (c & 63) }
func (s *byteSet) has(c byte) bool { return s[c>>6]>>(c&63)&1 != 0 }

// addFrom adds c and all above it.
func (s *byteSet) addFrom(c int) {
	for ; c < 256; c++ {
		s.add(byte(c))
	}
}

// hex is the value of a hexadecimal digit, -1 for another byte.
func hex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// lowered appends s in lower case.
func lowered[T string | []byte](dst []byte, s T) []byte {
	for i := 0; i < len(s); i++ {
		dst = append(dst, lower(s[i]))
	}
	return dst
}
