package cluster

import (
	"cmp"
	"slices"

	"qclean/classify/fingerprint"
)

// albumStrong: a group of picture mail is strong when one file, or one look,
// is in one of so many of its members.
const albumStrong = 4

// albumGroup is a group of picture mail. It is weak when its members are not
// held together by a file or a look, but by where they lead only.
func albumGroup(s *Set, docs []doc, order []int32) Group {
	g := Group{Class: s.items[docs[0].item].class, Coherence: 1}
	for _, d := range docs {
		g.Members = append(g.Members, order[d.from:d.to]...)
	}
	slices.Sort(g.Members)
	files, most := commonFiles(s, docs)
	look, alike := commonLook(s, docs)
	if look != 0 && (alike >= most || len(files) == 0) {
		g.Print = fingerprint.FromLook(g.Class, look)
	} else {
		g.Print = fingerprint.FromMedia(g.Class, files)
	}
	if albumStrong*max(most, alike) < len(g.Members) {
		g.Weak = "pictures that differ, of one shape and leading to one place"
	}
	return g
}

// commonFiles are the files of the members, the one that most have first, and
// how many have that.
func commonFiles(s *Set, docs []doc) (files []fingerprint.Media, most int) {
	count := map[fingerprint.Media]int{}
	for _, d := range docs {
		for _, m := range s.media(d.item) {
			if f := fingerprint.Media(m); f.Kind() == fingerprint.File {
				count[f] += int(d.to - d.from)
				most = max(most, count[f])
			}
		}
	}
	for f := range count {
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b fingerprint.Media) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	return files, most
}

// commonLook is the look that most members have, and how many look like it.
// Bit by bit, since a copy's own look may have turned bits of its own.
func commonLook(s *Set, docs []doc) (look uint64, alike int) {
	count := map[uint64]int{}
	for _, d := range docs {
		count[s.look(d.item)] += int(d.to - d.from)
	}
	delete(count, 0)
	var first uint64
	for l, n := range count {
		if n > count[first] || n == count[first] && l < first {
			first = l
		}
	}
	var ones [64]int
	for l, n := range count {
		if !fingerprint.LooksLike(first, l) {
			continue
		}
		alike += n
		for b := range ones {
			ones[b] += n * int(l>>b&1)
		}
	}
	for b, n := range ones {
		if 2*n > alike {
			look |= 1 << b
		}
	}
	return look, alike
}
