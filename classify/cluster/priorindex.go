package cluster

import (
	"math/rand/v2"

	"qclean/classify/fingerprint"
)

// priorIndex finds the campaigns whose fingerprint a core shows. After a night
// in which little changed thousands of messages that are alone ask for
// themselves, so that it is a table of its own.
type priorIndex struct {
	prior   []Prior
	first   []int32      // by bucket, its first entry, counted from 1
	entries []priorEntry //
	looks   []int32      // those of a picture, which need not be equal
	odd     uint64       // what hashes are multiplied by, by chance

	// Of the group asked for last.
	touched []int32 // campaigns of whose hashes it has any in its core,
	found   []int32 // by campaign, how many
	hashes  []uint64
}

// priorEntry is a hash of a campaign's fingerprint.
type priorEntry struct {
	hash  uint64
	class fingerprint.Class
	kind  fingerprint.PrintKind
	prior int32
	next  int32 // of the same bucket, counted from 1
}

func index(prior []Prior) *priorIndex {
	x := &priorIndex{prior: prior, found: make([]int32, len(prior)), odd: rand.Uint64() | 1}
	n := 0
	for i := range prior {
		n += len(prior[i].Print.Hashes)
	}
	buckets := 1
	for buckets < n {
		buckets *= 2
	}
	x.first, x.entries = make([]int32, buckets), make([]priorEntry, 0, n)
	for i := range prior {
		p := &prior[i].Print
		if p.Kind == fingerprint.OfLook {
			x.looks = append(x.looks, int32(i))
			continue
		}
		for _, h := range p.Hashes {
			b := x.bucket(h)
			x.entries = append(x.entries, priorEntry{h, p.Class, p.Kind, int32(i), *b})
			*b = int32(len(x.entries))
		}
	}
	return x
}

func (x *priorIndex) bucket(hash uint64) *int32 {
	return &x.first[int(hash*x.odd>>32)&(len(x.first)-1)]
}

// find counts for each campaign how many of its hashes a group has in its core.
func (x *priorIndex) find(s *Set, g *Group) {
	for _, p := range x.touched {
		x.found[p] = 0
	}
	x.touched = x.touched[:0]
	if g.Print.Kind == fingerprint.OfLook {
		x.findLooks(g)
		return
	}
	for _, h := range x.shown(s, g) {
		for n := *x.bucket(h); n > 0; {
			e := &x.entries[n-1]
			if e.hash == h && e.class == g.Class && e.kind == g.Print.Kind {
				x.hit(e.prior)
			}
			n = e.next
		}
	}
}

func (x *priorIndex) hit(prior int32) {
	if x.found[prior] == 0 {
		x.touched = append(x.touched, prior)
	}
	x.found[prior]++
}

// shown are the hashes of a group's core.
func (x *priorIndex) shown(s *Set, g *Group) []uint64 {
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
func (x *priorIndex) findLooks(g *Group) {
	for _, i := range x.looks {
		p := &x.prior[i].Print
		for _, h := range p.Hashes {
			if p.Class == g.Class && fingerprint.LooksLike(h, g.Print.Hashes[0]) {
				x.hit(i)
			}
		}
	}
}
