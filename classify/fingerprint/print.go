package fingerprint

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Print is the portable fingerprint: it selects the same campaign on another
// host, tomorrow, without any state.
//
//	qf1-<class>-<kind><k>of<m>-<base64url>
//
// "qf1-mail-5of24-…" holds 24 hashes of 24 bits, in 96 letters, and selects
// the messages of class mail that have 5 of them among all their shingles, in
// 12 words at least, so that they are not of one stock phrase; see words.
// With "m" before the numbers the hashes are of attachments; with "l" they are
// looks of pictures, of which a few bits may differ; with "x" there is one, of
// 64 bits, of the whole folded message.
type Print struct {
	Class  Class
	Kind   PrintKind
	Need   int      // how many of Hashes a message must show
	Hashes []uint64 // sorted, no repeats
}

// PrintKind is what the hashes of a Print are of.
type PrintKind uint8

// The kinds of Print.
const (
	OfText  PrintKind = iota // shingles, the upper 24 bits of each
	OfMedia                  // Media, 32 bits each
	OfWhole                  // Features.Exact
	OfLook                   // LookOf a picture
)

var printKinds = [...]struct {
	letter string
	bytes  int // of a hash
	most   int // hashes
}{OfText: {"", 3, 32}, OfMedia: {"m", 4, 8}, OfWhole: {"x", 8, 1}, OfLook: {"l", 8, 4}}

// version is that of the format.
const version = "qf1"

// String gives the portable form.
func (p Print) String() string { return string(p.append(nil)) }

func (p Print) append(b []byte) []byte {
	kind := printKinds[p.Kind]
	b = append(b, version+"-"...)
	b = append(b, p.Class.String()...)
	b = append(b, "-"+kind.letter...)
	b = strconv.AppendInt(b, int64(p.Need), 10)
	b = append(b, "of"...)
	b = strconv.AppendInt(b, int64(len(p.Hashes)), 10)
	b = append(b, '-')
	raw := make([]byte, 0, 3*MaxPrint)
	for _, h := range p.Hashes {
		for shift := 8 * (kind.bytes - 1); shift >= 0; shift -= 8 {
			raw = append(raw, byte(h>>shift))
		}
	}
	return base64.RawURLEncoding.AppendEncode(b, raw)
}

// Provisional tells whether the fingerprint was made from a single message or a
// handful, of which nobody knows yet what varies. It asks for more matches.
func (p Print) Provisional() bool {
	return p.Kind == OfText && p.Need > groupNeed(len(p.Hashes)) && p.Need >= messageNeed(len(p.Hashes))
}

// ParsePrint reads the portable form, and nothing that String would not write.
func ParsePrint(s string) (Print, error) {
	field := strings.SplitN(s, "-", 4)
	if len(field) != 4 || field[0] != version {
		return Print{}, fmt.Errorf("%w: it begins with %q", ErrPrint, version+"-")
	}
	class, err := ParseClass(field[1])
	if err != nil {
		return Print{}, err
	}
	p := Print{Class: class}
	count := 0
	if p.Kind, p.Need, count, err = parseCount(field[2]); err != nil {
		return Print{}, err
	}
	kind := printKinds[p.Kind]
	raw, err := base64.RawURLEncoding.Strict().DecodeString(field[3])
	if err != nil || len(raw) != count*kind.bytes {
		return Print{}, fmt.Errorf("%w: want %d hashes of %d bytes", ErrPrint, count, kind.bytes)
	}
	for ; len(raw) > 0; raw = raw[kind.bytes:] {
		h := uint64(0)
		for _, b := range raw[:kind.bytes] {
			h = h<<8 | uint64(b)
		}
		if n := len(p.Hashes); n > 0 && h <= p.Hashes[n-1] {
			return Print{}, fmt.Errorf("%w: hashes out of order", ErrPrint)
		}
		p.Hashes = append(p.Hashes, h)
	}
	if p.String() != s {
		return Print{}, fmt.Errorf("%w: not as qclean writes it", ErrPrint)
	}
	return p, nil
}

// parseCount reads "9of24", "m1of3", "l1of1" or "x1of1".
func parseCount(s string) (kind PrintKind, need, count int, err error) {
	digits := strings.TrimLeft(s, "mlx")
	letter := s[:len(s)-len(digits)]
	i := slices.IndexFunc(printKinds[:], func(k struct {
		letter string
		bytes  int
		most   int
	}) bool {
		return k.letter == letter
	})
	k, m, ok := strings.Cut(digits, "of")
	need, errNeed := strconv.Atoi(k)
	count, errCount := strconv.Atoi(m)
	if i < 0 || !ok || errNeed != nil || errCount != nil || need < 1 || need > count || count > printKinds[i].most {
		return 0, 0, 0, fmt.Errorf("%w: want how many of how many, not %q", ErrPrint, s)
	}
	return PrintKind(i), need, count, nil
}
