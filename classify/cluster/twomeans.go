package cluster

import "slices"

const (
	sideSample   = 256 // members looked at
	sideFeatures = 192
	sideRounds   = 6
	rareShare    = 0.05 // features that fewer have are padding
)

// sides is a group's members as rows over the features that some have and
// others have not, and two means of them.
type sides struct {
	features []uint32
	common   int // features that all have
	rows     []row
	must     [2][]uint32              // what members of a side must show some of
	mean     [2][sideFeatures]float32 // share of a side's rows that have the feature
	able     [2][sideFeatures]float32 // of these rows how many could show it
	size     [2]int                   // rows of a side
}

// row tells of each feature whether a member has it (1), has it not (-1), or
// could not show it (0).
type row struct {
	has   [sideFeatures]int8
	bits  [sideFeatures / 64]uint64 // those that it has
	mine  uint8
	links links
}

// newSides looks at the features that show at a level, and at the members that
// can show them.
func newSides(g *grouping, count *counter, docs []int32, finest, level int) *sides {
	sample := docs[:min(len(docs), sideSample)]
	s := &sides{rows: make([]row, 0, len(sample))}
	c := count.core(g.docs, sample, rareShare)
	for i, h := range c.hash {
		switch {
		case levelOf(h) < finest:
		case c.share[i] >= 1-rareShare:
			s.common++
		case len(s.features) < sideFeatures:
			s.features = append(s.features, h)
		}
	}
	for _, d := range sample {
		if it := g.docs[d].item; int(g.set.items[it].level) <= level {
			s.rows = append(s.rows, s.row(g.set, it))
		}
	}
	return s
}

// usual is the level that three members of four can show. By finer features
// the members that can show them would part from those that cannot.
func (g *grouping) usual(docs []int32) int {
	var levels []uint8
	for _, d := range docs[:min(len(docs), sideSample)] {
		levels = append(levels, g.set.items[g.docs[d].item].level)
	}
	slices.Sort(levels)
	return int(levels[len(levels)*3/4])
}

func (s *sides) row(set *Set, item int32) (r row) {
	hashes, level := set.hashes(item), int(set.items[item].level)
	r.links = set.links(item)
	j := 0
	for i, h := range s.features {
		for j < len(hashes) && hashes[j] < h {
			j++
		}
		if j < len(hashes) && hashes[j] == h {
			r.has[i] = 1
			r.bits[i/64] |= 1 << (i % 64)
		} else if levelOf(h) >= level {
			r.has[i] = -1
		}
	}
	return r
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
	for range sideRounds {
		for i := range s.rows {
			s.rows[i].mine = uint8(s.side(&s.rows[i]))
		}
		s.average(0)
		s.average(1)
	}
	return true
}

func (r *row) chance(i int) float32 { return float32(r.has[i]+1) / 2 }

// side is the nearer mean.
func (s *sides) side(r *row) int {
	var d [2]float32
	for i := range s.features {
		if r.has[i] != 0 {
			for k := range d {
				e := r.chance(i) - s.mean[k][i]
				d[k] += e * e
			}
		}
	}
	if d[1] < d[0] {
		return 1
	}
	return 0
}

func (s *sides) average(k int) {
	s.size[k] = 0
	for j := range s.rows {
		if int(s.rows[j].mine) == k {
			s.size[k]++
		}
	}
	for i := range s.features {
		have, able := float32(0), float32(0)
		for j := range s.rows {
			if r := &s.rows[j]; int(r.mine) == k && r.has[i] != 0 {
				able++
				have += r.chance(i)
			}
		}
		s.mean[k][i], s.able[k][i] = 0, able
		if able > 0 {
			s.mean[k][i] = have / able
		}
	}
}

// fullest is the row with the most features.
func (s *sides) fullest() int {
	best, most := 0, -1
	for j := range s.rows {
		n := 0
		for i := range s.features {
			if s.rows[j].has[i] > 0 {
				n++
			}
		}
		if n > most {
			best, most = j, n
		}
	}
	return best
}

// farthest is the row that has the most features which row a has not, less
// those that both have.
func (s *sides) farthest(a int) int {
	best, most := a, -len(s.features)-1
	for j := range s.rows {
		n := 0
		for i := range s.features {
			if s.rows[j].has[i] > 0 {
				n -= int(s.rows[a].has[i])
			}
		}
		if n > most && j != a {
			best, most = j, n
		}
	}
	return best
}
