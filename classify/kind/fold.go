package kind

import (
	"encoding/binary"
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// fold appends text as phrases are written: lower case, white space as one
// blank, typographic quotes as plain ones, and no blank between two ideographs,
// where a line end means nothing. No more than limit bytes are appended, and
// the rest of the last character.
func fold(dst []byte, text string, limit int) []byte {
	end := len(dst) + limit
	wide, gap := false, false
	for i := 0; i < len(text) && len(dst) < end; {
		if !gap && len(dst)+8 <= end { // most of a text is letters and signs of ASCII
			x := eight(text, i)
			if n := plainBytes(x); n > 0 {
				i += n
				dst = binary.LittleEndian.AppendUint64(dst, lowerBytes(x))[:len(dst)+n]
				if gap = dst[len(dst)-1] == ' '; gap {
					dst = dst[:len(dst)-1]
				}
				wide = wide && gap && n == 1
				continue
			}
		}
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		i += n
		switch r = plain(r); {
		case r == 0:
			continue
		case r == ' ':
			gap = true
			continue
		}
		isWide := r >= firstWide
		if gap && !(wide && isWide) {
			dst = append(dst, ' ')
		}
		gap, wide = false, isWide
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// firstWide begins the ideographs.
const firstWide = 0x2e80

// eight is the next eight bytes of a text as a number, the first one lowest and
// zeros after its end. Of a text that has fewer in all it is 0.
func eight(text string, at int) uint64 {
	last := len(text) - 8
	if last < 0 {
		return 0
	}
	s := text[min(at, last):]
	_ = s[7]
	x := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	return x >> (8 * max(at-last, 0))
}

const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// plainBytes is how many of eight bytes, from the first on, are ASCII to be
// seen or a blank with none before it: they are folded by their case alone.
func plainBytes(x uint64) int {
	low := x &^ highs
	blank := ^((low ^ ' '*ones) + 0x7f*ones) // its high bits: of low bytes that are a blank
	seen := low + (0x80-' ')*ones            // of those that are no control character
	del := low + ones                        // of those that are DEL
	odd := (x | ^seen | del | blank&(blank<<8)) & highs
	return bits.TrailingZeros64(odd) / 8
}

// lowerBytes folds the letters of eight bytes of ASCII; bytes that are none stay.
func lowerBytes(x uint64) uint64 {
	low := x &^ highs
	upper := (low + (0x80-'A')*ones) &^ (low + (0x80-'Z'-1)*ones) &^ x & highs
	return x | upper>>2
}

// plain is plainRune by way of a table for the scripts of Europe; the
// characters of East Asia are as they are.
func plain(r rune) rune {
	switch {
	case r < rune(len(plains)):
		return rune(plains[r])
	case 0x3041 <= r && r < 0xa000 || 0xac00 <= r && r < 0xd7a4:
		return r
	}
	return plainRune(r)
}

var plains = func() (t [0x800]uint16) {
	for r := range t {
		t[r] = uint16(plainRune(rune(r)))
	}
	return t
}()

// plainRune folds one character; 0 leaves it out, and all white space is a blank.
func plainRune(r rune) rune {
	if r < utf8.RuneSelf {
		switch {
		case r <= ' ' || r == 0x7f:
			return ' '
		case 'A' <= r && r <= 'Z':
			return r | 0x20
		}
		return r
	}
	switch r {
	case 0xa0, 0x202f, 0x3000, 0x2003, 0x2002, 0x2009, 0x85, 0x2028, 0x2029:
		return ' '
	case 0x2018, 0x2019, 0x201b, 0xb4, 0x2b9:
		return '\''
	case 0x201c, 0x201d, 0x201e:
		return '"'
	case 0x2010, 0x2011, 0x2012, 0x2013:
		return '-'
	case 0xad, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2060, 0xfeff:
		return 0
	}
	if 0xff01 <= r && r <= 0xff5e { // full-width forms
		r -= 0xfee0
	}
	return unicode.ToLower(r)
}
