package survey

import (
	"fmt"

	"qclean/classify"
	"qclean/classify/index"
)

// maxDrift is the share of messages that may come before all are grouped anew:
// a core is computed from 256 members, and one message in twenty does not
// change it. Those that go take nothing from what the others share.
const maxDrift = 20

// group puts the messages into campaigns: into those that stand, as long as
// little came since all were grouped. Workers are goroutines, 0 for one a processor.
func (v *Survey) group(workers int) {
	if v.standing != nil && len(v.standing.Campaigns) > 0 {
		v.drift += v.standing.Drift
		if v.drift*maxDrift <= v.Table.Len() {
			v.Campaigns = classify.Grow(v.Table, v.standing.Campaigns, v.Before, workers)
			return
		}
	}
	v.drift = 0
	v.Campaigns = classify.Campaigns(v.Table, v.Before, workers)
}

// judge says what each campaign and message is doing in the queue. What is in
// quarantine was judged when it lay in the queue, beside all the rest: that
// stands, since a part of a flood looks harmless.
func (v *Survey) judge(site classify.Site, points classify.Points) {
	v.Judgement = classify.Judge(v.Table, v.Campaigns, site, points)
	for i, c := range v.Campaigns {
		c.Verdict = v.Judgement.Campaigns[i]
	}
	for i, now := range v.Judgement.Records {
		m := v.Table.At(i)
		if v.Set == index.Quarantined && m.Call() != classify.Unknown && (m.Call() != now.Call || m.Likely() != now.Likely) {
			stands := *now
			stands.Call, stands.Likely = m.Call(), m.Likely()
			now, v.Judgement.Records[i] = &stands, &stands
		}
		v.Table.SetCall(i, now.Call, now.Likely)
	}
}

// opinionOf is what verdicts rest on besides the facts: what is said to be
// ours, and the rules. When it changes, all is judged again.
func opinionOf(site classify.Site, points classify.Points) string {
	out := fmt.Sprint(site.Domains, site.Relays, site.Hosts, points)
	for _, r := range classify.Rules() {
		out += fmt.Sprint(" ", r.Name, r.For, r.Points)
	}
	return out
}

// remembered takes over the campaigns and verdicts of the scan that the table
// is from, when nothing came or went since and the same is asked for.
func (v *Survey) remembered(site classify.Site, points classify.Points) bool {
	snap := v.standing
	if snap == nil || v.Came || len(snap.Campaigns) == 0 || snap.Opinion != opinionOf(site, points) {
		return false
	}
	v.Campaigns = classify.Standing(v.Table, snap.Campaigns)
	v.Judgement = classify.Remembered(v.Table, v.Campaigns, snap.Site)
	v.said, v.drift = snap.Opinion, snap.Drift
	return true
}

// Again makes the survey of a remembered scan. It is judged again when what is
// ours, or the rules, are not what they were. Nothing is read.
func Again(snap *index.Snapshot, set index.Set, site classify.Site, points classify.Points) *Survey {
	v := &Survey{Path: snap.Spool, MTA: snap.MTA, Set: set, Taken: snap.Taken, Basis: snap.Basis, Known: snap.Table.Len(),
		Left: Tolls{}, Trouble: Tolls{}, Table: snap.Table, Before: snap.Priors, standing: snap}
	if v.remembered(site, points) {
		return v
	}
	v.group(0)
	v.judge(classify.Guess(earlierRelays(site, snap), v.Table), points)
	v.Changed, v.said = true, opinionOf(site, points)
	return v
}
