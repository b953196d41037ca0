package letter

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// appendUTF7 decodes UTF-7 (RFC 2152), which browsers gave up and spam did
// not: "+" starts base64 of UTF-16, "-" or any other character ends it, and
// "+-" is a plus.
func appendUTF7(dst, src []byte) []byte {
	for len(src) > 0 {
		i := bytes.IndexByte(src, '+')
		if i < 0 {
			return appendValid(dst, src)
		}
		dst = appendValid(dst, src[:i])
		src = src[i+1:]
		if len(src) > 0 && src[0] == '-' {
			dst, src = append(dst, '+'), src[1:]
			continue
		}
		dst, src = shifted(dst, src)
	}
	return dst
}

// shifted decodes one run of base64 and gives back what follows it. Bits that
// fill no character are dropped.
func shifted(dst, src []byte) ([]byte, []byte) {
	var acc uint32
	var bits uint
	var high rune // first half of a surrogate pair
	for i, c := range src {
		v := base64Values[c]
		if v >= 64 {
			if c == '-' {
				i++
			}
			return lone(dst, high), src[i:]
		}
		acc = acc<<6 | uint32(v)
		if bits += 6; bits < 16 {
			continue
		}
		bits -= 16
		unit := rune(acc>>bits) & 0xffff
		switch {
		case high != 0 && utf16.IsSurrogate(unit) && unit >= 0xdc00:
			dst, high = utf8.AppendRune(dst, utf16.DecodeRune(high, unit)), 0
		case utf16.IsSurrogate(unit) && unit < 0xdc00:
			dst, high = lone(dst, high), unit
		default:
			dst, high = utf8.AppendRune(lone(dst, high), unit), 0
		}
	}
	return lone(dst, high), nil
}

// lone marks the first half of a pair whose second never came.
func lone(dst []byte, high rune) []byte {
	if high == 0 {
		return dst
	}
	return utf8.AppendRune(dst, utf8.RuneError)
}
