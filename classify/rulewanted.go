package classify

import (
	"fmt"

	"qclean/classify/fingerprint"
)

// wantedRules speak for mail. Their points are taken off every unwanted call.
var wantedRules = []Rule{
	{"list", Bulk, 40, "a mailing that one can leave, from the sender's own hosts or from few", aList},
	{"aligned", Bulk, 25, "its links lead to the sender's own domain, and few hosts send it", alignedLinks},
	{"our-mailing", Bulk, 35, "many copies that our own hosts send in the name of our domain", ourMailing},
	{"own-people", Legitimate, 40, "one of us sent it, with a login or from a host of ours", ownPeople},
	{"from-inside", Legitimate, 30, "a host of ours handed it in, or it was made here", fromInside},
	{"answers-us", Legitimate, 40, "it answers a message of ours", answersUs},
	{"one-off", Legitimate, 30, "from outside to us, and like no other message", oneOff},
	{"few-hosts", Legitimate, 25, "one sender's domain and one or two hosts, as correspondents and notices have", fewHosts},
	{"hosts-match", Legitimate, 40, "the hosts that hand it in bear the names of the senders' own domains", hostsMatch},
	{"forwarded", Legitimate, 60, "somebody here lets his mail be sent on", isForwarded},
	{"automatic", Legitimate, 30, "an answer, a receipt or a report that a machine sent", isAutomatic},
}

// steady tells a sender that does not hide: one domain, few networks.
func (c *Case) steady() bool {
	return c.Domains.Distinct <= 1 && c.Networks <= max(2, min(8, c.Count/5))
}

func aList(c *Case) (Evidence, bool) {
	if c.Way.NDR || !c.steady() && c.share(shadyGreeting) >= 0.1 || c.share(isMailing) < 0.8 {
		return no()
	}
	if _, match := hostsMatch(c); (c.Count == 1 || c.Domains.Distinct > 1) && !match && !c.Way.Inside {
		return no()
	}
	return yes(fmt.Sprintf("%s from %s", messages(c.Count), c.Domains.First()))
}

func alignedLinks(c *Case) (Evidence, bool) {
	if c.Way.NDR || !c.steady() || c.Whole.Class != fingerprint.Aligned {
		return no()
	}
	return yes(fmt.Sprintf("links to %s", c.Links.First()))
}

func ourMailing(c *Case) (Evidence, bool) {
	if c.Way.NDR || c.Way.Auto || c.Way.From != Ours || !c.Way.Inside || c.Way.Login != "" || !c.Flood() || c.Networks > 3 {
		return no()
	}
	return yes(fmt.Sprintf("%s from %s", messages(c.Count), c.Senders.First()))
}

func ownPeople(c *Case) (Evidence, bool) {
	w := &c.Way
	if w.NDR || w.From != Ours || !w.Inside && w.Login == "" || c.Flood() && (c.Networks > 3 || w.Login != "" && c.RcptDomains.Distinct > 50) || w.Login != "" && c.around.abused[w.Login] && c.share(badClient) >= 0.5 {
		return no()
	}
	return yes(fmt.Sprintf("%s of %s", messages(c.Count), c.Senders.First()))
}

func fromInside(c *Case) (Evidence, bool) {
	if c.Way.NDR || !c.Way.Inside {
		return no()
	}
	if _, infected := infectedHost(c); infected {
		return no()
	}
	if c.Hosts == 0 {
		return yes("no client: it was made on this server")
	}
	return yes(fmt.Sprintf("client %s is ours", c.Sources.First()))
}

func answersUs(c *Case) (Evidence, bool) {
	if c.Way.NDR || c.Way.To != Ours || c.Flood() || c.share(answersOurs) < 0.5 {
		return no()
	}
	return yes("In-Reply-To names a message of our domain")
}

func oneOff(c *Case) (Evidence, bool) {
	if c.Way.NDR || c.Way.To == Foreign || c.Way.From == Ours && c.Way.To != Ours || c.Flood() {
		return no()
	}
	if c.Whole.Count >= floodSize && !c.loose() || c.Whole.Count > 1 && c.botlike() || c.known() {
		return no()
	}
	return yes("no flood of this text")
}

func fewHosts(c *Case) (Evidence, bool) {
	if c.Way.NDR || c.Way.From != Foreign || c.Way.To == Foreign || c.Domains.Distinct > 1 || c.Hosts > 2 || c.Count < 2 || c.known() {
		return no()
	}
	return yes(fmt.Sprintf("%s by %s", c.Domains.First(), hosts(c.Hosts)))
}

// hostsMatch looks at the names of the clients: a bot has that of a line, and
// greets as whatever it likes, but not with a host's name in each forged domain.
func hostsMatch(c *Case) (Evidence, bool) {
	if c.Way.NDR || c.Way.Inside || c.Way.From == Ours || c.share(hostMatches) < 0.8 {
		return no()
	}
	return yes(fmt.Sprintf("%s, such as %s", hosts(c.Hosts), c.Sources.First()))
}

func isForwarded(c *Case) (Evidence, bool) {
	if c.Way.NDR || c.Way.To != Foreign || c.Way.From == Ours || !c.forwarded() {
		return no()
	}
	return yes(fmt.Sprintf("our hosts took it for %s", c.member(0).For()))
}

func isAutomatic(c *Case) (Evidence, bool) {
	if !c.Way.Auto {
		return no()
	}
	return yes(c.Kinds.First())
}
