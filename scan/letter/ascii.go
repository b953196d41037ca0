package letter

import "encoding/binary"

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

// plain reports whether b is pure ASCII, eight bytes at a time.
func plain(b []byte) bool {
	for len(b) >= 8 {
		if binary.LittleEndian.Uint64(b)&0x8080808080808080 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
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
