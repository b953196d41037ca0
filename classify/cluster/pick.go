package cluster

import "qclean/classify/fingerprint"

// Pick makes a set of some of the sketches, in that order. The two share memory.
func (s *Set) Pick(items []int32) *Set {
	out := &Set{Room: s.Room, items: make([]item, len(items)), blocks: s.blocks}
	for i, at := range items {
		out.items[i] = s.items[at]
	}
	return out
}

// Sketch gives sketch i back. Its hashes are the set's and must not be changed.
func (s *Set) Sketch(i int) fingerprint.Sketch {
	it := &s.items[i]
	k := fingerprint.Sketch{Class: it.class, Level: it.level, Exact: s.exact(int32(i))}
	if it.hashes > 0 {
		k.Hashes = s.hashes(int32(i))
	}
	for _, m := range s.media(int32(i)) {
		k.Media = append(k.Media, fingerprint.Media(m))
	}
	return k
}

// Tells whether sketch i has anything to find its like by.
func (s *Set) Tells(i int) bool {
	it := &s.items[i]
	return it.hashes > 0 || it.media > 0 || s.exact(int32(i)) != 0
}

// Pictured tells whether sketch i is of picture mail, which is grouped by its
// pictures before its text is looked at.
func (s *Set) Pictured(i int) bool {
	return s.has(int32(i), fingerprint.File, fingerprint.Shape) && s.words(int32(i)) < pictureWords
}
