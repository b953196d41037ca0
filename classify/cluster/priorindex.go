package cluster

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"qclean/classify/fingerprint"
)

// priorIndex finds the campaigns whose fingerprint a core shows.
//
// After a night in which little changed, thousands of messages that are alone
// ask for themselves, and reports by one program share most of their words. So
// it holds only so many hashes of a fingerprint, the rarest, that whoever shows
// enough of the fingerprint shows one of them; the others are then compared.
type priorIndex struct {
	prior   []Prior
	first   []int32      // by bucket, its first entry, counted from 1
	entries []priorEntry //
	looks   []int32      // those of a picture, which need not be equal
	odd     uint64       // what hashes are multiplied by, by chance
}

// priorSearch asks the index for one group after another. Each goroutine needs
// one of its own.
type priorSearch struct {
	*priorIndex

	// Of the group asked for last.
	touched []int32 // campaigns that it may go on with,
	found   []int32 // by campaign, how many of its hashes the group has in its core
	hashes  []uint64
}

func (x *priorIndex) search() *priorSearch {
	return &priorSearch{priorIndex: x, found: make([]int32, len(x.prior))}
}

// priorEntry is a hash of a campaign's fingerprint.
type priorEntry struct {
	hash  uint64
	prior int32
	next  int32 // of the same bucket, counted from 1
}

func index(prior []Prior) *priorIndex {
	x := &priorIndex{prior: prior, odd: rand.Uint64() | 1}
	n := 0
	for i := range prior {
		n += len(prior[i].Print.Hashes)
	}
	buckets := 1
	for buckets < n {
		buckets *= 2
	}
	x.first = make([]int32, buckets)
	often := make([]int32, buckets)
	for i := range prior {
		for _, h := range prior[i].Print.Hashes {
			often[x.bucket(h)]++
		}
	}
	x.entries = make([]priorEntry, 0, n)
	var hashes []uint64
	for i := range prior {
		if prior[i].Print.Kind == fingerprint.OfLook {
			x.looks = append(x.looks, int32(i))
		} else {
			hashes = append(hashes[:0], prior[i].Print.Hashes...)
			x.add(int32(i), hashes, often)
		}
	}
	return x
}

// add puts the rarest hashes of a campaign into the index. It changes the order
// of all.
func (x *priorIndex) add(prior int32, all []uint64, often []int32) {
	slices.SortFunc(all, func(a, b uint64) int {
		return cmp.Or(cmp.Compare(often[x.bucket(a)], often[x.bucket(b)]), cmp.Compare(a, b))
	})
	for _, h := range all[:min(len(all), max(0, len(all)-x.need(int(prior))+1))] {
		b := x.bucket(h)
		x.entries = append(x.entries, priorEntry{h, prior, x.first[b]})
		x.first[b] = int32(len(x.entries))
	}
}

func (x *priorIndex) bucket(hash uint64) int { return int(hash*x.odd>>32) & (len(x.first) - 1) }

// find counts for each campaign that a group may go on with how many of its
// hashes the group has in its core.
func (x *priorSearch) find(s *Set, g *Group) {
	for _, p := range x.touched {
		x.found[p] = 0
	}
	x.touched = x.touched[:0]
	if g.Print.Kind == fingerprint.OfLook {
		x.findLooks(g)
		return
	}
	hashes := x.shown(s, g)
	for i, h := range hashes {
		if i > 0 && h == hashes[i-1] { // it counts twice, so that the rarest may be missing
			x.compareAll(g, hashes)
			return
		}
	}
	for _, h := range hashes {
		for n := x.first[x.bucket(h)]; n > 0; {
			e := &x.entries[n-1]
			if e.hash == h {
				x.compare(e.prior, g, hashes)
			}
			n = e.next
		}
	}
}

func (x *priorSearch) compareAll(g *Group, hashes []uint64) {
	for i := range x.prior {
		x.compare(int32(i), g, hashes)
	}
}

// compare counts, once for each campaign. Both lists are in order.
func (x *priorSearch) compare(prior int32, g *Group, hashes []uint64) {
	p := &x.prior[prior].Print
	if x.found[prior] > 0 || p.Class != g.Class || p.Kind != g.Print.Kind {
		return
	}
	i := 0
	for _, h := range hashes {
		for i < len(p.Hashes) && p.Hashes[i] < h {
			i++
		}
		if i < len(p.Hashes) && p.Hashes[i] == h {
			x.found[prior]++
		}
	}
	if x.found[prior] > 0 {
		x.touched = append(x.touched, prior)
	}
}

// shown are the hashes of a group's core.
func (x *priorSearch) shown(s *Set, g *Group) []uint64 {
	if g.Print.Kind != fingerprint.OfText {
		return g.Print.Hashes
	}
	x.hashes = x.hashes[:0]
	for _, f := range g.Core {
		x.hashes = append(x.hashes, uint64(f.Hash>>8))
	}
	if len(g.Core) == 0 { // a message alone: all that it shows is its core
		for _, h := range s.hashes(g.Members[0]) {
			x.hashes = append(x.hashes, uint64(h>>8))
		}
	}
	return x.hashes
}

// need is how many of a campaign's hashes the core of a group must hold that
// goes on with it. A core does not tell in how many words they stand, as a
// message does, so that one more is asked for. Of looks one is enough.
func (x *priorIndex) need(prior int) int {
	p := &x.prior[prior].Print
	switch {
	case p.Kind == fingerprint.OfLook:
		return 1
	case p.Kind != fingerprint.OfText || p.Provisional():
		return p.Need
	}
	return min(p.Need+1, len(p.Hashes))
}

// findLooks is find for a picture: the look that most members have may turn a
// bit as they become more.
func (x *priorSearch) findLooks(g *Group) {
	for _, i := range x.looks {
		p := &x.prior[i].Print
		for _, h := range p.Hashes {
			if p.Class == g.Class && fingerprint.LooksLike(h, g.Print.Hashes[0]) {
				if x.found[i] == 0 {
					x.touched = append(x.touched, i)
				}
				x.found[i]++
			}
		}
	}
}
