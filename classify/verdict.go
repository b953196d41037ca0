package classify

import (
	"fmt"

	"qclean/scan/spool"
)

// Call is what a campaign is doing in the queue.
type Call uint8

// The calls. The unwanted ones come first.
const (
	Unknown      Call = iota
	Relayed           // neither end is ours
	ForgedLocal       // our domain as sender, from an outside host without a login
	AccountAbuse      // one of our logins behind a flood
	InboundUCE        // spam from outside to us
	NDRFlood          // our NDRs to outsiders who never wrote to us
	Backscatter       // others' NDRs to us for what we never sent
	RealBounce        // NDRs for what was really sent
	Bulk              // newsletters and notices that look wanted
	Legitimate
)

var callNames = [...]string{"unknown", "relayed", "forged-local", "account-abuse", "inbound-uce", "ndr-flood", "backscatter", "bounce", "bulk", "legitimate"}

// String gives the word that selectors, JSON and the index use.
func (c Call) String() string {
	if int(c) < len(callNames) {
		return callNames[c]
	}
	return callNames[Unknown]
}

// ParseCall is the reverse of String, false for an unknown word.
func ParseCall(s string) (Call, bool) {
	for i, n := range callNames {
		if n == s {
			return Call(i), true
		}
	}
	return Unknown, false
}

// Calls lists them all.
func Calls() []Call {
	out := make([]Call, len(callNames))
	for i := range out {
		out[i] = Call(i)
	}
	return out
}

// Unwanted tells whether mail that is called so is to be cleaned up.
func (c Call) Unwanted() bool { return c >= Relayed && c <= Backscatter }

// Verdict is an opinion with its reasons. It never moves anything by itself.
type Verdict struct {
	Call     Call
	Score    int  // points for the call; for an unwanted one less those that speak for the mail
	Likely   bool // the evidence is thin, or what is ours was guessed
	Mixed    bool // of a campaign: its messages came in different ways and are not all called the same
	Evidence []Evidence
}

// Evidence is one rule that spoke, so that a sceptic can check it.
type Evidence struct {
	Rule    string
	For     Call // that the points speak for; Legitimate takes them off every unwanted call
	Points  int
	Text    string     // "2,310 clients in 1,906 networks sent it"
	Samples []spool.ID // up to five messages that show it; nobody may change them
}

// MaxSamples is how many messages one piece of evidence names.
const MaxSamples = 5

// Judgement is what was said of a scan.
type Judgement struct {
	Site      Site
	Campaigns []Verdict  // one for each campaign, in their order
	Records   []*Verdict // one for each message; those that came the same way share it, and nobody may change it
}

// The scores that decide.
const (
	called  = 50 // from here on a call is made
	mailing = 35 // from here on it is bulk, whatever else speaks for it
	even    = 30 // so much more may speak against mail that is still called wanted
	sure    = 80 // from here on it is not only likely
)

// Points overrides the points of rules, by name.
type Points map[string]int

// Check fails on a name that is no rule's.
func (p Points) Check() error {
	for name := range p {
		if _, ok := FindRule(name); !ok {
			return fmt.Errorf("no rule %q", name)
		}
	}
	return nil
}

// Judge calls every campaign and every message of a scan. It reads the facts
// alone, so that a scan of yesterday can be judged again.
//
// A campaign is taken apart by the ways in which its messages came, since one
// text may travel in several: an NDR in the same words is a real bounce to one
// recipient and backscatter to another. Each way is judged by itself.
func Judge(t *Table, campaigns []*Campaign, site Site, points Points) Judgement {
	j := judge{t: t, site: &site, points: points, out: Judgement{Site: site, Campaigns: make([]Verdict, len(campaigns)), Records: make([]*Verdict, t.Len())}}
	j.seen, j.around = lookAround(t, &site)
	strands := make([][]*Case, len(campaigns))
	t.each(campaigns, func() func(int) {
		j := j // with buffers of its own
		return func(i int) {
			strands[i] = j.strands(campaigns[i])
			for _, s := range strands[i] {
				j.decide(s)
			}
		}
	})
	j.around.learn(strands, j.seen)
	t.each(campaigns, func() func(int) {
		j := j
		return func(i int) { j.settle(i, strands[i]) }
	})
	return j.out
}

