package classify

import (
	"slices"
	"sync"

	"qclean/classify/cluster"
	"qclean/classify/crew"
	"qclean/classify/fingerprint"
)

// around is what the rest of the queue tells of a message: facts gathered
// before anything is judged, and what the first look at all of it taught.
type around struct {
	t         *Table
	originals []int32         // by record: the group of originals that an NDR returns one of, 0 for none
	traced    map[int32]hits  // by such a group: NDRs whose original passed none of our hosts, and one
	alike     map[int32]int   // size of such a group
	outgoing  hits            // NDRs of ours to outside: for what strangers' hosts brought, and for what the sender's own did
	peers     map[peers]bool  // whom those wrote to who got reports that say which address failed
	victims   map[ref]hits    // by local address: NDRs for what passed us, and for what did not
	logins    map[string]int  // messages by login
	abused    map[string]bool // logins; filled by learn
	called    map[fingerprint.ID]Call
}

// peers are one of us and whom he writes to.
type peers struct {
	we   ref
	they string
}

// hits counts what speaks for a thing and what against it.
type hits struct{ bad, good int }

// mostly tells whether nearly all is bad, and that it is not by chance.
func (h hits) mostly(least int) bool { return h.bad >= least && h.bad >= 9*(h.bad+h.good)/10 }

// lookAround gathers the facts.
func lookAround(t *Table, site *Site) (*sight, *around) {
	a := &around{t: t, alike: map[int32]int{}, traced: map[int32]hits{}, victims: map[ref]hits{}, peers: map[peers]bool{}, logins: map[string]int{}}
	var originals sync.WaitGroup
	originals.Go(a.groupOriginals)
	seen := look(t, site)
	var logins counter
	asked := map[ref]bool{} // who got reports that say which address failed
	for i, m := range t.pass() {
		way := seen.ways[i]
		logins.count(m.r.login)
		if way&wayNDR != 0 && m.ToCount() == 1 && m.bounce().failedCount > 0 {
			asked[m.r.to] = true
		}
		if m.NDR() {
			a.report(m, way)
		}
	}
	for login, n := range logins.counts() {
		a.logins[t.text.at(login)] = n
	}
	a.meet(asked, seen)
	originals.Wait()
	a.trace(seen)
	return seen, a
}

// trace writes to the ways of reports where their originals belong, and counts
// by such a group.
func (a *around) trace(seen *sight) {
	for i, n := range a.originals {
		if n == 0 {
			continue
		}
		way := &seen.ways[i]
		*way |= wayCode(n) << wayRest
		if through := way.end(wayThrough); through != NoEnd {
			h := a.traced[n]
			h.add(through == Foreign)
			a.traced[n] = h
		}
	}
}

// report notes an NDR whose original tells whether it passed us.
func (a *around) report(m Message, way wayCode) {
	through := way.end(wayThrough)
	switch {
	case through == NoEnd || m.ToCount() != 1:
	case way.end(wayTo) == Foreign:
		a.outgoing.add(way&wayRelated == 0)
	default:
		h := a.victims[m.r.to]
		h.add(through == Foreign)
		a.victims[m.r.to] = h
	}
}

// meet notes who of some of us, with a login or from inside, writes to whom
// outside.
func (a *around) meet(asked map[ref]bool, seen *sight) {
	if len(asked) == 0 {
		return
	}
	for i, m := range a.t.pass() {
		if seen.signs[i]&writes == 0 || !asked[m.r.from] {
			continue
		}
		for to := range m.To() {
			a.peers[peers{m.r.from, to}] = true
		}
	}
}

// knows tells whether the recipient of a report wrote to an address that failed.
func (a *around) knows(report int32) bool {
	m := a.t.At(int(report))
	if m.ToCount() != 1 {
		return false
	}
	b := m.bounce()
	for i := range int(b.failedCount) {
		if a.peers[peers{m.r.to, m.text(a.t.one(b.failed, b.failedCount, i))}] {
			return true
		}
	}
	return false
}

