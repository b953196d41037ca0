package classify

import (
	"slices"

	"qclean/classify/cluster"
	"qclean/classify/fingerprint"
)

// Standing gives the members and the reports of campaigns back to them, from
// what each message says of itself. Campaigns without a message are dropped.
func Standing(t *Table, campaigns []*Campaign) []*Campaign {
	at := make(map[fingerprint.ID]*Campaign, len(campaigns))
	for _, c := range campaigns {
		c.Members, c.Bounces = make([]int32, 0, min(c.Count, t.Len())), nil
		at[c.ID] = c
	}
	known := map[ref]*Campaign{} // messages of a campaign say its ID with one text
	of := func(r ref) *Campaign {
		c, ok := known[r]
		if !ok {
			c = at[fingerprint.ID(t.own.at(r))]
			known[r] = c
		}
		return c
	}
	for i, m := range t.pass() {
		if c := of(m.r.campaign); c != nil {
			c.Members = append(c.Members, int32(i))
		} else {
			m.r.campaign = 0
		}
		if c := of(m.r.bounceOf); c != nil {
			c.Bounces = append(c.Bounces, int32(i))
		}
	}
	return slices.DeleteFunc(campaigns, func(c *Campaign) bool { return len(c.Members) == 0 })
}

// Grow brings campaigns up to date after some messages came or went, without
// grouping all of them anew: those that came have no campaign yet. A message
// goes into the campaign whose core it shows best, as it would at the end of a
// grouping; what belongs to none is grouped with all that stands alone or in
// twos and threes, and with the mail that is grouped by its pictures. The other
// cores stay as they are, so that a campaign keeps its ID and what was said of
// its text.
//
// The result depends on the campaigns and the set of messages, on no order and
// no number of workers, 0 for one a processor.
func Grow(t *Table, campaigns []*Campaign, before []Prior, workers int) []*Campaign {
	g := growing{t: t, before: before, workers: workers, stale: map[*Campaign]bool{}}
	for _, c := range Standing(t, campaigns) {
		g.stale[c] = c.Count != len(c.Members)
		if len(c.Core) == 0 || len(c.Members) < growSmall {
			g.loose = append(g.loose, c)
		} else {
			g.kept = append(g.kept, c)
		}
	}
	g.place()
	g.regroup()
	g.bounces()
	sortCampaigns(g.kept)
	return g.kept
}

// growSmall is how many messages a core must rest on to stand.
const growSmall = 5

type growing struct {
	t       *Table
	before  []Prior
	workers int
	kept    []*Campaign // those that have a core to go by
	loose   []*Campaign // those that have none, or a guess: single messages, few, pictures, next to no text
	without []int32     // messages that belong to none
	stale   map[*Campaign]bool
}

// place looks for the campaign of each new message, and adds up the campaigns
// that changed.
func (g *growing) place() {
	placers := map[fingerprint.Class]*cluster.Placer{}
	byClass := map[fingerprint.Class][]*Campaign{}
	for _, c := range g.kept {
		byClass[c.Class] = append(byClass[c.Class], c)
	}
	for i, m := range g.t.pass() {
		r := m.r
		if r.campaign != 0 {
			continue
		}
		class := fingerprint.Class(r.class)
		if placers[class] == nil {
			placers[class] = cluster.NewPlacer(groupsOf(byClass[class]))
		}
		k := g.t.sketches.Sketch(int(r.sketch))
		at, ok := 0, false
		if !g.t.sketches.Pictured(int(r.sketch)) {
			at, ok = placers[class].Place(&k)
		}
		if !ok {
			g.without = append(g.without, int32(i))
			continue
		}
		c := byClass[class][at]
		g.t.group(int32(i), g.t.row(int(c.Members[0])).campaign, c.Weak != "")
		c.Members = append(c.Members, int32(i))
		g.stale[c] = true
	}
	g.sum(g.kept)
}

// sum adds up the campaigns that changed.
func (g *growing) sum(campaigns []*Campaign) {
	var changed []*Campaign
	for _, c := range campaigns {
		if g.stale[c] {
			slices.Sort(c.Members)
			changed = append(changed, c)
		}
	}
	g.t.sumUp(changed)
}

func groupsOf(campaigns []*Campaign) []cluster.Group {
	out := make([]cluster.Group, len(campaigns))
	for i, c := range campaigns {
		out[i] = cluster.Group{ID: c.ID, Class: c.Class, Core: c.Core, Print: c.Print}
	}
	return out
}

// regroup groups what has no core to be placed by, when anything came that
// could belong to it, or went from it.
func (g *growing) regroup() {
	if len(g.without) == 0 && !slices.ContainsFunc(g.loose, func(c *Campaign) bool { return g.stale[c] }) {
		g.kept = append(g.kept, g.loose...)
		return
	}
	o := cluster.Options{Workers: g.workers}
	members := g.without
	standing := map[fingerprint.ID]bool{}
	for _, c := range g.loose {
		members = append(members, c.Members...)
		o.Prior = append(o.Prior, Prior{ID: c.ID, Print: c.Print, Count: c.Count})
		standing[c.ID] = true
	}
	for _, c := range g.kept {
		o.Taken = append(o.Taken, c.ID)
		standing[c.ID] = true
	}
	for _, p := range g.before {
		if !standing[p.ID] {
			o.Prior = append(o.Prior, p)
		}
	}
	slices.Sort(members)
	groups, from := cluster.Groups(g.t.set(members), o), len(g.kept)
	for i := range groups {
		for k, m := range groups[i].Members {
			groups[i].Members[k] = members[m]
		}
		g.kept = append(g.kept, g.t.campaign(&groups[i]))
	}
	g.t.sumUp(g.kept[from:])
}

// bounces gives the reports that have no campaign yet to the one that caused them.
func (g *growing) bounces() {
	at := make(map[fingerprint.ID]*Campaign, len(g.kept))
	for _, c := range g.kept {
		c.Bounces = nil
		at[c.ID] = c
	}
	for i, m := range g.t.pass() {
		if m.r.bounceOf == 0 {
			continue
		}
		if c := at[m.BounceOf()]; c != nil {
			c.Bounces = append(c.Bounces, int32(i))
		} else {
			m.r.bounceOf = 0
		}
	}
	addBounces(g.t, groupsOf(g.kept), g.kept)
}
