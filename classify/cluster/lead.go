package cluster

import "math"

// Thresholds for joining a group.
const (
	minHits    = 3    // features in common, whatever the shares say
	joinShare  = 0.20 // share of the core that must be in the message
	joinSmall  = 0.30 // the same, while a group is small and its core a guess
	smallGroup = 5
	joinBoth   = 0.50 // a message with less of the core than this must be core itself to make up for it
	sureWeight = 3    // of core features that are the campaign's alone,
	sureHits   = 6    // or so many features, more than a phrase has,
	lessSure   = 2    // of such a weight, with
	sureShare  = 0.10 // so much of the core
	mustShare  = 0.15 // of what tells a campaign from those that only have its footer
)

// leading is the first pass: each doc joins the group whose core it shows
// best, or leads a new one. The order of keys is as good as random, so that
// early groups are those of large campaigns: once these stand, many docs at a
// time look for their group at once, and those that find none do so again one
// after another, since one of them may have led the group of the next.
type leading struct {
	*grouping
	lists *postings
	again []uint64 // bit by feature: whether more than one doc of the class has it
}

// leader is one worker's part of leading.
type leader struct {
	*leading
	hand    *hand
	picked  []int32           // features of the message at hand that others have,
	level   uint8             // its level,
	above   [maxLevel + 1]int // and how many of them show at each level,
	counted bool              // if that is known
}

const (
	leadFirst = 4096 // docs that look one after another
	leadShare = 2    // of one part so many come after it, at once
	leadCore  = 128  // docs of a group from which its core stays as it is
)

// lead makes the groups that refine puts right.
func (g *grouping) lead() *leading {
	l := &leading{grouping: g, lists: &g.desk.lists, again: g.again()}
	l.lists.clear(len(g.census.hash))
	leaders := make([]leader, len(g.hands))
	for i := range leaders {
		leaders[i] = leader{leading: l, hand: g.hands[i]}
	}
	for from, to := 0, 0; from < len(g.docs); from = to {
		to = min(from+max(from/leadShare, leadFirst), len(g.docs))
		if from > 0 {
			l.crew.Spread(to-from, leadRun, func(worker, i, j int) {
				l.set.Room.Ease()
				for d := from + i; d < from+j; d++ {
					l.of[d] = leaders[worker].best(int32(d))
				}
			})
		}
		for d := from; d < to; d++ {
			leaders[0].place(int32(d))
		}
	}
	l.regroup() // of a large group join wrote down the first docs only
	return l
}

const leadRun = 1 << 9

// place puts a doc into the group that it found, that it finds now, or that it leads.
func (l *leader) place(d int32) {
	i := l.of[d]
	if i < 0 {
		i = l.best(d)
	}
	if i < 0 && len(l.picked) >= minHits {
		i = l.open(l.picked)
	}
	if i >= 0 {
		l.join(d, i)
	}
}

// again tells of each feature whether more than one doc of the class has it.
func (g *grouping) again() []uint64 {
	k, n := g.desk, len(g.census.hash)/64+1
	k.once, k.again = resized(k.once, n), resized(k.again, n)
	once, again := k.once, k.again
	for d := range g.docs {
		g.features = g.census.features(g.features, &g.docs[d])
		for _, f := range g.features {
			bit := uint64(1) << (f % 64)
			again[f/64] |= once[f/64] & bit
			once[f/64] |= bit
		}
	}
	return again
}

// repeated gives, in place of what dst holds, the doc's features that some
// other doc of the class has: random padding is gone before any work is done
// for it, and never gets into the index.
func (l *leading) repeated(dst []int32, d *doc) []int32 {
	dst = l.census.features(dst, d)
	n := 0
	for _, f := range dst {
		dst[n] = f
		n += int(l.again[f/64] >> (f % 64) & 1)
	}
	return dst[:n]
}

// best finds the group that a message belongs to, -1 for none.
func (l *leader) best(d int32) int32 {
	h := l.hand
	l.picked = l.repeated(l.picked, &l.docs[d])
	l.meet(l.picked)
	l.level, l.counted = l.docs[d].level, false
	h.mark(l.census, l.picked)
	best, score := int32(alone), float32(0)
	for _, i := range h.touched {
		if i > 0 && int(h.met[i].hits) >= minHits {
			if s := l.score(i - 1); s > score || s == score && s > 0 && i-1 < best {
				best, score = i-1, s
			}
		}
		h.met[i] = meeting{}
	}
	h.unmark(l.picked)
	return best
}

