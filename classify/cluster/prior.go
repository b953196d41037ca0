package cluster

import (
	"cmp"
	"slices"

	"qclean/classify/crew"
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
	prior, claims := o.Prior, claimsOf(s, groups, o)
	slices.SortFunc(claims, func(a, b claim) int {
		if a.prior != b.prior {
			if c := cmp.Or(cmp.Compare(prior[b.prior].Count, prior[a.prior].Count), cmp.Compare(prior[a.prior].ID, prior[b.prior].ID)); c != 0 {
				return c
			}
		}
		if c := cmp.Or(cmp.Compare(b.hits, a.hits), cmp.Compare(len(groups[b.group].Members), len(groups[a.group].Members))); c != 0 {
			return c
		}
		return cmp.Compare(groups[a.group].Print.String(), groups[b.group].Print.String())
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

// claim says that a group may go on with a campaign.
type claim struct {
	group, prior int
	hits         int // hashes of the campaign's fingerprint that the group has in its core
}

// claimRun is how many groups are looked up by one goroutine before the next.
const claimRun = 128

// claimsOf gives the claims in the order of groups. After a night in which little
// changed there are thousands of groups, and as many campaigns.
func claimsOf(s *Set, groups []Group, o Options) []claim {
	if len(o.Prior) == 0 {
		return nil
	}
	c, at := crew.New(o.Workers), index(o.Prior)
	searches := make([]*priorSearch, c)
	runs := make([][]claim, (len(groups)+claimRun-1)/claimRun)
	c.Spread(len(groups), claimRun, func(worker, from, to int) {
		if searches[worker] == nil {
			searches[worker] = at.search()
		}
		x, run := searches[worker], &runs[from/claimRun]
		for i := from; i < to; i++ {
			x.find(s, &groups[i])
			for _, p := range x.touched {
				if hits := int(x.found[p]); hits >= x.need(int(p)) {
					*run = append(*run, claim{i, int(p), hits})
				}
			}
		}
	})
	return slices.Concat(runs...)
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
