package cluster

import (
	"cmp"
	"slices"

	"qclean/classify/fingerprint"
)

// describe makes the Group of some docs and their core.
func (g *grouping) describe(class fingerprint.Class, docs []int32, c *core, order []int32) Group {
	inside := g.insides(docs, c)
	low, high := inside[len(inside)/10], inside[len(inside)-1-len(inside)/10]
	out := Group{Class: class, Words: g.words(docs, c), Coherence: float64(low)}
	for _, d := range docs {
		out.Members = append(out.Members, order[g.docs[d].from:g.docs[d].to]...)
	}
	slices.Sort(out.Members)
	for i, h := range c.hash {
		out.Core = append(out.Core, Feature{h, c.share[i], c.purity[i]})
	}
	out.Print = fingerprint.FromCore(class, bestFeatures(out.Core))
	out.Weak = weak(&out, float64(high), g.most(docs, fingerprint.File, fingerprint.Shape))
	if class == fingerprint.Report && !g.most(docs, fingerprint.Origin) && out.Weak == "" {
		out.Weak = serverWords
	}
	return out
}

// describeAlone makes the Group of one message. Of a queue's messages many are
// in one, so that it has no more than is needed.
func (g *grouping) describeAlone(class fingerprint.Class, d doc, order []int32) Group {
	out := Group{Class: class, Words: g.set.words(d.item), Coherence: 1}
	out.Members = order[d.from:d.to:d.to]
	out.Print = fingerprint.FromSketch(class, g.set.hashes(d.item))
	if out.Words < weakWords || out.Words < weakPictured && g.set.has(d.item, fingerprint.File, fingerprint.Shape) {
		out.Weak = fewWordsOnly(out.Words)
	}
	if class == fingerprint.Report && !g.set.has(d.item, fingerprint.Origin) {
		out.Weak = serverWords
	}
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

// insides are the shares of the members' features that are core, sorted.
func (g *grouping) insides(docs []int32, c *core) []float32 {
	var inside []float32
	for _, d := range docs[:min(len(docs), sampleCore)] {
		it := g.docs[d].item
		inside = append(inside, c.match(g.set.hashes(it), g.set.items[it].level).inside)
	}
	slices.Sort(inside)
	return inside
}

// most tells whether most of the docs have a medium of one of the kinds.
func (g *grouping) most(docs []int32, kinds ...fingerprint.MediaKind) bool {
	n := 0
	sample := docs[:min(len(docs), sampleCore)]
	for _, d := range sample {
		if g.set.has(g.docs[d].item, kinds...) {
			n++
		}
	}
	return 2*n > len(sample)
}

// fewGroup is the group of messages with next to no text.
func fewGroup(s *Set, docs []doc, order []int32) Group {
	first := docs[0].item
	out := Group{Class: s.items[first].class, Coherence: 1}
	for _, d := range docs {
		out.Members = append(out.Members, order[d.from:d.to]...)
	}
	slices.Sort(out.Members)
	var media []fingerprint.Media
	for _, m := range s.media(first) {
		media = append(media, fingerprint.Media(m))
	}
	out.Print = fingerprint.FromFew(out.Class, s.exact(first), media)
	out.Weak = weak(&out, 1, false)
	return out
}
