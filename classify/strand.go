package classify

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"qclean/classify/fingerprint"
	"qclean/classify/kind"
	"qclean/scan/spool"
)

// End is whose one end of a message is.
type End uint8

// The ends.
const (
	NoEnd   End = iota // null sender, or no recipient known
	Ours               //
	Foreign            //
	Both               // recipients of either sort
)

// Way is how a message came.
type Way struct {
	NDR     bool
	Auto    bool   // a receipt, an answer or another report that a machine sent
	From    End    // envelope sender
	To      End    // envelope recipients
	Inside  bool   // handed in by a host of ours, or made here
	Login   string // login, or "?" when there was one that is not known
	Through End    // of an NDR: whether the returned message had passed a host of ours; NoEnd when it does not say
	Related bool   // of an NDR: the returned message came from a host of the recipient's own domain
	Origin  int32  // of an NDR: the group of originals like the one it returns, 0 for none
}

// Case is what rules look at: the messages of a campaign that came the same way.
type Case struct {
	*Campaign           // of these messages alone; what is said of the text is of the whole campaign
	Whole     *Campaign // the campaign that they are of
	Way       Way       //
	Site      *Site     //
	Networks  int       // that the clients are in, of 24 bits, or 48 of IPv6
	Hosts     int       // different clients
	t         *Table    //
	around    *around   // what the rest of the queue tells
	verdict   Verdict   //
	shady     float64   // see shadyShare
	asked     bool      // whether that is known
}

// member is member i.
func (c *Case) member(i int) Message { return c.t.At(int(c.Members[i])) }

// share is how many of the members a test holds for, 0 to 1.
func (c *Case) share(test func(Message) bool) float64 {
	n := 0
	for _, m := range c.Members {
		if test(c.t.At(int(m))) {
			n++
		}
	}
	return float64(n) / float64(len(c.Members))
}

// shadyShare is how many of the clients greet as no mail server does, 0 to 1.
// Several rules ask, twice each.
func (c *Case) shadyShare() float64 {
	if !c.asked {
		c.shady, c.asked = c.share(c.shadyGreeting), true
	}
	return c.shady
}

