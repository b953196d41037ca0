package cluster

import (
	"math/bits"
	"slices"
)

const (
	sideSample   = sampleCore // members looked at
	sideFeatures = maxCore
	sideRounds   = 6
	rareShare    = 0.05 // features that fewer have are padding
)

// sides is a group's members as rows over the features that some have and
// others have not, and two means of them.
//
// Features and rows are bits, so that what is counted over rows, or over
// features, is counted 64 at a time. Only the distance of a row to a mean is
// added up feature by feature.
type sides struct {
	core     core // of all members, with what few have
	features []uint32
	numbers  []int32 // theirs
	common   int     // features that all have
	rows     []row
	shown    [maxLevel + 1]featureBits   // by level, the features that show at it
	having   [sideFeatures + 1]rowBits   // by feature, the rows that have it; the last is for all other features
	must     [2][]int32                  // what members of a side must show some of
	mean     [2][sideFeatures]float32    // share of a side's rows that have the feature
	able     [2][sideFeatures]float32    // of these rows how many could show it
	size     [2]int                      // rows of a side
	off      [sideFeatures][3][2]float32 // squared distance to the means of a row that could not show the feature, has it not, has it
}

type (
	featureBits [sideFeatures / 64]uint64
	rowBits     [sideSample / 64]uint64
)

// row is what one member has of the features, and what it could show of them.
type row struct {
	has, able featureBits
	level     uint8
	mine      uint8
	links     links
}

// look looks at the features that show at a level, and at the members that can
// show them, of those that were counted last. Until it is done with them they
// have a place.
func (s *sides) look(h *hand, g *grouping, finest, level int) {
	c := &s.core
	h.count.into(c, rareShare)
	s.features, s.numbers, s.rows, s.common, s.must = s.features[:0], s.numbers[:0], s.rows[:0], 0, [2][]int32{}
	clear(s.having[:])
	for i, hash := range c.hash {
		switch {
		case levelOf(hash) < finest:
		case c.share[i] >= 1-rareShare:
			s.common++
		default:
			s.features, s.numbers = append(s.features, hash), append(s.numbers, c.feature[i])
		}
	}
	s.levels()
	h.setPlaces(g.census, s.numbers)
	for k, d := range sampled(h.count.members) {
		if doc := &g.docs[d]; int(doc.level) <= level {
			s.add(s.row(h.place, doc, h.count.of(k)))
		}
	}
}

// levels fills in which features show at which level.
func (s *sides) levels() {
	s.shown = [maxLevel + 1]featureBits{}
	for i, hash := range s.features {
		for l := range levelOf(hash) + 1 {
			s.shown[l][i/64] |= 1 << (i % 64)
		}
	}
}

// usual is the level that three members of four can show. By finer features
// the members that can show them would part from those that cannot.
func (g *grouping) usual(docs []int32) int {
	levels := make([]uint8, 0, sideSample)
	for _, d := range docs[:min(len(docs), sideSample)] {
		levels = append(levels, g.docs[d].level)
	}
	slices.Sort(levels)
	return int(levels[len(levels)*3/4])
}

// row is that of a doc, by the places of its features: 1 + which one it is.
func (s *sides) row(place []uint8, d *doc, features []int32) row {
	var has [4]uint64 // those without a place are the last bit
	for _, f := range features {
		p := place[f] - 1
		has[p/64] |= 1 << (p % 64)
	}
	r := row{has: featureBits(has[:len(featureBits{})]), able: s.shown[d.level], level: d.level, links: d.links}
	for w := range r.able {
		r.able[w] |= r.has[w]
	}
	return r
}

// add adds a row.
func (s *sides) add(r row) {
	j := len(s.rows)
	for w, has := range r.has {
		for ; has != 0; has &= has - 1 {
			s.having[w*64+bits.TrailingZeros64(has)][j/64] |= 1 << (j % 64)
		}
	}
	s.rows = append(s.rows, r)
}

// findMeans looks for two sides; false when all members are alike.
func (s *sides) findMeans() bool {
	if len(s.features) < minHits {
		return false
	}
	a := s.fullest()
	b := s.farthest(a)
	if a == b {
		return false
	}
	for i := range s.features {
		s.mean[0][i], s.mean[1][i] = s.rows[a].chance(i), s.rows[b].chance(i)
	}
	s.measure()
	for round := range sideRounds {
		changed := round == 0
		for i := range s.rows {
			mine := uint8(s.side(&s.rows[i]))
			changed = changed || mine != s.rows[i].mine
			s.rows[i].mine = mine
		}
		if !changed { // nor would anything further on
			break
		}
		s.average()
	}
	return true
}

// chance is how likely a row has a feature: half if it could not show it.
func (r *row) chance(i int) float32 {
	switch bit := uint64(1) << (i % 64); {
	case r.has[i/64]&bit != 0:
		return 1
	case r.able[i/64]&bit != 0:
		return 0
	}
	return 0.5
}

// measure fills in how far each feature takes a row off the means.
func (s *sides) measure() {
	for i := range s.features {
		for k := range s.mean {
			m := s.mean[k][i]
			s.off[i][1][k], s.off[i][2][k] = m*m, (1-m)*(1-m)
		}
	}
}

// side is the nearer mean.
func (s *sides) side(r *row) int {
	var d [2]float32
	for i := range s.features {
		off := &s.off[i][r.able[i/64]>>(i%64)&1+r.has[i/64]>>(i%64)&1]
		d[0] += off[0]
		d[1] += off[1]
	}
	if d[1] < d[0] {
		return 1
	}
	return 0
}

// average makes the means anew.
func (s *sides) average() {
	var second rowBits                // rows of the second side
	var able [2][maxLevel + 1]float32 // rows that show a level
	s.size = [2]int{}
	for j := range s.rows {
		r := &s.rows[j]
		s.size[r.mine]++
		second[j/64] |= uint64(r.mine) << (j % 64)
		able[r.mine][r.level]++
	}
	for l := 1; l <= maxLevel; l++ {
		able[0][l] += able[0][l-1]
		able[1][l] += able[1][l-1]
	}
	for i, hash := range s.features {
		var have [2]int
		for w, rows := range s.having[i] {
			have[0] += bits.OnesCount64(rows &^ second[w])
			have[1] += bits.OnesCount64(rows & second[w])
		}
		for k := range have {
			s.mean[k][i], s.able[k][i] = 0, able[k][levelOf(hash)]
			if s.able[k][i] > 0 {
				s.mean[k][i] = float32(have[k]) / s.able[k][i]
			}
		}
	}
	s.measure()
}

// fullest is the row with the most features.
func (s *sides) fullest() int {
	best, most := 0, -1
	for j := range s.rows {
		if n := s.rows[j].has.count(); n > most {
			best, most = j, n
		}
	}
	return best
}

// farthest is the row that has the most features which row a has not, less
// those that both have.
func (s *sides) farthest(a int) int {
	best, most := a, -len(s.features)-1
	lacks, has := s.rows[a].lacks(), s.rows[a].has
	for j := range s.rows {
		if n := s.rows[j].has.and(lacks).count() - s.rows[j].has.and(has).count(); n > most && j != a {
			best, most = j, n
		}
	}
	return best
}

// lacks are the features that a row could show and has not.
func (r *row) lacks() (out featureBits) {
	for w := range out {
		out[w] = r.able[w] &^ r.has[w]
	}
	return out
}

func (b featureBits) and(o featureBits) featureBits {
	for w := range b {
		b[w] &= o[w]
	}
	return b
}

func (b featureBits) count() (n int) {
	for _, v := range b {
		n += bits.OnesCount64(v)
	}
	return n
}
