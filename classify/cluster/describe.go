package cluster

import (
	"cmp"
	"slices"

	"qclean/classify/fingerprint"
)

// describe makes the Group of some docs and their core.
func (g *grouping) describe(class fingerprint.Class, docs []int32, c *core, order []int32) Group {
	out := Group{Class: class, Words: g.words(docs, c), Coherence: g.coherence(docs, c)}
	for _, d := range docs {
		out.Members = append(out.Members, order[g.docs[d].from:g.docs[d].to]...)
	}
	slices.Sort(out.Members)
	for i, h := range c.hash {
		out.Core = append(out.Core, Feature{h, c.share[i], c.purity[i]})
	}
	out.Print = fingerprint.FromCore(class, bestFeatures(out.Core))
	out.Weak = weak(&out, g.pictured(docs))
	return out
}

// bestFeatures are the two thirds of the core that most members have and other
// mail has not; of these, as long as enough are left, none that other mail has
// much oftener than the best.
func bestFeatures(core []Feature) []uint32 {
	sorted := slices.Clone(core)
	slices.SortFunc(sorted, func(a, b Feature) int {
		return cmp.Or(cmp.Compare(b.Share*b.pure(), a.Share*a.pure()), cmp.Compare(a.Hash, b.Hash))
	})
	sorted = sorted[:max((2*len(sorted)+2)/3, min(len(sorted), fewPrint))]
	var purest float32
	for _, f := range sorted {
		purest = max(purest, f.pure())
	}
	var out []uint32
	for i, f := range sorted {
		if f.pure() >= printPure*purest || len(sorted)-i+len(out) <= fewPrint {
			out = append(out, f.Hash)
		}
	}
	return out
}

// pure is how much a feature's purity counts.
func (f Feature) pure() float32 { return f.Purity * f.Purity * f.Purity * f.Purity }

const (
	fewPrint  = 12  // hashes that a fingerprint has if the core is large enough
	printPure = 0.5 // of the best feature's purity that the others must have
)

// words is about how many words the core stands for: each adds a pair and a
// triple, of which one in 2^level is in a sketch.
func (g *grouping) words(docs []int32, c *core) int {
	var levels []uint8
	for _, d := range docs[:min(len(docs), sampleCore)] {
		levels = append(levels, g.set.items[g.docs[d].item].level)
	}
	slices.Sort(levels)
	level := int(levels[len(levels)/4])
	n := 0
	for _, h := range c.hash {
		if levelOf(h) >= level {
			n++
		}
	}
	return n << level / 2
}

// coherence is the share of a member's features that are core, such that nine
// members of ten have more. Letters above one footer are long and short, so
// that some show next to nothing but themselves; copies of one text are padded
// to much the same length, and even the mean of the two can be equal.
func (g *grouping) coherence(docs []int32, c *core) float64 {
	var inside []float32
	for _, d := range docs[:min(len(docs), sampleCore)] {
		it := g.docs[d].item
		inside = append(inside, c.match(g.set.hashes(it), g.set.items[it].level).inside)
	}
	slices.Sort(inside)
	return float64(inside[len(inside)/10])
}

// pictured tells whether most of the docs come with a picture or attachment.
func (g *grouping) pictured(docs []int32) bool {
	n := 0
	sample := docs[:min(len(docs), sampleCore)]
	for _, d := range sample {
		if g.set.pictured(g.docs[d].item) {
			n++
		}
	}
	return 2*n > len(sample)
}

// fewGroup is the group of messages with next to no text.
func fewGroup(s *Set, class fingerprint.Class, exact uint64, members []int32) Group {
	slices.Sort(members)
	var media []fingerprint.Media
	for _, m := range s.media(members[0]) {
		media = append(media, fingerprint.Media(m))
	}
	out := Group{Class: class, Members: members, Coherence: 1, Print: fingerprint.FromFew(class, exact, media)}
	out.Weak = weak(&out, false)
	return out
}
