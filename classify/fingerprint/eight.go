package fingerprint

import "math/bits"

// Eight bytes of text are read as one number, in which a sum, a difference or
// a mask does for all of them what it would do for one: no byte's result
// reaches into its neighbour. The answer to a question is bit 5 of each byte.
const (
	eachByte   = 0x0101010101010101
	eachLetter = 0x1f * eachByte // the bits that say which letter of ASCII a byte is
	answer     = 0x20 * eachByte
)

// otherThan answers for each byte of x whether it is no letter of ASCII. v is
// x & eachLetter: of a letter 1 to 26, and the three bits above are 010 or 011.
func otherThan(x, v uint64) uint64 {
	return (answer - v | (v + 5*eachByte) | (x^2*answer)>>1 | x>>2) & answer
}

// foldEight folds the bytes of v before the first that other answers for: l is
// i. It answers which of them say the letter before again, last being that
// before the first. Behind them all are 0.
func foldEight(v, other, last uint64) (folded, again uint64) {
	end := other & -other // 0 when all eight are letters
	v &= end>>5 - 1
	isL := (answer - (v ^ 'l'&31*eachByte)) & answer
	v ^= isL >> 5 * ('l'&31 ^ foldedI)
	return v, (answer - (v ^ (v<<8 | last))) & answer & (end - 1)
}

// squeeze takes the bytes out of n that again answers for.
func squeeze(v, again uint64, n int) (uint64, int) {
	for again != 0 {
		before := uint64(1)<<(bits.Len64(again)-6) - 1
		v = v&before | v>>8&^before
		again &= before
		n--
	}
	return v, n
}