// settle decides once more, for good, where what was learnt can matter.
func (j *judge) settle(campaign int, strands []*Case) {
	for _, s := range strands {
		if j.around.taught(s) {
			j.decide(s)
		}
		said := s.verdict // apart from the case, which is not needed any more
		for _, m := range s.Members {
			j.out.Records[m] = &said
		}
	}
	j.out.Campaigns[campaign] = whole(strands)
}

// Remembered is the judgement of an earlier scan, as campaigns and messages
// tell it. Of a single message it gives the call without the evidence.
func Remembered(t *Table, campaigns []*Campaign, site Site) Judgement {
	out := Judgement{Site: site, Campaigns: make([]Verdict, len(campaigns)), Records: make([]*Verdict, t.Len())}
	for i, c := range campaigns {
		out.Campaigns[i] = c.Verdict
	}
	var shared [len(callNames)][2]Verdict
	for call := range shared {
		shared[call] = [2]Verdict{{Call: Call(call)}, {Call: Call(call), Likely: true}}
	}
	for i := range out.Records {
		m := t.At(i)
		likely := 0
		if m.Likely() {
			likely = 1
		}
		out.Records[i] = &shared[min(int(m.Call()), len(shared)-1)][likely]
	}
	return out
}

type judge struct {
	t       *Table
	site    *Site
	points  Points
	around  *around
	seen    *sight
	summing summing
	ips     []ref      // buffers of spread
	nets    []uint64   //
	said    []Evidence // buffer of decide
	out     Judgement
}

// decide lets every rule speak. The call with the most points wins; what
// speaks for the mail is taken off every unwanted call.
func (j *judge) decide(c *Case) {
	var sum [len(callNames)]int
	var some []spool.ID // of the members, for all evidence that names none itself
	j.said = j.said[:0]
	for i := range rules {
		r := &rules[i]
		points, ok := j.points[r.Name]
		if !ok {
			points = r.Points
		}
		if points == 0 {
			continue
		}
		e, ok := r.Judge(c)
		if !ok {
			continue
		}
		e.Rule, e.For, e.Points = r.Name, r.For, points
		if e.Samples == nil {
			if some == nil {
				some = c.samples(0)
			}
			e.Samples = some
		}
		j.said = append(j.said, e)
		sum[r.For] += points
	}
	c.verdict = Verdict{Evidence: append([]Evidence(nil), j.said...)}
	c.call(&sum)
	c.verdict.Likely = c.verdict.Call != Unknown && (c.verdict.Score < sure || len(j.site.Guessed) > 0)
}

// call picks the winner.
func (c *Case) call(sum *[len(callNames)]int) {
	v := &c.verdict
	against := sum[Legitimate] + sum[Bulk] + sum[RealBounce]
	worst := 0
	for call := Relayed; call <= Backscatter; call++ {
		if sum[call] == 0 {
			continue
		}
		n := sum[call] + sum[Unknown]
		worst = max(worst, n)
		if n -= against; n >= called && n > v.Score {
			v.Call, v.Score = call, n
		}
	}
	if v.Call != Unknown || against <= worst-even {
		return
	}
	switch v.Score = against; {
	case sum[RealBounce] > 0:
		v.Call = RealBounce
	case sum[Bulk] >= mailing || sum[Bulk] > 0 && c.Count >= floodSize:
		v.Call = Bulk
	default:
		v.Call = Legitimate
	}
	if against == 0 {
		v.Call = Unknown
	}
}

// whole is the verdict of a campaign: that of most of its messages.
func whole(strands []*Case) Verdict {
	var count [len(callNames)]int
	best := strands[0]
	for _, s := range strands {
		count[s.verdict.Call] += s.Count
	}
	for _, s := range strands {
		if n, m := count[s.verdict.Call], count[best.verdict.Call]; n > m || n == m && s.Count > best.Count {
			best = s
		}
	}
	v := best.verdict
	v.Mixed = count[v.Call] < totalCount(strands)
	return v
}

func totalCount(strands []*Case) int {
	n := 0
	for _, s := range strands {
		n += s.Count
	}
	return n
}