// meet counts the features that the message shares with each group, which are
// counted from 1 here: 0 stands for the places to spare in cells. There is no
// branch but where a list has a further cell, since which features are in a
// list and which groups came before is up to chance.
func (l *leader) meet(features []int32) {
	h := l.hand
	h.room(len(l.groups) + 1)
	if len(features) < minHits {
		h.touched = h.touched[:0]
		return
	}
	listed, n := h.list(features), 0
	for _, f := range features {
		listed[n] = f
		n += int(l.lists.some[f/64] >> (f % 64) & 1)
	}
	touched, met, k := h.touched[:cap(h.touched)], h.met, 0
	for _, f := range listed[:n] {
		for c := l.lists.first[f]; c != 0; {
			at := &l.lists.cells[c]
			for _, i := range at.groups {
				touched[k] = i
				if met[i].hits == 0 {
					k++
				}
				met[i].hits++
			}
			c = at.next
		}
	}
	h.touched = touched[:k]
}

// score is how well the message at hand fits a group, 0 when it does not belong to it.
// The weight of what it shows of the core speaks for the larger core; the
// share of it speaks against a campaign of which it has the footer only.
func (l *leader) score(i int32) float32 {
	gr := &l.groups[i]
	if len(gr.docs) == 1 {
		return l.fitAlone(&l.docs[gr.docs[0]]).score(true)
	}
	return gr.core.fit(l.hand.marks, l.seen(gr.core.level), l.level).score(len(gr.docs) < smallGroup)
}

// seen counts the features of the message at hand that show at a level.
func (l *leader) seen(level uint8) int {
	if level <= l.level {
		return len(l.picked)
	}
	if !l.counted {
		l.above, l.counted = l.census.above(l.picked), true
	}
	return l.above[level]
}

func (m match) score(small bool) float32 {
	need := float32(joinShare)
	if small {
		need = joinSmall
	}
	if m.hits < minHits || (m.share < need || m.share+m.inside < joinBoth) && (small || !m.sure()) {
		return 0
	}
	return float32(m.hits) * float32(math.Sqrt(float64(m.share)))
}

// sure tells whether the little that a message shows of a core is the
// campaign's alone, and more than a phrase: "if you would like to" makes five
// features or so, which hardly other mail of a queue need have.
func (m match) sure() bool {
	return m.share >= sureShare && (m.weight >= sureWeight || m.hits >= sureHits && m.weight >= lessSure)
}

// fitAlone is fit for a group with one doc, whose core is its own features that
// others have, each of the same weight.
func (l *leader) fitAlone(d *doc) match {
	h := l.hand
	m := match{seen: l.seen(d.level)}
	h.features = l.census.features(h.features, d)
	all := 0
	for _, f := range h.features {
		m.hits += int(h.marks[f/64] >> (f % 64) & 1)
		if again := int(l.again[f/64] >> (f % 64) & 1); l.level <= d.level || levelOf(l.census.hash[f]) >= int(l.level) {
			all += again
		}
	}
	m.weight = float32(m.hits)
	m.of(float32(all))
	return m
}

// open makes a new group. Only its coarsest features are indexed, which every
// other message is able to show; the rest wait until it has a second member.
func (l *leading) open(features []int32) int32 {
	i := int32(len(l.groups))
	l.groups = append(l.groups, group{})
	left := maxSingle
	for level := maxLevel; level >= 0 && left > 0; level-- {
		for _, f := range features {
			if levelOf(l.census.hash[f]) == level && left > 0 {
				l.lists.add(f, i)
				left--
			}
		}
	}
	return i
}

// maxSingle is how many features of a group of one are indexed.
const maxSingle = 16

// join adds a doc to a group, whose core is computed anew at sizes that grow up
// to the last.
func (l *leading) join(d, i int32) {
	l.of[d] = i
	gr := &l.groups[i]
	if len(gr.docs) == leadCore {
		return
	}
	gr.docs = append(gr.docs, d)
	if n := len(gr.docs); n > 1 && (n < 5 || n&(n-1) == 0 || n%3 == 0 && (n/3)&(n/3-1) == 0) {
		if gr.core == nil {
			gr.core = &core{}
		}
		l.count.count(l.docs, gr.docs)
		l.count.into(gr.core, coreShare)
		for _, f := range gr.core.feature {
			l.lists.add(f, i)
		}
	}
}
