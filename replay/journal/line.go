package journal

import (
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
)

// numbered is a line with what guards it.
type numbered struct {
	Line
	syncs, number uint64
}

// parseLine reads one line without its line end.
func parseLine(text string) (numbered, error) {
	if len(text) < sumLen+1 || text[sumLen] != ' ' {
		return numbered{}, fmt.Errorf("no checksum")
	}
	sum, rest := text[:sumLen], text[sumLen+1:]
	var want [sumLen]byte
	putSum(want[:], crc32.Checksum([]byte(rest), crcTable))
	if sum != string(want[:]) {
		return numbered{}, fmt.Errorf("checksum %q, computed %s", sum, want[:])
	}
	count, rest, _ := strings.Cut(rest, " ")
	syncs, number, _ := strings.Cut(count, ".")
	var n numbered
	var err error
	if n.syncs, err = parseCount(syncs); err != nil {
		return numbered{}, err
	}
	if n.number, err = parseCount(number); err != nil {
		return numbered{}, err
	}
	n.Line, err = parseRecord(rest)
	return n, err
}

// putSum writes a checksum as hexadecimal digits.
func putSum(dst []byte, sum uint32) {
	for i := range sumLen {
		dst[i] = hexDigits[sum>>(28-4*i)&15]
	}
}

// parseCount takes only the one form that a Writer gives a number.
func parseCount(s string) (uint64, error) {
	v, err := strconv.ParseUint(s, 10, 64)
	if err != nil || strconv.FormatUint(v, 10) != s {
		return 0, fmt.Errorf("count %q", s)
	}
	return v, nil
}

func parseRecord(text string) (Line, error) {
	kind, rest, more := strings.Cut(text, " ")
	if !isKind(kind) {
		return Line{}, fmt.Errorf("kind %q", kind)
	}
	l := Line{Kind: kind}
	if !more {
		return l, nil
	}
	n := strings.Count(rest, " ") + 1
	if n > maxArgs {
		return Line{}, fmt.Errorf("%d arguments", n)
	}
	l.Args = make([]string, 0, n)
	for more {
		var arg string
		arg, rest, more = strings.Cut(rest, " ")
		if arg == "" {
			return Line{}, fmt.Errorf("empty argument")
		}
		value, err := unescape(arg)
		if err != nil {
			return Line{}, err
		}
		l.Args = append(l.Args, value)
	}
	return l, nil
}

func isKind(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 'a' || c > 'z' {
			return false
		}
	}
	return s != ""
}
