package cluster

import (
	"slices"

	"qclean/classify/fingerprint"
)

// Placer says which group a further sketch belongs to, whatever its class:
// the original that a bounce returns belongs to the campaign that caused it.
// One goroutine uses it at a time.
type Placer struct {
	grouping
	at    []int // number of each core's group
	exact map[uint64]int
}

// NewPlacer makes ready to place sketches in groups.
func NewPlacer(groups []Group) *Placer {
	p := &Placer{exact: map[uint64]int{}}
	for i := range groups {
		g := &groups[i]
		if g.Print.Kind == fingerprint.OfWhole {
			p.exact[g.Print.Hashes[0]] = i
		}
		if len(g.Core) == 0 {
			continue
		}
		c := &core{}
		c.grow(len(g.Core))
		for i, f := range g.Core {
			c.hash[i], c.share[i], c.purity[i] = f.Hash, f.Share, f.Purity
		}
		c.weigh()
		p.groups = append(p.groups, group{core: c})
		p.at = append(p.at, i)
	}
	p.number()
	p.hand = p.census.handsOf(1)[0]
	p.reindex()
	return p
}

// number gives numbers to the features of the cores.
func (p *Placer) number() {
	var all []uint32
	for i := range p.groups {
		all = append(all, p.groups[i].core.hash...)
	}
	slices.Sort(all)
	p.census = &census{}
	p.desk = &p.census.desk
	p.census.setHashes(slices.Compact(all))
	for i := range p.groups {
		c := p.groups[i].core
		c.feature = p.census.numbers(c.feature[:0], c.hash)
	}
}

// Place gives the index of the group, or false.
func (p *Placer) Place(k *fingerprint.Sketch) (int, bool) {
	if len(k.Hashes) < fingerprint.MinShingles {
		i, ok := p.exact[k.Exact]
		return i, ok
	}
	p.features = p.census.numbers(p.features[:0], k.Hashes)
	t := text{features: p.features, n: len(k.Hashes), level: min(k.Level, maxLevel), hashes: k.Hashes}
	if best := p.bestCore(&p.grouping, &t); best >= 0 {
		return p.at[best], true
	}
	return 0, false
}
