package dnsbl

import "net/netip"

// entries are what a zone must and must not list (RFC 5782 section 5).
func entries(z *Zone, k Kind) (in []Subject, out Subject) {
	ip := func(s string) Subject { return Subject{IP: netip.MustParseAddr(s)} }
	switch k {
	case IPv4:
		return []Subject{ip("127.0.0.2")}, ip("127.0.0.1")
	case IPv6:
		return []Subject{ip("::ffff:127.0.0.2")}, ip("::ffff:127.0.0.1")
	}
	in = []Subject{{Name: "test"}}
	for _, name := range z.Tests {
		in = append(in, Subject{Name: name})
	}
	return in, Subject{Name: "invalid"}
}

// test runs a zone's self-test, once for each kind.
func (c *checker) test(z *Zone, k Kind) *Health {
	if h := c.health[z.Name][k]; h != nil {
		return h
	}
	h := c.selfTest(z, k)
	if c.health[z.Name] == nil {
		c.health[z.Name] = map[Kind]*Health{}
	}
	c.health[z.Name][k] = &h
	c.rep.Zones = append(c.rep.Zones, h)
	return &h
}

func (c *checker) selfTest(z *Zone, k Kind) Health {
	h := Health{Zone: z.Name, Kind: k}
	in, out := entries(z, k)
	var st State
	for _, entry := range in { // the first that is listed will do
		if st, _, _, h.Why = c.state(z, entry); st == Listed || st == NotKnown || st == NotAsked {
			break
		}
		h.Why = "it does not list its own test entry " + in[0].String()
	}
	if st == NotKnown || st == NotAsked {
		return h
	}
	h.Known = true
	if st != Listed {
		return h
	}
	switch st, _, _, h.Why = c.state(z, out); st {
	case NotListed:
		h.Good = true
	case Listed:
		h.Why = "it lists " + out.String() + ", as if it listed everything"
	default:
		h.Known = false
	}
	return h
}
