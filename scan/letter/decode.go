package letter

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// skipChar and padChar are no values of base64's alphabet (RFC 2045 section 6.8).
const (
	skipChar = 0x80 // white space: without meaning
	padChar  = 0x81
	badChar  = 0x82
)

// base64Values gives each byte its value in the alphabet, or one of the above.
var base64Values = func() (t [256]byte) {
	for i := range t {
		t[i] = badChar
	}
	for i := range 64 {
		t["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[i]] = byte(i)
	}
	for _, c := range " \t\r\n\v\f" {
		t[c] = skipChar
	}
	t['='] = padChar
	return t
}()

// unbase64 appends what can be decoded of src, at most limit bytes of it. It
// reports false where src is not clean: bytes outside of the alphabet (which
// are passed over, RFC 2045 section 6.8), a last group that is not whole.
// Padding ends a group and not the text: many a spammer glues pieces together.
func unbase64(dst, src []byte, limit int) ([]byte, bool) {
	limit += len(dst)
	clean := true
	t := &base64Values
	var acc uint32
	n := 0
	for i := 0; i < len(src) && len(dst) < limit; {
		if n == 0 {
			var used int
			dst, used = groups64(dst, src[i:], limit)
			if i += used; i >= len(src) || len(dst) >= limit {
				break
			}
		}
		switch v := t[src[i]]; v {
		case skipChar:
		case badChar:
			clean = false
		case padChar:
			dst, clean = flush64(dst, acc, n, clean)
			n = 0
		default:
			acc = acc<<6 | uint32(v)
			if n++; n == 4 {
				dst = append(dst, byte(acc>>16), byte(acc>>8), byte(acc))
				n = 0
			}
		}
		i++
	}
	if n > 0 {
		dst, _ = flush64(dst, acc, n, clean)
		clean = false
	}
	return dst[:min(len(dst), limit)], clean
}

// groups64 appends what whole groups of four characters say, up to the first
// byte that is not in the alphabet, and says how much of src that was. It may
// pass the limit by two bytes. Two groups at a time are decoded into room that
// was made once: append would ask at each byte.
func groups64(dst, src []byte, limit int) ([]byte, int) {
	most := min(len(src)/4, (limit-len(dst)+2)/3)
	dst = slices.Grow(dst, most*3+2)
	out := dst[len(dst):cap(dst)]
	t := &base64Values
	done := 0
	for ; done+2 <= most; done += 2 {
		s := src[:8:8]
		a, b, c, d := t[s[0]], t[s[1]], t[s[2]], t[s[3]]
		e, f, g, h := t[s[4]], t[s[5]], t[s[6]], t[s[7]]
		if (a|b|c|d|e|f|g|h)&0x80 != 0 {
			break
		}
		first, second := uint64(a)<<18|uint64(b)<<12|uint64(c)<<6|uint64(d), uint64(e)<<18|uint64(f)<<12|uint64(g)<<6|uint64(h)
		binary.BigEndian.PutUint64(out, first<<40|second<<16)
		src, out = src[8:], out[6:]
	}
	if done < most {
		if a, b, c, d := t[src[0]], t[src[1]], t[src[2]], t[src[3]]; (a|b|c|d)&0x80 == 0 {
			binary.BigEndian.PutUint32(out, uint32(a)<<26|uint32(b)<<20|uint32(c)<<14|uint32(d)<<8)
			done++
		}
	}
	return dst[:len(dst)+done*3], done * 4
}

// flush64 appends the bytes of a group of n characters, less than four.
func flush64(dst []byte, acc uint32, n int, clean bool) ([]byte, bool) {
	switch n {
	case 1:
		return dst, false
	case 2:
		return append(dst, byte(acc>>4)), clean
	case 3:
		return append(dst, byte(acc>>10), byte(acc>>2)), clean
	}
	return dst, clean // a second "=" after the first
}

// unquote appends src with quoted-printable taken off (RFC 2045 section 6.7),
// at most limit bytes. It reports false where an "=" starts neither a byte nor
// a soft line break; such a one stays as it is. White space at the end of a
// line stays as well: nobody sees it.
func unquote(dst, src []byte, limit int) ([]byte, bool) {
	most := len(dst) + limit
	dst = slices.Grow(dst, len(src))
	clean := true
	for len(dst) < most {
		if len(src) == 0 || src[0] != '=' { // in most languages one follows another
			i := bytes.IndexByte(src, '=')
			if i < 0 {
				dst = append(dst, src...)
				break
			}
			dst, src = append(dst, src[:i]...), src[i:]
		}
		if len(src) >= 3 {
			if hi, lo := hexValues[src[1]], hexValues[src[2]]; (hi|lo)&0x80 == 0 {
				dst = append(dst, hi<<4|lo)
				src = src[3:]
				continue
			}
		}
		src = src[1:]
		if n := softBreak(src); n >= 0 {
			src = src[n:]
			continue
		}
		dst = append(dst, '=')
		clean = false
	}
	return dst[:min(len(dst), most)], clean
}

// softBreak is the length of the line end, with the blanks that a relay may
// have put in front, at the start of src; -1 when there is none. An "=" as
// the very last byte is a line break that was cut off.
func softBreak(src []byte) int {
	for i, c := range src {
		switch {
		case c == '\n':
			return i + 1
		case c == '\r':
			if i+1 < len(src) && src[i+1] == '\n' {
				return i + 2
			}
			return i + 1
		case !blank(c) || i >= maxPadding:
			return -1
		}
	}
	return len(src)
}

// maxPadding bounds the blanks between "=" and the end of its line: each "="
// looks this far, so it must not be far.
const maxPadding = 80

// hexValues is hex for the loop of unquote: 0x80 marks what is no digit.
var hexValues = func() (t [256]byte) {
	for i := range t {
		t[i] = 0x80
		if v := hex(byte(i)); v >= 0 {
			t[i] = byte(v)
		}
	}
	return t
}()
