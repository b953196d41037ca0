package classify

import "fmt"

// accountRules look at logins: a stolen one sends what its owner never would,
// from where he never was.
var accountRules = []Rule{
	{"one-login", AccountAbuse, 25, "one login is behind a flood", oneLogin},
	{"login-many-networks", AccountAbuse, 40, "the login is used from many networks at a time", loginManyNetworks},
	{"login-to-strangers", AccountAbuse, 15, "the flood goes to recipients in very many outside domains", loginToStrangers},
	{"login-volume", AccountAbuse, 10, "the flood is most of what the login ever sent", loginVolume},
	{"login-bounces", AccountAbuse, 15, "much of the flood comes back", loginBounces},
	{"login-abused", AccountAbuse, 30, "the login and the client are known for a flood", loginAbused},
}

func oneLogin(c *Case) (Evidence, bool) {
	if c.Way.Login == "" || c.Way.Login == "?" || c.Way.NDR || c.Way.Auto || c.Way.To == Ours || !c.Flood() {
		return no()
	}
	return yes(fmt.Sprintf("login %s sent %s", c.Way.Login, messages(c.Count)))
}

func loginManyNetworks(c *Case) (Evidence, bool) {
	if c.Way.Login == "" || c.Way.NDR || !c.Flood() || c.Networks < 4 {
		return no()
	}
	return yes(fmt.Sprintf("%s in %d networks", hosts(c.Hosts), c.Networks))
}

func loginToStrangers(c *Case) (Evidence, bool) {
	if _, ok := oneLogin(c); !ok || c.RcptDomains.Distinct*5 < c.Recipients && c.RcptDomains.Distinct < 50 {
		return no()
	}
	return yes(fmt.Sprintf("%d recipients in %d domains", c.Recipients, c.RcptDomains.Distinct))
}

func loginVolume(c *Case) (Evidence, bool) {
	if _, ok := oneLogin(c); !ok || c.Count*2 < c.around.logins[c.Way.Login] {
		return no()
	}
	return yes(fmt.Sprintf("%d of the %s with that login", c.Count, messages(c.around.logins[c.Way.Login])))
}

func loginBounces(c *Case) (Evidence, bool) {
	if _, ok := oneLogin(c); !ok || len(c.Whole.Bounces) < 3 || len(c.Whole.Bounces)*50 < c.Count {
		return no()
	}
	e, _ := yes(fmt.Sprintf("%s return it", plural(len(c.Whole.Bounces), "report")))
	for _, b := range c.Whole.Bounces[:min(MaxSamples, len(c.Whole.Bounces))] {
		e.Samples = append(e.Samples, c.t.At(int(b)).ID())
	}
	return e, true
}

func loginAbused(c *Case) (Evidence, bool) {
	if c.Way.Login == "" || !c.around.abused[c.Way.Login] || c.share(badClient) < 0.5 {
		return no()
	}
	return yes(fmt.Sprintf("login %s is behind a flood that %s handed in", c.Way.Login, c.Sources.First()))
}
