package classify

import "fmt"

// reportRules look at reports about mail: whether what they return was ever sent.
var reportRules = []Rule{
	{"stranger-never-wrote", NDRFlood, 35, "we tell an outside address that mail failed, and what we return came from a host that has nothing to do with that address", strangerNeverWrote},
	{"our-reports-alike", NDRFlood, 35, "very many of our reports to outside addresses return the same text: its sender was forged", ourReportsAlike},
	{"reports-to-strangers", NDRFlood, 25, "nearly all reports that we send go to addresses whose own hosts never wrote to us", reportsToStrangers},
	{"never-sent", Backscatter, 65, "what the report returns passed none of our hosts: somebody else sent it in our name", neverSent},
	{"their-reports-alike", Backscatter, 55, "very many reports to us return the same text, and none of those that show its way shows one of our hosts", theirReportsAlike},
	{"forged-address", Backscatter, 55, "the report returns nothing that tells, but nearly all others to the same address are about mail that we never sent", forgedAddress},
	{"returns-a-flood", Backscatter, 55, "the report returns a message of a flood from outside", returnsAFlood},
	{"sent-by-us", RealBounce, 80, "what the report returns went through one of our hosts", sentByUs},
	{"stranger-wrote", RealBounce, 60, "the message that we could not deliver came from a host of the sender's own domain", strangerWrote},
	{"correspondent", RealBounce, 40, "we write to the address that failed, or it to us", correspondent},
	{"report", RealBounce, 5, "a report about delivery, with nothing against it", isReport},
}

func strangerNeverWrote(c *Case) (Evidence, bool) {
	if !c.Way.NDR || c.Way.To != Foreign || c.Way.Related || c.Way.Through == NoEnd {
		return no()
	}
	return yes(fmt.Sprintf("%s to %d outside domains", plural(c.Count, "report"), c.RcptDomains.Distinct))
}

func ourReportsAlike(c *Case) (Evidence, bool) {
	if !c.Way.NDR || c.Way.To != Foreign || c.Way.Related || c.Way.Origin == 0 {
		return no()
	}
	return yes(fmt.Sprintf("%d reports in the queue return this text", c.around.alike[c.Way.Origin]))
}

func reportsToStrangers(c *Case) (Evidence, bool) {
	if _, ok := strangerNeverWrote(c); !ok || !c.around.outgoing.mostly(2*floodSize) {
		return no()
	}
	return yes(fmt.Sprintf("%d of %d such reports", c.around.outgoing.bad, c.around.outgoing.bad+c.around.outgoing.good))
}

func neverSent(c *Case) (Evidence, bool) {
	if !c.Way.NDR || c.Way.To != Ours || c.Way.Through != Foreign {
		return no()
	}
	if c.share(aboutOurs) < 0.1 && c.share(aboutSomeone) > 0.9 {
		return no() // a report about somebody else's mail, such as of a list that we run
	}
	return yes(fmt.Sprintf("the trace of what %s return names none of our hosts", plural(c.Count, "report")))
}

func theirReportsAlike(c *Case) (Evidence, bool) {
	if !c.Way.NDR || c.Way.To != Ours || c.Way.Origin == 0 || c.Way.Through == Ours || !c.around.traced[c.Way.Origin].mostly(2) {
		return no()
	}
	return yes(fmt.Sprintf("%d reports in the queue return this text", c.around.alike[c.Way.Origin]))
}

func forgedAddress(c *Case) (Evidence, bool) {
	if !c.Way.NDR || c.Way.To != Ours || c.Way.Through != NoEnd {
		return no()
	}
	forged := func(i int32) bool {
		r := c.t.row(int(i))
		return r.toCount == 1 && c.around.victims[r.to].mostly(floodSize)
	}
	if c.shareThat(forged) < 0.5 {
		return no()
	}
	e, _ := yes(fmt.Sprintf("reports to %s", c.member(0).ToFirst()))
	e.Samples = c.samplesThat(forged)
	return e, true
}

func returnsAFlood(c *Case) (Evidence, bool) {
	if !c.Way.NDR || c.Way.To != Ours || c.Way.Through == Ours {
		return no()
	}
	flood := func(i int32) bool {
		m := c.t.At(int(i))
		if m.r.bounceOf == 0 {
			return false
		}
		call := c.around.called[m.BounceOf()]
		return call.Unwanted() && call != AccountAbuse && call != NDRFlood
	}
	if c.shareThat(flood) < 0.5 {
		return no()
	}
	e, _ := yes("what it returns is a copy of a campaign in this queue")
	e.Samples = c.samplesThat(flood)
	return e, true
}

func sentByUs(c *Case) (Evidence, bool) {
	if !c.Way.NDR || c.Way.To == Foreign || c.Way.Through != Ours {
		return no()
	}
	return yes(fmt.Sprintf("%s return mail that a host of ours sent", plural(c.Count, "report")))
}

func strangerWrote(c *Case) (Evidence, bool) {
	if !c.Way.NDR || c.Way.To != Foreign || !c.Way.Related {
		return no()
	}
	return yes("the sender's own mail host handed it in")
}

func correspondent(c *Case) (Evidence, bool) {
	if !c.Way.NDR || c.Way.To != Ours || c.Way.Through == Foreign || c.shareThat(c.around.knows) < 0.5 {
		return no()
	}
	e, _ := yes("other mail in the queue is to or from the same address")
	e.Samples = c.samplesThat(c.around.knows)
	return e, true
}

func isReport(c *Case) (Evidence, bool) {
	if !c.Way.NDR {
		return no()
	}
	return yes(plural(c.Count, "report"))
}
