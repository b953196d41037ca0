package classify

import (
	"sync"

	"qclean/classify/cluster"
	"qclean/classify/fingerprint"
	"qclean/classify/kind"
)

// around is what the rest of the queue tells of a message: facts gathered
// before anything is judged, and what the first look at all of it taught.
type around struct {
	t         *Table
	originals []int32         // by record: the group of originals that an NDR returns one of, 0 for none
	traced    map[int32]hits  // by such a group: NDRs whose original passed none of our hosts, and one
	alike     map[int32]int   // size of such a group
	outgoing  hits            // NDRs of ours to outside: for what strangers' hosts brought, and for what the sender's own did
	peers     map[string]bool // outside addresses that write to us or that we write to
	victims   map[string]hits // by local address: NDRs for what passed us, and for what did not
	logins    map[string]int  // messages by login
	clients   map[string]hits // by client address; filled by learn
	links     map[string]hits // by link domain; filled by learn
	abused    map[string]bool // logins; filled by learn
	called    map[fingerprint.ID]Call
}

// hits counts what speaks for a thing and what against it.
type hits struct{ bad, good int }

// mostly tells whether nearly all is bad, and that it is not by chance.
func (h hits) mostly(least int) bool { return h.bad >= least && h.bad >= 9*(h.bad+h.good)/10 }

// lookAround gathers the facts.
func lookAround(t *Table, site *Site) *around {
	a := &around{t: t, alike: map[int32]int{}, traced: map[int32]hits{}, victims: map[string]hits{}, peers: map[string]bool{}, logins: map[string]int{}}
	var originals sync.WaitGroup
	originals.Go(a.groupOriginals)
	j := judge{t: t, site: site, around: a}
	through := map[int32]End{} // by report
	for i := range t.Len() {
		r := t.At(i)
		if login := r.AuthUser(); login != "" {
			a.logins[login]++
		}
		if !r.NDR() {
			a.meet(r, site)
			continue
		}
		if end, related := j.original(r); end != NoEnd {
			through[int32(i)] = end
			a.report(&j, r, end, related)
		}
	}
	originals.Wait()
	for i, end := range through {
		if n := a.originals[i]; n > 0 {
			h := a.traced[n]
			h.add(end == Foreign)
			a.traced[n] = h
		}
	}
	return a
}

// report notes an NDR whose original tells whether it passed us.
func (a *around) report(j *judge, r Message, through End, related bool) {
	switch {
	case r.ToCount() != 1:
	case j.recipients(r) == Foreign:
		a.outgoing.add(!related)
	default:
		h := a.victims[r.ToFirst()]
		h.add(through == Foreign)
		a.victims[r.ToFirst()] = h
	}
}

// meet notes who writes with whom: one of us, with a login or from inside, to
// somebody outside.
func (a *around) meet(r Message, site *Site) {
	if r.Kind() != kind.Mail || r.ToCount() > floodSize || !site.LocalAddress(r.From()) || r.AuthUser() == "" && r.SourceIP() != "" && !site.Trusted(r.SourceIP()) {
		return
	}
	for to := range r.To() {
		a.peers[r.From()+" "+to] = true
	}
}

// knows tells whether the recipient of a report wrote to an address.
func (a *around) knows(address string, r Message) bool {
	return r.ToCount() == 1 && a.peers[r.ToFirst()+" "+address]
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
	for i := range a.t.Len() {
		m := a.t.At(i)
		if original, ok := m.original(); ok && m.NDR() {
			items = append(items, original)
			of = append(of, int32(i))
		}
	}
	if len(of) == 0 {
		return
	}
	for n, g := range cluster.Groups(a.t.originals.Pick(items), cluster.Options{}) {
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
func (a *around) learn(strands [][]*Case) {
	a.clients, a.links, a.abused, a.called = map[string]hits{}, map[string]hits{}, map[string]bool{}, map[fingerprint.ID]Call{}
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
			for _, m := range c.Members {
				r := a.t.At(int(m))
				count(a.clients, r.SourceIP(), bad)
				for l := range r.Links() {
					count(a.links, l, bad)
				}
			}
		}
	}
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

func count(in map[string]hits, key string, bad bool) {
	if key == "" {
		return
	}
	h := in[key]
	h.add(bad)
	in[key] = h
}

// known tells whether most messages have the client or the links of a flood.
func (c *Case) known() bool {
	return c.share(func(r Message) bool { return c.around.badClient(r.SourceIP()) || c.around.badLink(r) }) >= 0.5
}

// badClient tells whether a client is known for floods and for little else.
func (a *around) badClient(ip string) bool { return a.clients[ip].mostly(2) }

// badLink tells it of a domain that messages link to.
func (a *around) badLink(r Message) bool {
	for l := range r.Links() {
		if a.links[l].mostly(3) {
			return true
		}
	}
	return false
}
