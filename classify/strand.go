package classify

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"

	"qclean/classify/fingerprint"
	"qclean/scan/spool"
)

// Case is what rules look at: the messages of a campaign that came the same way.
type Case struct {
	*Campaign           // of these messages alone; what is said of the text is of the whole campaign
	Whole     *Campaign // the campaign that they are of
	Way       Way       //
	Site      *Site     //
	Networks  int       // that the clients are in, of 24 bits, or 48 of IPv6
	Hosts     int       // different clients
	t         *Table    //
	signs     []sign    // by message
	around    *around   // what the rest of the queue tells
	verdict   Verdict   //
}

// member is member i.
func (c *Case) member(i int) Message { return c.t.At(int(c.Members[i])) }

// share is how many of the members have a sign, 0 to 1.
func (c *Case) share(of sign) float64 {
	return c.shareThat(func(i int32) bool { return c.signs[i]&of != 0 })
}

// shareThat is how many of the members a test holds for, 0 to 1.
func (c *Case) shareThat(test func(i int32) bool) float64 {
	n := 0
	for m := range c.t.some(c.Members) {
		if test(m) {
			n++
		}
	}
	return float64(n) / float64(len(c.Members))
}

// samples names the first few members that have a sign; 0 takes any.
func (c *Case) samples(with sign) []spool.ID {
	return c.samplesThat(func(i int32) bool { return with == 0 || c.signs[i]&with != 0 })
}

// samplesThat names the first few members that a test holds for.
func (c *Case) samplesThat(test func(i int32) bool) []spool.ID {
	var out []spool.ID
	for m := range c.t.some(c.Members) {
		if len(out) == MaxSamples {
			break
		}
		if test(m) {
			if out == nil {
				out = make([]spool.ID, 0, min(MaxSamples, len(c.Members)))
			}
			out = append(out, c.t.At(int(m)).ID())
		}
	}
	return out
}

// Flood tells whether there are enough messages to speak of one. A group that
// holds together by a footer or a picture only is none, unless it is made as
// only floods are.
func (c *Case) Flood() bool { return c.Count >= floodSize && (!c.loose() || c.botlike()) }

// botlike tells whether about every message has a host of its own, and these
// greet as bots do.
func (c *Case) botlike() bool {
	return c.outside() && c.Hosts*4 >= c.Count && c.Networks >= 4 && c.share(shadyGreeting) >= 0.5
}

const floodSize = 8

// loose tells a group whose text alone says little.
func (c *Case) loose() bool { return c.Whole.Weak != "" && c.Whole.Class != fingerprint.Report }

// strands takes a campaign apart. Most came in one way and are not copied.
func (j *judge) strands(whole *Campaign) []*Case {
	first := j.seen.ways[whole.Members[0]]
	if !slices.ContainsFunc(whole.Members, func(m int32) bool { return j.seen.ways[m] != first }) {
		return []*Case{j.strand(whole, whole, first)}
	}
	byWay, order := map[wayCode][]int32{}, []wayCode(nil)
	for _, m := range whole.Members {
		w := j.seen.ways[m]
		if byWay[w] == nil {
			order = append(order, w)
		}
		byWay[w] = append(byWay[w], m)
	}
	slices.SortStableFunc(order, func(a, b wayCode) int { return cmp.Compare(len(byWay[b]), len(byWay[a])) })
	out := make([]*Case, 0, len(order))
	for _, w := range order {
		part := *whole
		part.Members = byWay[w]
		part.Summary = j.summing.sum(j.t, part.Members)
		out = append(out, j.strand(whole, &part, w))
	}
	return out
}

// strand makes the case of some of a campaign, or of all.
func (j *judge) strand(whole, part *Campaign, w wayCode) *Case {
	c := &Case{Campaign: part, Whole: whole, Way: j.t.way(w), Site: j.site, t: j.t, signs: j.seen.signs, around: j.around}
	c.Hosts, c.Networks = j.spread(part.Members)
	return c
}

// spread counts the clients and the networks that they are in.
func (j *judge) spread(members []int32) (hosts, networks int) {
	j.ips, j.nets = j.ips[:0], j.nets[:0]
	for m := range j.t.some(members) {
		if ip := j.t.row(int(m)).ip; ip != 0 && (len(j.ips) == 0 || ip != j.ips[len(j.ips)-1]) {
			j.ips = append(j.ips, ip)
		}
	}
	slices.Sort(j.ips)
	j.ips = slices.Compact(j.ips)
	for _, ip := range j.ips {
		if n, ok := networkNumber(j.t.text.at(ip)); ok {
			j.nets = append(j.nets, n)
		}
	}
	slices.Sort(j.nets)
	return len(j.ips), len(slices.Compact(j.nets))
}

// networkNumber is a number of the network that an address is in, of 24 bits,
// or 48 of IPv6.
func networkNumber(ip string) (uint64, bool) {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return 0, false
	}
	if a = a.Unmap(); a.Is4() {
		b := a.As4()
		return uint64(b[0])<<16 | uint64(b[1])<<8 | uint64(b[2]), true
	}
	b := a.As16()
	return 1<<63 | binary.BigEndian.Uint64(b[:])>>16, true
}

// network is the network of that many bits that an address is in.
func network(ip string, v4, v6 int) (netip.Prefix, bool) {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return netip.Prefix{}, false
	}
	bits := v4
	if a = a.Unmap().WithZone(""); a.Is6() {
		bits = v6
	}
	p, err := a.Prefix(bits)
	return p, err == nil
}
