package fingerprint

import (
	"math/bits"
	"slices"
)

// MaxPrint is how many hashes a text's fingerprint holds.
const MaxPrint = 24

// groupNeed is how many of m hashes of a campaign's core a message must show.
// Five of 24 leave room for a copy of which a third is left and half of that
// disguised; the hashes are chosen so that other mail shows next to none, and
// they must not be of one phrase, see Print.words. Where there are few, that
// says little, and more of them must be there.
func groupNeed(m int) int {
	if m < fewHashes {
		return min(m, 4)
	}
	return max(3, (m*6+MaxPrint-1)/MaxPrint-1)
}

const fewHashes = 12

// messageNeed is the same when it is not known what varies, nor what other
// mail says as well.
func messageNeed(m int) int { return min(m, max(groupNeed(m)+1, (m*10+MaxPrint-1)/MaxPrint)) }

// FromCore makes the fingerprint of a campaign from the shingles that its
// members share. Those show at least so much of them, which may raise how many
// it asks for: a campaign that changes little need not match what has a few
// stock phrases of it.
func FromCore(c Class, core []uint32, least float64) Print {
	return ofText(c, core, func(m int) int {
		return max(groupNeed(m), min(int(surely*least*float64(m)), messageNeed(m)-1)-1)
	})
}

// FromHandful makes the fingerprint of a campaign of which there are too few
// copies to tell what varies. It asks for as much as that of one message.
func FromHandful(c Class, core []uint32) Print { return ofText(c, core, messageNeed) }

// surely is how much of what every copy shows is asked for: tomorrow's may
// show less.
const surely = 0.5

// FromMessage makes a provisional fingerprint from one message. Below
// MinShingles it takes pictures and attachments, and without those the whole.
func FromMessage(f *Features) Print {
	if len(f.Shingles) >= MinShingles {
		return ofText(f.Class, f.Shingles, messageNeed)
	}
	return FromFew(f.Class, f.Exact, f.Media)
}

// FromSketch is FromMessage from the sample that was kept, the hashes in order.
func FromSketch(c Class, hashes []uint32) Print {
	first := make([]uint64, 0, min(len(hashes), MaxPrint))
	for _, h := range hashes {
		if n := len(first); n < cap(first) && (n == 0 || first[n-1] != textHash(h)) {
			first = append(first, textHash(h))
		}
	}
	return Print{Class: c, Kind: OfText, Need: messageNeed(len(first)), Hashes: first}
}

// FromFew makes the fingerprint of what has next to no text: of its picture or
// files, or of the whole when it has none.
func FromFew(c Class, exact uint64, media []Media) Print {
	if look := LookOf(media); look != 0 {
		return FromLook(c, look)
	}
	if p := FromMedia(c, media); len(p.Hashes) > 0 {
		return p
	}
	return Print{Class: c, Kind: OfWhole, Need: 1, Hashes: []uint64{exact}}
}

// FromLook makes the fingerprint of a picture that is sent with changes.
func FromLook(c Class, look uint64) Print {
	return Print{Class: c, Kind: OfLook, Need: 1, Hashes: []uint64{look}}
}

// FromMedia makes the fingerprint of attachments: any of the files, of which
// the first few are taken, is enough.
func FromMedia(c Class, media []Media) Print {
	p := Print{Class: c, Kind: OfMedia, Need: 1}
	for _, m := range media {
		if m.Kind() == File && len(p.Hashes) < printKinds[OfMedia].most && !slices.Contains(p.Hashes, uint64(m)) {
			p.Hashes = append(p.Hashes, uint64(m))
		}
	}
	slices.Sort(p.Hashes)
	return p
}

// ofText takes the smallest hashes: which ones those are does not depend on
// the order of words, nor on what else the text holds.
func ofText(c Class, shingles []uint32, need func(int) int) Print {
	hashes := make([]uint64, len(shingles))
	for i, h := range shingles {
		hashes[i] = textHash(h)
	}
	slices.Sort(hashes)
	hashes = slices.Compact(hashes)
	hashes = slices.Clone(hashes[:min(len(hashes), MaxPrint)])
	return Print{Class: c, Kind: OfText, Need: need(len(hashes)), Hashes: hashes}
}

