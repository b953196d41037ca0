package classify

import (
	"fmt"
	"net/netip"
	"strings"
)

// floodRules look at how a flood is made. They speak for whichever unwanted
// call something else speaks for.
var floodRules = []Rule{
	{"flood", Unknown, 10, "many copies of one text", isFlood},
	{"many-hosts", Unknown, 25, "copies of one text from very many hosts: a botnet", manyHosts},
	{"many-senders", Unknown, 15, "copies of one text under very many senders' domains", manySenders},
	{"shady-helo", Unknown, 15, "most clients greet as no mail server does: with our own name, a bare word, an address, or the name of a dial-up line", shadyHelo},
	{"bad-client", Unknown, 40, "the client is known for a flood, and for nothing else", badClients},
	{"bad-link", Unknown, 35, "it links to where a flood links to, and nothing else does", badLinks},
}

func (c *Case) outside() bool { return !c.Way.NDR && !c.Way.Auto && !c.Way.Inside && c.Way.Login == "" }

func isFlood(c *Case) (Evidence, bool) {
	if !c.Flood() || c.Way.NDR || c.Way.Auto {
		return no()
	}
	return yes(fmt.Sprintf("%s share about %d words", messages(c.Count), c.Words))
}

func manyHosts(c *Case) (Evidence, bool) {
	if !c.outside() || !c.Flood() || c.Hosts*4 < c.Count && c.Hosts < 30 || c.Networks < 4 {
		return no()
	}
	if c.shadyShare() < 0.2 && (c.Count < 50 || c.Domains.Distinct < 8) {
		return no() // a mailing by a service with many hosts, or a text that many people pass on
	}
	return yes(fmt.Sprintf("%s in %s", hosts(c.Hosts), plural(c.Networks, "network")))
}

func manySenders(c *Case) (Evidence, bool) {
	if !c.outside() || !c.Flood() || c.Domains.Distinct < 4 || c.Domains.Distinct*5 < c.Count && c.Domains.Distinct < 30 {
		return no()
	}
	return yes(fmt.Sprintf("%d senders in %d domains", c.Senders.Distinct, c.Domains.Distinct))
}

func shadyHelo(c *Case) (Evidence, bool) {
	if !c.outside() {
		return no()
	}
	share := c.shadyShare()
	if share < 0.5 {
		return no()
	}
	e, _ := yes(fmt.Sprintf("%d %% of the messages", int(100*share)))
	e.Samples = c.samples(c.shadyGreeting)
	return e, true
}

// shadyGreeting tells it of one client.
func (c *Case) shadyGreeting(r Message) bool {
	h := strings.ToLower(strings.Trim(r.Helo(), "[]"))
	switch {
	case h == "" || r.SourceIP() == "":
		return false
	case c.Site.Local(h), strings.IndexByte(h, '.') < 0 && strings.IndexByte(h, ':') < 0:
		return true
	}
	if _, err := netip.ParseAddr(h); err == nil {
		return true
	}
	return dialUp(h, r.SourceIP()) || dialUp(r.SourceName(), r.SourceIP())
}

// dialUp tells the name that an access provider gives to a line: it holds the
// numbers of the address.
func dialUp(name, ip string) bool {
	a, err := netip.ParseAddr(ip)
	if err != nil || !a.Is4() || name == "" {
		return false
	}
	b := a.As4()
	found := 0
	for i := 0; i < len(name); {
		n, v := 0, 0
		for i+n < len(name) && name[i+n] >= '0' && name[i+n] <= '9' && n < 4 {
			v = v*10 + int(name[i+n]-'0')
			n++
		}
		if n > 0 && n < 4 {
			for k := range b {
				if int(b[k]) == v && found&(1<<k) == 0 {
					found |= 1 << k
					break
				}
			}
		}
		i += max(n, 1)
	}
	return found&0b1100 == 0b1100 && (found&0b0011 != 0)
}

func badClients(c *Case) (Evidence, bool) {
	bad := func(r Message) bool { return c.around.badClient(r.SourceIP()) }
	if c.Way.NDR || c.Way.Inside || c.share(bad) < 0.5 {
		return no()
	}
	e, _ := yes(fmt.Sprintf("client %s also sent floods", c.Sources.First()))
	e.Samples = c.samples(bad)
	return e, true
}

func badLinks(c *Case) (Evidence, bool) {
	bad := func(r Message) bool { return c.around.badLink(r) }
	if c.Way.NDR || c.Way.Inside || c.share(bad) < 0.5 {
		return no()
	}
	e, _ := yes(fmt.Sprintf("links to %s", c.Links.First()))
	e.Samples = c.samples(bad)
	return e, true
}
