package classify

import "fmt"

// relayRules look at whose the two ends are, and who handed the messages in.
var relayRules = []Rule{
	{"neither-end-ours", Relayed, 65, "an outside host without a login hands in mail from an outside sender to outside recipients: that is what an open relay does", neitherEndOurs},
	{"many-senders-inside", Relayed, 45, "a host of ours floods outside recipients under the names of many outside senders: it is infected, or relays for others", infectedHost},
	{"our-name-from-outside", ForgedLocal, 45, "an outside host without a login gives one of our domains as sender", ourNameFromOutside},
	{"our-name-relayed", ForgedLocal, 20, "and the recipients are outside as well: our server relays it because of the sender's name", ourNameRelayed},
	{"outside-to-us", InboundUCE, 15, "mail from outside to us; others have to say that it is a flood", outsideToUs},
}

func neitherEndOurs(c *Case) (Evidence, bool) {
	if c.Way.NDR || c.Way.From != Foreign || c.Way.To != Foreign || c.Way.Inside || c.Way.Login != "" || c.forwarded() {
		return no()
	}
	return yes(fmt.Sprintf("%s from outside senders to outside recipients, handed in by %s without a login", messages(c.Count), hosts(c.Hosts)))
}

func infectedHost(c *Case) (Evidence, bool) {
	w := &c.Way
	if w.NDR || w.From != Foreign || w.To != Foreign || !w.Inside || c.Hosts == 0 || w.Login != "" || !c.Flood() || c.Domains.Distinct < c.Count/3 || c.share(isMailing) > 0.5 || c.forwarded() {
		return no()
	}
	return yes(fmt.Sprintf("%s of ours (%s …) sent %s in the name of %d outside domains", hosts(c.Hosts), c.Sources.First(), messages(c.Count), c.Domains.Distinct))
}

func ourNameFromOutside(c *Case) (Evidence, bool) {
	if c.Way.NDR || c.Way.From != Ours || c.Way.Inside || c.Way.Login != "" {
		return no()
	}
	return yes(fmt.Sprintf("%s give %s as sender, but %s outside handed them in without a login", messages(c.Count), c.Domains.First(), hosts(c.Hosts)))
}

func ourNameRelayed(c *Case) (Evidence, bool) {
	if _, ok := ourNameFromOutside(c); !ok || c.Way.To != Foreign {
		return no()
	}
	return yes(fmt.Sprintf("%d recipients in %d outside domains", c.Recipients, c.RcptDomains.Distinct))
}

func outsideToUs(c *Case) (Evidence, bool) {
	w := &c.Way
	if w.NDR || w.Auto || w.From == Ours || w.To != Ours && w.To != Both || w.Inside || w.Login != "" {
		return no()
	}
	return yes(fmt.Sprintf("%s from %d outside senders", messages(c.Count), c.Senders.Distinct))
}

// forwarded tells whether the recipient that our hosts recorded first is ours:
// somebody here lets his mail be sent on.
func (c *Case) forwarded() bool {
	return c.share(forUs) > 0.5
}

func messages(n int) string { return plural(n, "message") }
func hosts(n int) string    { return plural(n, "host") }

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
