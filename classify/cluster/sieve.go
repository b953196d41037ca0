package cluster

import "qclean/classify/fingerprint"

// sieve leaves out features, scrambled, of which it has let two through. It has
// but a small memory, one place for the many that share their upper bits, so
// that some come through again and again; but those that most messages of a
// flood have, and that is nearly all there is to count, do not.
type sieve struct {
	seen [1 << sieveBits]uint32 // the bits of the last one that do not make its place, then sievedOnce or sievedTwice; 0 is free
	kept [fingerprint.MaxHashes]uint32
}

const (
	sieveBits   = 16 // 256 KiB: it stays in the processor's second cache
	sievedOnce  = 1
	sievedTwice = 3
)

// sift gives, scrambled and until it is asked again, the features of one doc
// that are to be counted.
func (s *sieve) sift(key scramble, hashes []uint32) []uint32 {
	n := 0
	for _, h := range hashes {
		x := key.of(h)
		at := &s.seen[x>>(32-sieveBits)]
		switch rest := x << sieveBits; *at ^ rest {
		case sievedTwice:
			continue
		case sievedOnce:
			*at = rest | sievedTwice
		default:
			*at = rest | sievedOnce
		}
		s.kept[n] = x
		n++
	}
	return s.kept[:n]
}

// clear makes it forget all.
func (s *sieve) clear() { clear(s.seen[:]) }
