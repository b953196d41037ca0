package cluster

import (
	"cmp"
	"slices"

	"qclean/classify/fingerprint"
)

// Prior is a campaign as an earlier scan left it.
type Prior struct {
	ID    fingerprint.ID
	Print fingerprint.Print
	Count int // members then; of two that became one the larger gives the ID
}

// name gives every group its ID: that of the campaign which it goes on with,
// else one of its own.
//
// Of several groups that go on with one campaign the one that holds most of
// its fingerprint keeps the ID, of several campaigns that became one group the
// largest gives it. What is equal is decided by content, so that the names
// depend on no order.
func name(s *Set, groups []Group, o Options) {
	prior := o.Prior
	type claim struct {
		group, prior int
		hits         int
	}
	var claims []claim
	at := index(prior)
	for i := range groups {
		for p, hits := range at.hits(s, &groups[i]) {
			claims = append(claims, claim{i, p, hits})
		}
	}
	slices.SortFunc(claims, func(a, b claim) int {
		return cmp.Or(cmp.Compare(prior[b.prior].Count, prior[a.prior].Count), cmp.Compare(prior[a.prior].ID, prior[b.prior].ID),
			cmp.Compare(b.hits, a.hits), cmp.Compare(len(groups[b.group].Members), len(groups[a.group].Members)),
			cmp.Compare(groups[a.group].Print.String(), groups[b.group].Print.String()))
	})
	taken := map[fingerprint.ID]bool{}
	for _, id := range o.Taken {
		taken[id] = true
	}
	for _, c := range claims {
		id := prior[c.prior].ID
		if groups[c.group].ID == "" && !taken[id] {
			groups[c.group].ID = id
			taken[id] = true
		}
	}
	fresh(groups, taken)
}

// fresh names the groups that go on with nothing. Two prints can be equal only
// by chance or when groups share a core; the larger group then has the plain
// name and the others a longer text to hash.
func fresh(groups []Group, taken map[fingerprint.ID]bool) {
	order := make([]int, 0, len(groups))
	for i := range groups {
		if groups[i].ID == "" {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(len(groups[b].Members), len(groups[a].Members))
	})
	for _, i := range order {
		p := groups[i].Print
		id := p.ID()
		for taken[id] {
			p.Hashes = append(slices.Clone(p.Hashes), uint64(len(p.Hashes)))
			id = p.ID()
		}
		groups[i].ID = id
		taken[id] = true
	}
}

// priorIndex finds the campaigns whose fingerprint a core shows.
type priorIndex struct {
	prior []Prior
	at    map[priorKey][]int
	looks []int // those of a picture, which need not be equal
}

type priorKey struct {
	class fingerprint.Class
	kind  fingerprint.PrintKind
	hash  uint64
}

func index(prior []Prior) priorIndex {
	x := priorIndex{prior: prior, at: map[priorKey][]int{}}
	for i, p := range prior {
		if p.Print.Kind == fingerprint.OfLook {
			x.looks = append(x.looks, i)
			continue
		}
		for _, h := range p.Print.Hashes {
			k := priorKey{p.Print.Class, p.Print.Kind, h}
			x.at[k] = append(x.at[k], i)
		}
	}
	return x
}

// hits gives for each campaign that a group goes on with how many of its
// hashes the group has in its core.
func (x priorIndex) hits(s *Set, g *Group) map[int]int {
	if len(x.prior) == 0 {
		return nil
	}
	if g.Print.Kind == fingerprint.OfLook {
		return x.looksLike(g)
	}
	found := map[int]int{}
	hashes := g.Print.Hashes
	if g.Print.Kind == fingerprint.OfText {
		hashes = hashes[:0:0]
		for _, f := range g.Core {
			hashes = append(hashes, uint64(f.Hash>>8))
		}
		if len(g.Core) == 0 { // a message alone: all that it shows is its core
			for _, h := range s.hashes(g.Members[0]) {
				hashes = append(hashes, uint64(h>>8))
			}
		}
	}
	for _, h := range hashes {
		for _, i := range x.at[priorKey{g.Class, g.Print.Kind, h}] {
			found[i]++
		}
	}
	for i, n := range found {
		if n < needed(x.prior[i].Print) {
			delete(found, i)
		}
	}
	return found
}

// needed is how many of a fingerprint's hashes the core of a group must hold
// that goes on with its campaign. A core does not tell in how many words they
// stand, as a message does, so that one more is asked for.
func needed(p fingerprint.Print) int {
	if p.Kind != fingerprint.OfText || p.Provisional() {
		return p.Need
	}
	return min(p.Need+1, len(p.Hashes))
}

// looksLike is hits for a picture: the look that most members have may turn a
// bit as they become more.
func (x priorIndex) looksLike(g *Group) map[int]int {
	found := map[int]int{}
	for _, i := range x.looks {
		p := x.prior[i].Print
		for _, h := range p.Hashes {
			if p.Class == g.Class && fingerprint.LooksLike(h, g.Print.Hashes[0]) {
				found[i]++
			}
		}
	}
	return found
}