func (h *hits) add(bad bool) {
	if bad {
		h.bad++
	} else {
		h.good++
	}
}

// groupOriginals puts the messages that NDRs return into campaigns of their
// own: many NDRs that return one text are a flood, whoever wrote them.
func (a *around) groupOriginals() {
	a.originals = make([]int32, a.t.Len())
	var items, of []int32
	for i, m := range a.t.pass() {
		if original, ok := m.original(); ok && m.NDR() {
			items = append(items, original)
			of = append(of, int32(i))
		}
	}
	if len(of) == 0 {
		return
	}
	for n, g := range cluster.Groups(a.t.originals.Pick(items), cluster.Options{Workers: a.t.Workers}) {
		if len(g.Members) < floodSize || g.Weak != "" {
			continue
		}
		a.alike[int32(n)+1] = len(g.Members)
		for _, m := range g.Members {
			a.originals[of[m]] = int32(n) + 1
		}
	}
}

// learn takes from the first verdicts which clients, links and logins are
// behind floods, for the messages that no group took in.
func (a *around) learn(strands [][]*Case, seen *sight) {
	a.abused, a.called = map[string]bool{}, map[fingerprint.ID]Call{}
	var clients, links known
	for _, campaign := range strands {
		for _, c := range campaign {
			bad := c.verdict.Call.Unwanted() && c.Flood()
			if bad {
				a.called[c.ID] = c.verdict.Call
			}
			if bad && c.verdict.Call == AccountAbuse {
				a.abused[c.Way.Login] = true
			}
			if c.Way.NDR || !bad && !c.vouched() {
				continue
			}
			for m := range a.t.some(c.Members) {
				r := a.t.row(int(m))
				clients.count(r.ip, bad)
				for i := range int(r.linkCount) {
					links.count(a.t.one(r.links, r.linkCount, i), bad)
				}
			}
		}
	}
	a.mark(seen, clients.mostly(2), links.mostly(3))
}

// known counts for what occurs in floods and in mail that is vouched for.
type known struct{ bad, good counter }

func (k *known) count(r ref, bad bool) {
	if bad {
		k.bad.count(r)
	} else {
		k.good.count(r)
	}
}

// mostly gives what is known for floods and for little else.
func (k *known) mostly(least int) map[ref]bool {
	out := map[ref]bool{}
	for r, n := range k.bad.counts() {
		if (hits{n, k.good.of(r)}).mostly(least) {
			out[r] = true
		}
	}
	return out
}

// mark sets the signs that were learnt.
func (a *around) mark(seen *sight, clients, links map[ref]bool) {
	crew.New(a.t.Workers).Spread(len(seen.signs), chunkRows, func(_, from, to int) {
		for i, m := range a.t.Pass(from, to) {
			r := m.r
			if clients[r.ip] {
				seen.signs[i] |= badClient
			}
			for k := range int(r.linkCount) {
				if links[a.t.one(r.links, r.linkCount, k)] {
					seen.signs[i] |= badLink
				}
			}
		}
	})
}

// taught tells whether anything that was learnt is about a case. Rules see
// nothing else that the first look did not show them, so that what was said of
// any other stands.
func (a *around) taught(c *Case) bool {
	return a.abused[c.Way.Login] || slices.ContainsFunc(c.Members, func(i int32) bool {
		return c.signs[i]&(badClient|badLink) != 0 || c.Way.NDR && a.called[a.t.At(int(i)).BounceOf()] != Unknown
	})
}

// vouched tells whether something speaks for the mail that a stranger's message
// does not have as a matter of course.
func (c *Case) vouched() bool {
	for _, e := range c.verdict.Evidence {
		if (e.For == Bulk || e.For == Legitimate) && e.Rule != "one-off" && e.Rule != "few-hosts" {
			return true
		}
	}
	return false
}

// known tells whether most messages have the client or the links of a flood.
func (c *Case) known() bool { return c.share(badClient|badLink) >= 0.5 }
