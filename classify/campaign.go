package classify

import (
	"cmp"
	"slices"

	"qclean/classify/cluster"
	"qclean/classify/fingerprint"
)

// Campaign is a group of messages that carry the same text, and what they come
// to. A message that is like no other is a campaign of one.
type Campaign struct {
	Summary
	ID        fingerprint.ID
	Print     fingerprint.Print // the portable form
	Class     fingerprint.Class
	Weak      string  // why its text alone is too little to act on, "" when it is enough
	Coherence float64 // share of a member's text that all share, exceeded by nine members of ten, 0 to 1
	Words     int     // about how many words they share
	Core      []cluster.Feature
	Members   []int32 // numbers in the table
	Verdict   Verdict
	Bounces   []int32 // numbers of the reports about a message of this campaign
}

// Prior is a campaign as an earlier scan left it, so that one that goes on keeps its ID.
type Prior = cluster.Prior

// Campaigns groups the messages, largest group first, and writes each one's
// Campaign and Weak. The order of the messages does not matter to the result,
// but for the numbers in Members, nor does the number of workers, 0 for one a
// processor.
func Campaigns(t *Table, before []Prior, workers int) []*Campaign {
	groups := cluster.Groups(t.set(nil), cluster.Options{Prior: before, Workers: workers})
	out := make([]*Campaign, len(groups))
	for k, i := range t.byPlace(len(groups), func(i int) []int32 { return groups[i].Members }) {
		if k%easeSets == 0 {
			t.room.Ease()
		}
		out[i] = t.campaign(&groups[i])
	}
	t.sumUp(out)
	addBounces(t, groups, out)
	sortCampaigns(out)
	return out
}

// campaign makes the campaign of a group, and writes it to the members. It is
// yet to be summed up.
func (t *Table) campaign(g *cluster.Group) *Campaign {
	id := t.campaignRef(g.ID)
	for m := range t.some(g.Members) {
		t.group(m, id, g.Weak != "")
	}
	return &Campaign{
		ID: g.ID, Print: g.Print, Class: g.Class, Weak: g.Weak,
		Coherence: g.Coherence, Words: g.Words, Core: g.Core, Members: g.Members,
	}
}

// sumUp adds up the members of campaigns.
func (t *Table) sumUp(campaigns []*Campaign) {
	t.each(campaigns, func() func(int) {
		var s summing
		return func(i int) { campaigns[i].Summary = s.sum(t, campaigns[i].Members) }
	})
}

// each is each of campaigns, in the order of their first messages. Most have no
// other, and in any other order each would be far from the one before.
func (t *Table) each(campaigns []*Campaign, start func() func(i int)) {
	order := t.byPlace(len(campaigns), func(i int) []int32 { return campaigns[i].Members })
	each(t.Workers, len(order), func() func(int) {
		do := start()
		return func(k int) {
			if k%easeSets == 0 {
				t.room.Ease()
			}
			do(int(order[k]))
		}
	})
}

// easeSets is after how many campaigns, most of one message, the room is eased.
const easeSets = 32

// byPlace orders n sets of messages by where the first of each lies.
func (t *Table) byPlace(n int, members func(i int) []int32) []int32 {
	return cluster.ByPlace(n, len(t.rows.chunks), func(i int) int { return int(members(i)[0] >> chunkBits) })
}

func sortCampaigns(all []*Campaign) {
	slices.SortStableFunc(all, func(a, b *Campaign) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.ID, b.ID))
	})
}

// addBounces gives each campaign the reports that return one of its messages,
// but for those that have one already.
func addBounces(t *Table, groups []cluster.Group, campaigns []*Campaign) {
	var placer *cluster.Placer
	changed := map[*Campaign]bool{}
	for i, m := range t.pass() {
		original, ok := m.original()
		if !ok || m.r.bounceOf != 0 {
			continue
		}
		if placer == nil {
			placer = cluster.NewPlacer(groups)
		}
		k := t.originals.Sketch(int(original))
		if g, ok := placer.Place(&k); ok {
			c := campaigns[g]
			c.Bounces = append(c.Bounces, int32(i))
			m.r.bounceOf = t.row(int(c.Members[0])).campaign
			changed[c] = true
		}
	}
	for c := range changed {
		slices.Sort(c.Bounces)
	}
}

// Priors is what the next scan needs to know of these campaigns. One message
// alone is no campaign to continue: its ID follows from its text.
func Priors(campaigns []*Campaign) []Prior {
	var out []Prior
	for _, c := range campaigns {
		if c.Count > 1 {
			out = append(out, Prior{ID: c.ID, Print: c.Print, Count: c.Count})
		}
	}
	return out
}

// ShortIDs gives each campaign the shortest beginning of its ID, of at least
// four characters, that no other campaign's ID begins with.
func ShortIDs(campaigns []*Campaign) map[fingerprint.ID]string {
	ids := make([]fingerprint.ID, 0, len(campaigns))
	for _, c := range campaigns {
		ids = append(ids, c.ID)
	}
	slices.Sort(ids)
	short := make(map[fingerprint.ID]string, len(ids))
	for i, id := range ids {
		need := minShortID
		if i > 0 {
			need = max(need, common(ids[i-1], id)+1)
		}
		if i+1 < len(ids) {
			need = max(need, common(ids[i+1], id)+1)
		}
		short[id] = string(id[:min(need, len(id))])
	}
	return short
}

const minShortID = 4

// common is how many bytes two texts begin with.
func common[T ~string](a, b T) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
