package cluster

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// plain is sides one feature and one row at a time: of each row and feature 1
// when the row has it, -1 when it has it not, 0 when it could not show it.
type plain struct {
	has  [][]int
	mean [2][]float32
	able [2][]float32
	size [2]int
}

func (p *plain) chance(row, i int) float32 { return float32(p.has[row][i]+1) / 2 }

func (p *plain) side(row int) uint8 {
	var d [2]float32
	for i, has := range p.has[row] {
		if has != 0 {
			for k := range d {
				e := p.chance(row, i) - p.mean[k][i]
				d[k] += e * e
			}
		}
	}
	if d[1] < d[0] {
		return 1
	}
	return 0
}

func (p *plain) average(mine []uint8) {
	p.size = [2]int{}
	for _, k := range mine {
		p.size[k]++
	}
	for i := range p.mean[0] {
		var have, able [2]float32
		for row, k := range mine {
			if p.has[row][i] != 0 {
				able[k]++
				have[k] += p.chance(row, i)
			}
		}
		for k := range have {
			p.mean[k][i], p.able[k][i] = 0, able[k]
			if able[k] > 0 {
				p.mean[k][i] = have[k] / able[k]
			}
		}
	}
}

func (p *plain) count(row, want int) (n int) {
	for _, has := range p.has[row] {
		if has == want {
			n++
		}
	}
	return n
}

// findMeans does all rounds, whether anything changes in them or not.
func (p *plain) findMeans() (mine []uint8) {
	a, most := 0, -1
	for row := range p.has {
		if n := p.count(row, 1); n > most {
			a, most = row, n
		}
	}
	b, most := a, -len(p.mean[0])-1
	for row := range p.has {
		n := 0
		for i, has := range p.has[row] {
			if has > 0 {
				n -= p.has[a][i]
			}
		}
		if n > most && row != a {
			b, most = row, n
		}
	}
	for i := range p.mean[0] {
		p.mean[0][i], p.mean[1][i] = p.chance(a, i), p.chance(b, i)
	}
	mine = make([]uint8, len(p.has))
	for range sideRounds {
		for row := range p.has {
			mine[row] = p.side(row)
		}
		p.average(mine)
	}
	return mine
}

// someSides makes rows of two texts and of noise, at several levels.
func someSides(rnd *rand.Rand, features, rows int) (*sides, *plain) {
	s, p := &sides{}, &plain{}
	for range features {
		s.features = append(s.features, rnd.Uint32()<<rnd.IntN(4))
	}
	for k := range p.mean {
		p.mean[k], p.able[k] = make([]float32, features), make([]float32, features)
	}
	s.levels()
	for j := range rows {
		d := doc{level: uint8(rnd.IntN(4))}
		has, place := make([]int, features), make([]uint8, features+1)
		var shows []int32
		for i, h := range s.features {
			place[i] = uint8(i + 1)
			if levelOf(h) >= int(d.level) {
				has[i] = -1
				if rnd.IntN(10) < 2+6*(i*2/features^j%2) {
					has[i] = 1
					shows = append(shows, int32(i))
				}
			}
		}
		s.add(s.row(place, &d, append(shows, int32(features)))) // the last one has no place
		p.has = append(p.has, has)
	}
	return s, p
}

// TestSidesByBits: what is counted 64 at a time is what one counts one by one,
// to the last bit of every mean.
func TestSidesByBits(t *testing.T) {
	rnd := rand.New(rand.NewPCG(90, 1))
	for _, size := range [][2]int{{3, 6}, {17, 30}, {64, 64}, {65, 200}, {150, 65}, {sideFeatures, sideSample}} {
		for draw := range 20 {
			t.Run(fmt.Sprint(size, draw), func(t *testing.T) {
				s, p := someSides(rnd, size[0], size[1])
				if !s.findMeans() {
					t.Fatal("all are alike")
				}
				mine := p.findMeans()
				for j := range s.rows {
					if s.rows[j].mine != mine[j] || uint8(s.side(&s.rows[j])) != p.side(j) {
						t.Fatalf("row %d is on side %d and then %d, want %d, %d", j, s.rows[j].mine, s.side(&s.rows[j]), mine[j], p.side(j))
					}
					if n := s.rows[j].lacks().count(); n != p.count(j, -1) {
						t.Fatalf("row %d lacks %d features, want %d", j, n, p.count(j, -1))
					}
				}
				if s.size != p.size {
					t.Fatalf("sizes %d, want %d", s.size, p.size)
				}
				for k := range p.mean {
					for i := range s.features {
						if s.mean[k][i] != p.mean[k][i] || s.able[k][i] != p.able[k][i] {
							t.Fatalf("feature %d of side %d: mean %v of %v, want %v of %v", i, k, s.mean[k][i], s.able[k][i], p.mean[k][i], p.able[k][i])
						}
					}
				}
			})
		}
	}
}
