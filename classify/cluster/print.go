package cluster

import (
	"cmp"
	"slices"

	"qclean/classify/fingerprint"
)

const (
	leastPrint = 6    // hashes that a fingerprint has whatever other mail has
	fewPrint   = 12   // that it has as long as other mail of its class has them hardly oftener than the best
	manyPrint  = 18   // that it has if the core is large enough
	printPure  = 0.84 // of the best feature's purity that the others must have
)

// bestFeatures are the two thirds of the core that most members have and other
// mail has not; of these, as long as enough are left, none that other mail has
// much oftener than the best.
//
// A text of which the most is a footer that other mail has as well is left with
// few: were it filled up with the footer, the footer alone would do. That is
// not asked of a handful of copies, from which as many again may have strayed.
func bestFeatures(c *core, docs int) []uint32 {
	order := make([]int, len(c.hash))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(c.weight[b], c.weight[a]), cmp.Compare(c.hash[a], c.hash[b]))
	})
	order = order[:max((2*len(order)+2)/3, min(len(order), manyPrint))]
	if docs >= fewDocs {
		order = purest(order, c.own, leastPrint)
	}
	order = purest(order, c.purity, fewPrint)
	out := make([]uint32, len(order))
	for i, j := range order {
		out[i] = c.hash[j]
	}
	return out
}

// purest leaves out what is much less pure than the best, as long as few are left.
func purest(order []int, purity []float32, few int) []int {
	var best float32
	for _, i := range order {
		best = max(best, purity[i])
	}
	for k := len(order) - 1; k >= 0 && len(order) > few; k-- {
		if purity[order[k]] < printPure*best {
			order = slices.Delete(order, k, k+1)
		}
	}
	return order
}

const (
	fewDocs   = 12  // members, of which fewer do not tell what varies
	leastDoc  = 100 // one member in so many may show less
	leastSeen = 4   // features that a member must be able to show to be asked
)

// print is the fingerprint of some docs and their core.
func (g *grouping) print(class fingerprint.Class, docs []int32, c *core) fingerprint.Print {
	best := bestFeatures(c, len(docs))
	if len(docs) < fewDocs {
		return fingerprint.FromHandful(class, best)
	}
	return fingerprint.FromCore(class, best, g.least(docs, best))
}

// least is the share of some features that next to every member shows, as far
// as its sketch tells.
func (g *grouping) least(docs []int32, features []uint32) float64 {
	shares := make([]float64, 0, sampleCore)
	for k, d := range docs[:min(len(docs), sampleCore)] {
		g.set.Room.EaseAt(k)
		it := g.docs[d].item
		able, has := 0, 0
		for _, h := range features {
			if levelOf(h) >= int(g.set.items[it].level) {
				able++
				if _, ok := slices.BinarySearch(g.set.hashes(it), h); ok {
					has++
				}
			}
		}
		if able >= leastSeen {
			shares = append(shares, float64(has)/float64(able))
		}
	}
	if len(shares) == 0 {
		return 0
	}
	slices.Sort(shares)
	return shares[len(shares)/leastDoc]
}
