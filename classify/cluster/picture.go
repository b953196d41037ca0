package cluster

import (
	"slices"

	"qclean/classify/fingerprint"
)

// Picture mail is grouped by its pictures and attachments before its text is
// looked at: under a stock line all of it would be one. What has no like goes
// on to the text, and is weak there.
const (
	pictureWords = 80 // a longer text speaks for itself
	lookMost     = 16 // pictures compared for each part of the hash
)

// album is the picture mail of a class in groups.
type album struct {
	set    *Set
	docs   []doc
	groups [][]int32
	looks  []uint64 // of the first doc of each group, 0 without one
	files  map[uint32]int
	near   map[uint32][]int // part of a look, with the part's number, to groups
	places map[uint64]int   // link host and shape of the picture
}

// pictures takes the picture mail that has its like out of docs: the rest is
// in the same place, in the same order.
func pictures(s *Set, docs []doc) (groups [][]doc, rest []doc) {
	a := &album{set: s, docs: docs, files: map[uint32]int{}, near: map[uint32][]int{}, places: map[uint64]int{}}
	for d := range docs {
		if docs[d].pictured {
			a.add(int32(d))
		}
	}
	taken := map[int32]bool{}
	for _, g := range a.groups {
		if len(g) < 2 {
			continue
		}
		members := make([]doc, len(g))
		for i, d := range g {
			members[i], taken[d] = docs[d], true
		}
		groups = append(groups, members)
	}
	rest = docs[:0]
	for d := range docs {
		if !taken[int32(d)] {
			rest = append(rest, docs[d])
		}
	}
	return groups, rest
}

// words is about how many words a text has.
func (s *Set) words(i int32) int { return int(s.items[i].hashes) << s.items[i].level / 2 }

// has tells whether a message has a medium of one of the kinds.
func (s *Set) has(i int32, kinds ...fingerprint.MediaKind) bool {
	for _, m := range s.media(i) {
		if slices.Contains(kinds, fingerprint.Media(m).Kind()) {
			return true
		}
	}
	return false
}

// add puts a doc to the group that has its file, a picture that looks the
// same, or, where it is not known how they look, one of the same shape that
// leads to the same place.
func (a *album) add(d int32) {
	look := a.set.look(a.docs[d].item)
	var files, hosts []uint32
	var shape uint32
	for _, v := range a.set.media(a.docs[d].item) {
		switch fingerprint.Media(v).Kind() {
		case fingerprint.File:
			files = append(files, v)
		case fingerprint.Shape:
			shape = v
		case fingerprint.Host:
			hosts = append(hosts, v)
		}
	}
	g := a.find(files, look, shape, hosts)
	if g < 0 {
		g = len(a.groups)
		a.groups, a.looks = append(a.groups, nil), append(a.looks, look)
		for p := range parts(look) {
			if look != 0 && len(a.near[p]) < lookMost {
				a.near[p] = append(a.near[p], g)
			}
		}
	}
	a.groups[g] = append(a.groups[g], d)
	for _, f := range files {
		if _, ok := a.files[f]; !ok {
			a.files[f] = g
		}
	}
	for _, h := range hosts {
		if shape != 0 {
			a.places[uint64(h)<<32|uint64(shape)] = g
		}
	}
}

func (a *album) find(files []uint32, look uint64, shape uint32, hosts []uint32) int {
	for _, f := range files {
		if g, ok := a.files[f]; ok {
			return g
		}
	}
	for p := range parts(look) {
		for _, g := range a.near[p] {
			if fingerprint.LooksLike(a.looks[g], look) {
				return g
			}
		}
	}
	for _, h := range hosts {
		if g, ok := a.places[uint64(h)<<32|uint64(shape)]; ok && shape != 0 && (look == 0 || a.looks[g] == 0) {
			return g
		}
	}
	return -1
}

// parts cuts a look in four, of which one is often untouched.
func parts(look uint64) func(func(uint32) bool) {
	return func(yield func(uint32) bool) {
		for i := range uint32(4) {
			if !yield(i<<16 | uint32(look>>(i*15))&0x7fff) {
				return
			}
		}
	}
}

// look puts the parts of a picture's look together, 0 without one.
func (s *Set) look(i int32) uint64 {
	var media [fingerprint.MaxMedia]fingerprint.Media
	n := 0
	for _, m := range s.media(i) {
		media[n] = fingerprint.Media(m)
		n++
	}
	return fingerprint.LookOf(media[:n])
}