// samples names the first few members that a test holds for; nil takes any.
func (c *Case) samples(test func(Message) bool) []spool.ID {
	var out []spool.ID
	for _, m := range c.Members {
		if len(out) == MaxSamples {
			break
		}
		if r := c.t.At(int(m)); test == nil || test(r) {
			out = append(out, r.ID())
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
	return c.outside() && c.Hosts*4 >= c.Count && c.Networks >= 4 && c.shadyShare() >= 0.5
}

const floodSize = 8

// loose tells a group whose text alone says little.
func (c *Case) loose() bool { return c.Whole.Weak != "" && c.Whole.Class != fingerprint.Report }

// strands takes a campaign apart. Most came in one way and are not copied.
func (j *judge) strands(whole *Campaign) []*Case {
	first, same := j.way(whole.Members[0]), 1
	var other Way
	for ; same < len(whole.Members); same++ {
		if other = j.way(whole.Members[same]); other != first {
			break
		}
	}
	if same == len(whole.Members) {
		return []*Case{j.strand(whole, whole, first)}
	}
	byWay := map[Way][]int32{first: slices.Clone(whole.Members[:same]), other: whole.Members[same : same+1 : same+1]}
	order := []Way{first, other}
	for _, m := range whole.Members[same+1:] {
		w := j.way(m)
		if byWay[w] == nil {
			order = append(order, w)
		}
		byWay[w] = append(byWay[w], m)
	}
	slices.SortStableFunc(order, func(a, b Way) int { return cmp.Compare(len(byWay[b]), len(byWay[a])) })
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
func (j *judge) strand(whole, part *Campaign, w Way) *Case {
	c := &Case{Campaign: part, Whole: whole, Way: w, Site: j.site, t: j.t, around: j.around}
	c.Hosts, c.Networks = j.spread(part.Members)
	return c
}

func (j *judge) way(m int32) Way {
	r := j.t.At(int(m))
	w := Way{NDR: r.NDR() || r.Kind() == kind.DSNSuccess, From: j.sender(r), To: j.recipients(r), Inside: j.inside(r)}
	w.Auto = !w.NDR && r.Kind() != kind.Mail
	if w.Login = r.AuthUser(); w.Login == "" && r.Auth() {
		w.Login = "?"
	}
	if w.NDR {
		w.Through, w.Related = j.original(r)
		w.Origin = j.around.originals[m]
		w.From, w.Login = NoEnd, ""
	}
	return w
}

func (j *judge) sender(r Message) End {
	switch {
	case r.Null() || r.r.from == 0 || j.site.Empty():
		return NoEnd
	case j.local(r.r.from, r.r.fromDomain):
		return Ours
	}
	return Foreign
}

// local is Site.LocalAddress of an address in the table, whose domain is looked
// at once: there are many addresses and few domains.
func (j *judge) local(address, domain ref) bool {
	if domain == 0 {
		return j.site.LocalAddress(j.t.text.at(address))
	}
	ours, ok := j.ours[domain]
	if !ok {
		if j.ours == nil {
			j.ours = map[ref]bool{}
		}
		ours = j.site.Local(j.t.text.at(domain))
		j.ours[domain] = ours
	}
	return ours
}

func (j *judge) recipients(r Message) End {
	ours, foreign := 0, 0
	if j.site.Empty() {
		return NoEnd
	}
	for i := range r.ToCount() {
		if j.local(j.t.recipient(r.r, i)) {
			ours++
		} else {
			foreign++
		}
	}
	switch {
	case ours > 0 && foreign > 0:
		return Both
	case ours > 0:
		return Ours
	case foreign > 0 && sentOn(r):
		return NoEnd
	case foreign > 0:
		return Foreign
	}
	return NoEnd
}

// sentOn tells mail that came over a list, where the only recipients known are
// those of its To field: that names the list, not who it was sent on to.
func sentOn(r Message) bool {
	if r.Envelope() != spool.FromHeaders {
		return false
	}
	if r.List() {
		return true
	}
	from := Domain(r.From())
	for to := range r.To() {
		if from != "" && Domain(to) == from {
			return true
		}
	}
	return false
}

// inside tells whether a message was handed in by a host of ours. One without
// a client was made on the server, or came out of its store; one with a
// private address is in our house, since the Internet does not carry those.
func (j *judge) inside(r Message) bool {
	ip, name := r.SourceIP(), r.SourceName()
	return ip == "" || private(ip) || j.site.Trusted(ip) || name != "" && (j.site.Local(name) || j.site.TrustedHost(name))
}

// original tells whether the message that an NDR returns had passed a host of
// ours, and whether the host that brought it has to do with whom the NDR goes to.
func (j *judge) original(r Message) (through End, related bool) {
	trail := r.Trail()
	if len(trail) == 0 {
		return NoEnd, false
	}
	through = Foreign
	for i := range trail {
		if j.site.ours(&trail[i]) {
			through = Ours
			break
		}
	}
	for i := range trail {
		h := &trail[i]
		if h.IP == "" || j.site.Trusted(h.IP) {
			continue
		}
		return through, relates(h.Name, r, false) || relates(h.Helo, r, true)
	}
	return through, false
}

// relates tells whether a host's name lies under the domain of a recipient.
// HELO is the client's own word: bots say the bare domain that they forge,
// mail hosts their name in it.
func relates(host string, r Message, below bool) bool {
	for to := range r.To() {
		if under(host, Domain(to), below) {
			return true
		}
	}
	return false
}

// under tells whether a host lies below a domain, or is called so itself.
func under(host, domain string, below bool) bool {
	host = strings.ToLower(strings.TrimRight(host, "."))
	return domain != "" && (host == domain && !below || strings.HasSuffix(host, "."+domain))
}

// spread counts the clients and the networks that they are in.
func (j *judge) spread(members []int32) (hosts, networks int) {
	ips, nets := map[string]bool{}, map[netip.Prefix]bool{}
	for _, m := range members {
		ip := j.t.At(int(m)).SourceIP()
		if ip == "" || ips[ip] {
			continue
		}
		ips[ip] = true
		if p, ok := network(ip, 24, 48); ok {
			nets[p] = true
		}
	}
	return len(ips), len(nets)
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
