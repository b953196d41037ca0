package cluster

import (
	"math"
	"slices"

	"qclean/classify/fingerprint"
)

// describe makes the Group of some docs and their core.
func (g *grouping) describe(h *hand, class fingerprint.Class, docs []int32, c *core, order []int32) Group {
	inside, noise := g.insides(h, docs, c)
	out := Group{Class: class, Words: g.words(docs, c), Coherence: float64(inside[len(inside)/10])}
	n := 0
	for _, d := range docs {
		n += int(g.docs[d].to - g.docs[d].from)
	}
	out.Members, out.Core = make([]int32, 0, n), make([]Feature, 0, len(c.hash))
	for _, d := range docs {
		out.Members = append(out.Members, order[g.docs[d].from:g.docs[d].to]...)
	}
	slices.Sort(out.Members)
	for i, h := range c.hash {
		out.Core = append(out.Core, Feature{h, c.share[i], c.purity[i]})
	}
	out.Print = g.print(class, docs, c)
	out.Weak = weak(&out, evenness(inside, noise), g.most(docs, fingerprint.File, fingerprint.Shape))
	if out.Weak == "" && len(docs) < fewDocs && c.borrowed() {
		out.Weak = othersWords
	}
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

// words is about how many words the core stands for: each adds a pair and a
// triple, of which one in 2^level is in a sketch.
func (g *grouping) words(docs []int32, c *core) int {
	levels := make([]uint8, 0, sampleCore)
	for _, d := range docs[:min(len(docs), sampleCore)] {
		levels = append(levels, g.docs[d].level)
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

// insides are the shares of the members' features that are core, sorted, and
// the variance that they have because a sketch is a sample. A core is of the
// finest level that one of them has, so that all their features could be core.
func (g *grouping) insides(h *hand, docs []int32, c *core) (inside []float32, noise float64) {
	h.mark(g.census, c.feature)
	for _, d := range docs[:min(len(docs), sampleCore)] {
		doc, hits := &g.docs[d], 0
		h.features = g.census.features(h.features, doc)
		for _, f := range h.features {
			hits += int(h.marks[f/64] >> (f % 64) & 1)
		}
		if c.feature == nil { // the core of one doc, which is all that it shows
			hits = int(doc.hashes)
		}
		share := float32(hits) / float32(max(doc.hashes, 1))
		inside = append(inside, share)
		noise += float64(share*(1-share)) / float64(max(doc.hashes, 1))
	}
	h.unmark(c.feature)
	slices.Sort(inside)
	return inside, noise / float64(len(inside))
}

// evenness compares the share that is core of a message which one in ten is
// below with that which one in ten is above: 1 when it is the same in all. The
// shares vary with what the sketches happen to sample as well, and that is
// taken out: of a group of ten copies one in ten is always far below.
func evenness(inside []float32, noise float64) float64 {
	var mean, variance float64
	for _, v := range inside {
		mean += float64(v) / float64(len(inside))
	}
	for _, v := range inside {
		d := float64(v) - mean
		variance += d * d / float64(len(inside))
	}
	spread := oneInTen * math.Sqrt(max(variance-noise, 0))
	return max(mean-spread, 0) / max(mean+spread, 1e-6)
}

// oneInTen is how many standard deviations off one of ten is.
const oneInTen = 1.28

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