// textHash is the part of a shingle's hash that a fingerprint keeps. The lower
// bits are those that choose the sample, zero in much of a core.
func textHash(h uint32) uint64 { return uint64(h >> 8) }

// Match counts the hashes that a message shows among all that it has, so that
// padding hides nothing, and tells whether they are enough.
func (p Print) Match(f *Features) (hits int, ok bool) {
	if p.Class != f.Class {
		return 0, false
	}
	var found uint32
	var cover cover
	look := func(h uint64) {
		if i, ok := slices.BinarySearch(p.Hashes, h); ok {
			found |= 1 << i
		}
	}
	switch p.Kind {
	case OfText:
		for i, h := range f.Shingles {
			before := found
			if look(textHash(h)); found != before {
				cover.add(i)
			}
		}
	case OfMedia:
		for _, m := range f.Media {
			look(uint64(m))
		}
	case OfLook:
		has := LookOf(f.Media)
		for i, h := range p.Hashes {
			if LooksLike(h, has) {
				found |= 1 << i
			}
		}
	case OfWhole:
		look(f.Exact)
	}
	hits = bits.OnesCount32(found)
	return hits, hits >= p.Need && cover.words >= p.words()
}

// Matcher holds messages against many fingerprints at once. One goroutine
// uses it at a time.
type Matcher struct {
	prints []Print
	at     map[target][]place
	maybe  [1 << 10]uint64 // a bit for each textHash modulo 2^16, to save most look-ups
	looks  []place         // with looks, which need not be equal
	found  []uint32        // by print, which of its hashes were seen
	covers []cover         // by print, the words that they stand in
	seen   []int           // prints with a bit in found
}

type target struct {
	class Class
	kind  PrintKind
	hash  uint64
}

type place struct {
	print int
	bit   uint32
}

// NewMatcher makes ready to match.
func NewMatcher(prints []Print) *Matcher {
	m := &Matcher{prints: prints, at: map[target][]place{}, found: make([]uint32, len(prints)), covers: make([]cover, len(prints))}
	for i, p := range prints {
		for j, h := range p.Hashes {
			if p.Kind == OfLook {
				m.looks = append(m.looks, place{i, 1 << j})
				continue
			}
			t := target{p.Class, p.Kind, h}
			m.at[t] = append(m.at[t], place{i, 1 << j})
			m.maybe[h>>6&1023] |= 1 << (h & 63)
		}
	}
	return m
}

// Match gives the indexes of the fingerprints that the message matches, ascending.
func (m *Matcher) Match(f *Features) []int {
	for _, i := range m.seen {
		m.found[i], m.covers[i] = 0, cover{}
	}
	m.seen = m.seen[:0]
	for i, h := range f.Shingles {
		m.look(f.Class, OfText, textHash(h), i)
	}
	for _, h := range f.Media {
		m.look(f.Class, OfMedia, uint64(h), 0)
	}
	m.nearLooks(f)
	m.look(f.Class, OfWhole, f.Exact, 0)
	var out []int
	for _, i := range m.seen {
		if p := &m.prints[i]; bits.OnesCount32(m.found[i]) >= p.Need && m.covers[i].words >= p.words() {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return out
}

// look finds the prints with a hash, which is that of the message's i-th shingle
// when it is of its text.
func (m *Matcher) look(c Class, k PrintKind, h uint64, i int) {
	if m.maybe[h>>6&1023]>>(h&63)&1 == 0 {
		return
	}
	for _, p := range m.at[target{c, k, h}] {
		m.hit(p, i)
	}
}

func (m *Matcher) nearLooks(f *Features) {
	if len(m.looks) == 0 {
		return
	}
	has := LookOf(f.Media)
	for _, at := range m.looks {
		p := &m.prints[at.print]
		if p.Class == f.Class && LooksLike(has, p.Hashes[bits.TrailingZeros32(at.bit)]) {
			m.hit(at, 0)
		}
	}
}

func (m *Matcher) hit(p place, i int) {
	if m.found[p.print] == 0 {
		m.seen = append(m.seen, p.print)
	}
	if m.found[p.print]&p.bit == 0 {
		m.covers[p.print].add(i)
		m.found[p.print] |= p.bit
	}
}
