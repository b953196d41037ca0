package fingerprint

import (
	"encoding/binary"

	"github.com/zeebo/xxh3"
)

// ID is the short name of a campaign: 12 letters and digits, of which any
// unique beginning will do, as with a commit. It is computed from the
// campaign's first Print and then kept from scan to scan while the campaign
// goes on, so it cannot be computed again from a later Print.
type ID string

// idLen is how many base58 digits an ID has: 70 bits, so that a million
// campaigns meet by chance once in two billion spools.
const idLen = 12

// Without 0, O, I and l, which people mistake for one another when they type.
const idDigits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// ID names the campaign that the fingerprint selects.
func (p Print) ID() ID { return idOf(p.append(make([]byte, 0, 160))) }

func idOf(b []byte) ID {
	sum := xxh3.Hash128(b).Bytes()
	hi, lo := binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:])
	var id [idLen]byte
	for i := range idLen / 2 {
		id[i], hi = idDigits[hi%58], hi/58
		id[idLen/2+i], lo = idDigits[lo%58], lo/58
	}
	return ID(id[:])
}

// ValidID tells whether a string can be an ID or the beginning of one.
func ValidID(s string) bool {
	if s == "" || len(s) > idLen {
		return false
	}
	for i := range len(s) {
		if !isIDDigit(s[i]) {
			return false
		}
	}
	return true
}

func isIDDigit(c byte) bool {
	switch {
	case c == '0' || c == 'O' || c == 'I' || c == 'l':
		return false
	}
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
