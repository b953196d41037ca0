package classify

import "fmt"

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
	if c.share(shadyGreeting) < 0.2 && (c.Count < 50 || c.Domains.Distinct < 8) {
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
	share := c.share(shadyGreeting)
	if share < 0.5 {
		return no()
	}
	e, _ := yes(fmt.Sprintf("%d %% of the messages", int(100*share)))
	e.Samples = c.samples(shadyGreeting)
	return e, true
}

func badClients(c *Case) (Evidence, bool) {
	if c.Way.NDR || c.Way.Inside || c.share(badClient) < 0.5 {
		return no()
	}
	e, _ := yes(fmt.Sprintf("client %s also sent floods", c.Sources.First()))
	e.Samples = c.samples(badClient)
	return e, true
}

func badLinks(c *Case) (Evidence, bool) {
	if c.Way.NDR || c.Way.Inside || c.share(badLink) < 0.5 {
		return no()
	}
	e, _ := yes(fmt.Sprintf("links to %s", c.Links.First()))
	e.Samples = c.samples(badLink)
	return e, true
}
