package fingerprint

import (
	"math/bits"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"

	"qclean/scan/letter"
)

// Media is a feature that is not text: 29 bits of hash above 3 of MediaKind.
type Media uint32

// MediaKind is what a Media is the hash of.
type MediaKind uint8

// The kinds of Media. Looks were 1 and 2 while they turned with every dot.
const (
	File   MediaKind = 0 // the bytes of an attachment or picture
	Shape  MediaKind = 3 // type, width and height of a picture
	Host   MediaKind = 4 // registered domain of a link
	Origin MediaKind = 5 // says only that the shingles are of the message that a report returns
	Look   MediaKind = 6 // upper bits of a picture's perceptual hash, not hashed again
	LookTo MediaKind = 7 // and the next
)

// mediaShare is how many of each kind a message keeps, MaxMedia together.
var mediaShare = [...]int{File: 2, Look: 1, LookTo: 1, Shape: 1, Host: 2}

// Kind tells what it is the hash of.
func (m Media) Kind() MediaKind { return MediaKind(m & 7) }

// Bits are the 29 bits of hash.
func (m Media) Bits() uint32 { return uint32(m >> 3) }

func newMedia(k MediaKind, hash uint64) Media { return Media(hash^hash>>32)<<3 | Media(k) }

// LookOf puts the two parts of a look together, 0 when there is none.
func LookOf(media []Media) (look uint64) {
	for _, m := range media {
		switch m.Kind() {
		case Look:
			look |= uint64(m.Bits()) << 29
		case LookTo:
			look |= uint64(m.Bits())
		}
	}
	return look
}

// LooksLike tells whether two looks, of which neither is 0, are of one picture:
// dots, another codec or size turn a bit or two.
func LooksLike(a, b uint64) bool {
	return a != 0 && b != 0 && bits.OnesCount64(a^b) <= lookNear
}

// lookNear is how many of a look's bits may differ. Of 200 pictures that have
// nothing to do with one another the nearest differ in six.
const lookNear = 4

// Bounds of what counts as a picture or attachment that says something: a
// company's logo below its signature says nothing.
const (
	leastArea  = 20_000 // pixels
	leastBytes = 1 << 10
	leastLook  = 8       // bits of a look: an almost empty picture looks like any other
	mostArea   = 1 << 20 // of a picture that is decoded
	mostBytes  = 256 << 10
	// A message with more shingles is told by its text, and its picture is not
	// decoded, which costs a hundred times as much.
	fewShingles = 160
)

// appendMedia takes the first files, the first picture and the first link
// hosts of a message, sorted, without repeats.
func (s *Sketcher) appendMedia(dst []Media, m *letter.Message, shingles int) []Media {
	var left = mediaShare
	put := func(f Media) bool {
		k := f.Kind()
		if left[k] == 0 || slices.Contains(dst, f) {
			return false
		}
		dst = append(dst, f)
		left[k]--
		return true
	}
	for i := range m.Parts {
		p := &m.Parts[i]
		if !isFile(p) {
			continue
		}
		put(newMedia(File, mix(p.Hash^keyAttach, keyWhole)))
		if p.Width <= 0 || p.Height <= 0 {
			continue
		}
		first := put(newMedia(Shape, mix(xxh3.HashString(p.Type)^uint64(p.Width)<<32^uint64(p.Height), keyAttach)))
		if first && shingles < fewShingles && m.Defects&letter.Cut == 0 {
			if look, ok := s.looks.of(p); ok && bits.OnesCount64(look) >= leastLook {
				put(Media(look>>35)<<3 | Media(Look))
				put(Media(look>>6)<<3 | Media(LookTo))
			}
		}
	}
	for i := range m.Links {
		if d := m.Links[i].Domain; d != "" && left[Host] > 0 {
			put(newMedia(Host, xxh3.HashString(d)))
		}
	}
	slices.Sort(dst)
	return dst
}

// isFile is true of what is sent for its own sake: not of the texts, and not
// of what differs in every message by its nature, such as signatures.
func isFile(p *letter.Part) bool {
	if len(p.Body) < leastBytes || p.Width > 0 && p.Width*p.Height < leastArea {
		return false
	}
	kind, sub, _ := strings.Cut(p.Type, "/")
	switch kind {
	case "image", "audio", "video", "model":
		return true
	case "application":
		return !strings.Contains(sub, "signature") && sub != "pgp-encrypted"
	case "message", "multipart":
		return false
	}
	return p.Attachment && sub != "calendar"
}

// looks remembers what pictures look like: a flood brings few, many times.
type looks struct {
	known map[uint64]look
}

type look struct {
	hash uint64
	ok   bool
}

const mostLooks = 1024

func (l *looks) of(p *letter.Part) (uint64, bool) {
	if len(p.Body) > mostBytes || p.Width > mostArea/p.Height {
		return 0, false
	}
	if k, ok := l.known[p.Hash]; ok {
		return k.hash, k.ok
	}
	if l.known == nil || len(l.known) >= mostLooks {
		l.known = map[uint64]look{}
	}
	var k look
	k.hash, k.ok = p.Perceptual()
	l.known[p.Hash] = k
	return k.hash, k.ok
}
