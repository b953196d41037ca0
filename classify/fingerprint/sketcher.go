package fingerprint

import (
	"slices"

	"qclean/scan/letter"
)

// Sketcher reads messages. One goroutine uses it at a time; it keeps its
// buffers from message to message and costs next to no allocation.
type Sketcher struct {
	folder   folder
	features Features
	scratch  []uint32
	few      []uint32
	hashes   []uint32 // block that sketches are cut from
	media    []Media
	last     Sketch
	sampled  bool // last is of the features, or of others with the same shingles
	looks    looks
	originals
}

// blockSize is how many hashes are allocated at a time, for some 80 sketches.
const blockSize = 4096

// New makes a Sketcher.
func New() *Sketcher { return &Sketcher{} }

// Features gives all that the message shows, valid until the next call.
//
// A report shows the message that it returns: what it says itself are the
// words of the mail server, the same in honest bounces and in a flood of them.
func (s *Sketcher) Features(m *letter.Message, c Class) *Features {
	s.take(m)
	origin := c == Report && s.foldOriginal(m)
	if !origin && s.folded != m {
		s.fold(m.Text)
	}
	f := &s.features
	f.Class, f.Shingles, f.Exact = c, s.folder.shingles, 0
	f.Media = s.appendMedia(f.Media[:0], m, len(f.Shingles))
	if origin {
		f.Media = append(f.Media[:min(len(f.Media), MaxMedia-1)], newMedia(Origin, 0))
		slices.Sort(f.Media)
	}
	if tooFew(f.Shingles) {
		f.Exact = s.exact(m)
	}
	return f
}

func (s *Sketcher) fold(text []byte) {
	s.folder.fold(text)
	s.folded, s.sampled = nil, false
}

// tooFew tells whether there are not MinShingles different ones.
func tooFew(shingles []uint32) bool {
	var seen [MinShingles]uint32
	n := 0
next:
	for _, h := range shingles {
		for _, s := range seen[:n] {
			if s == h {
				continue next
			}
		}
		seen[n] = h
		if n++; n == MinShingles {
			return false
		}
	}
	return true
}

// exact is the hash of a message with too little text to be sampled: its few
// words, its files, and the subject, which is then most of what it says.
// Elsewhere the subject counts for nothing, since it varies at no cost.
func (s *Sketcher) exact(m *letter.Message) uint64 {
	h := s.folder.whole()
	for _, f := range s.features.Media {
		if f.Kind() == File {
			h = mix(h^uint64(f), keyAttach)
		}
	}
	s.few = append(s.few[:0], s.features.Shingles...)
	s.features.Shingles = s.few
	s.fold([]byte(m.Subject()))
	return mix(h^keyLeft, s.folder.whole()^keyRight)
}

// Sketch gives the sample that is kept. It stays valid; its slices are cut
// from blocks that other sketches share, so clone one to keep it alone.
func (s *Sketcher) Sketch(m *letter.Message, c Class) Sketch {
	return s.Sample(s.Features(m, c))
}

// Forget lets the memory of the sketches that were given so far be used again.
func (s *Sketcher) Forget() { s.hashes, s.media = s.hashes[:0], s.media[:0] }

// Sample gives the sketch of a message whose features were read.
func (s *Sketcher) Sample(f *Features) Sketch {
	if !s.sampled || f != &s.features {
		s.last.Hashes, s.last.Level = s.sample(f.Shingles)
		s.sampled = f == &s.features
	}
	k := Sketch{Class: f.Class, Exact: f.Exact, Level: s.last.Level, Hashes: s.last.Hashes}
	if n := len(f.Media); n > 0 {
		if cap(s.media)-len(s.media) < n {
			s.media = make([]Media, 0, blockSize/8)
		}
		at := len(s.media)
		s.media = append(s.media, f.Media...)
		k.Media = s.media[at:len(s.media):len(s.media)]
	}
	return k
}

func (s *Sketcher) sample(shingles []uint32) (hashes []uint32, level uint8) {
	s.scratch, level = sample(s.scratch[:0], shingles)
	if cap(s.hashes)-len(s.hashes) < len(s.scratch) {
		s.hashes = make([]uint32, 0, blockSize)
	}
	at := len(s.hashes)
	s.hashes = append(s.hashes, s.scratch...)
	return s.hashes[at:len(s.hashes):len(s.hashes)], level
}
