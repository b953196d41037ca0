package kind

import (
	"unicode"
	"unicode/utf8"
)

// fold appends text as phrases are written: lower case, white space as one
// blank, typographic quotes as plain ones, and no blank between two ideographs,
// where a line end means nothing. No more than limit bytes are appended.
func fold[T string | []byte](dst []byte, text T, limit int) []byte {
	end := len(dst) + limit
	wide, gap := false, false
	for i := 0; i < len(text) && len(dst) < end; {
		if !gap { // most of a text is letters and signs of ASCII
			for most := min(len(text), i+end-len(dst)); i < most; i++ {
				c := lowers[text[i]]
				if c <= ' ' {
					break
				}
				dst, wide = append(dst, c), false
			}
			if i == len(text) || len(dst) == end {
				break
			}
		}
		c := text[i]
		if c < utf8.RuneSelf {
			i++
			if c <= ' ' || c == 0x7f {
				gap = true
				continue
			}
			if gap {
				dst, gap = append(dst, ' '), false
			}
			dst, wide = append(dst, lowers[c]), false
			continue
		}
		r, n := decodeRune(text, i)
		i += n
		switch r = plainRune(r); {
		case r == 0:
			continue
		case r == ' ':
			gap = true
			continue
		}
		if isWide := r >= 0x2e80; gap && !(wide && isWide) {
			dst = append(dst, ' ')
		}
		gap, wide = false, r >= 0x2e80
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// lowers folds the letters of ASCII. What is not to be seen, and what is not
// ASCII, is 0.
var lowers = func() (t [256]byte) {
	for c := range utf8.RuneSelf {
		switch {
		case c <= ' ' || c == 0x7f:
		case 'A' <= c && c <= 'Z':
			t[c] = byte(c) | 0x20
		default:
			t[c] = byte(c)
		}
	}
	return t
}()

// decodeRune is utf8.DecodeRune at a place in either kind of text.
func decodeRune[T string | []byte](text T, at int) (rune, int) {
	var b [utf8.UTFMax]byte
	n := copy(b[:], text[at:min(len(text), at+utf8.UTFMax)])
	return utf8.DecodeRune(b[:n])
}

// plainRune folds one character that is not ASCII; 0 leaves it out.
func plainRune(r rune) rune {
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
