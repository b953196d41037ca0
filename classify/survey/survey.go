// Package survey takes stock of a spool: what is in it now, read only where it is new, grouped into campaigns.
//
// It is what every command begins with. A scan that is remembered saves the
// reading of files that have not changed; it never decides what is there.
package survey

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"qclean/classify"
	"qclean/classify/index"
	"qclean/classify/known"
	"qclean/scan"
	"qclean/scan/spool"
)

// Options for Take. The zero value is right for most.
type Options struct {
	Scan     scan.Options
	Site     classify.Site          // what is ours; guessed from the evidence when it names no domain
	Points   classify.Points        // of rules that judge
	KnownBad known.List             // fingerprints of earlier incidents
	Priors   []classify.Prior       // campaigns of the other set, to keep their IDs as well
	Other    func() *index.Snapshot // what is remembered of the other set, nil when nothing is; asked once, and only when a message is not known
	Now      time.Time              // 0: the time of the call
	Fresh    bool                   // read every message again; the snapshot is only used to keep campaigns' IDs
	Progress func(done int)         // called now and then with the number of messages so far
}

// Survey is a spool as it was at one moment.
type Survey struct {
	Path      string // of the spool, absolute
	MTA       string
	Set       index.Set
	Taken     time.Time
	Table     *classify.Table      // the messages in order of ID
	Campaigns []*classify.Campaign // largest first
	Before    []classify.Prior     // campaigns of earlier scans, there or not any more
	Basis     string               // what the facts rest on besides the messages
	Judgement classify.Judgement
	Changed   bool    // something came, went or moved since the snapshot
	Read      int     // messages read now
	Known     int     // messages taken over from the scan before
	Gone      int     // vanished while the scan ran
	Left      Tolls   // names that are not messages, by reason
	Trouble   Tolls   // messages that could not be read, by reason
	Folders   []error // folders that could not be listed
}

// Take reads a spool. With a snapshot of an earlier scan only new and changed
// messages are read; its table goes over into the survey. It fails only when
// ctx is done, or nothing could be listed at all.
//
// Where nobody said which relays are ours, a first reading shows them, and what
// came through them is read once more to look one hop further; the next survey
// knows them.
func Take(ctx context.Context, s spool.Spool, set index.Set, before *index.Snapshot, o Options) (*Survey, error) {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	site, layout := earlierRelays(o.Site, before), s.Layout()
	v := &Survey{Path: layout.Root, MTA: layout.MTA, Set: set, Taken: o.Now, Basis: basisOf(o.KnownBad, site), Table: &classify.Table{}, Changed: true}
	v.Before = o.Priors
	if before != nil {
		v.Before = index.JoinPriors(before.Priors, o.Priors)
		if !o.Fresh && before.Basis == v.Basis {
			v.Table, v.Changed = before.Table, false
		}
	}
	if _, err := v.read(ctx, s, site, &o); err != nil {
		return nil, err
	}
	guess := classify.Guess(site, v.Table)
	if len(guess.Relays) > len(site.Relays) {
		if err := v.further(ctx, s, guess, &o); err != nil {
			return nil, err
		}
	}
	v.Table.Seal()
	v.Campaigns = classify.Campaigns(v.Table, v.Before)
	v.judge(guess, o.Points)
	return v, nil
}

// further reads again what came through relays of which it is known only now
// that they are ours.
func (v *Survey) further(ctx context.Context, s spool.Spool, site classify.Site, o *Options) error {
	read, known := v.Read, v.Known
	v.Basis, v.Changed = basisOf(o.KnownBad, site), true
	v.Table.Keep(func(i int) bool { return !site.Trusted(v.Table.At(i).SourceIP()) })
	if _, err := v.read(ctx, s, site, o); err != nil {
		return err
	}
	v.Read, v.Known = read, known // the second look is not the caller's concern
	return nil
}

// earlierRelays takes over the relays that an earlier survey found.
func earlierRelays(site classify.Site, before *index.Snapshot) classify.Site {
	if len(site.Relays) > 0 || before == nil {
		return site
	}
	for _, text := range before.Relays {
		if p, err := netip.ParsePrefix(text); err == nil {
			site.Relays = append(site.Relays, p)
			site.Guessed = append(site.Guessed, fmt.Sprintf("trusted relay %s: much of the mail came through it", text))
		}
	}
	return site
}

// basisOf is what the facts rest on besides the messages themselves: when it
// changes, the messages have to be read again.
func basisOf(bad known.List, site classify.Site) string {
	return fmt.Sprint(bad.Sum(), " ", site.Relays)
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

// Again makes the survey of a remembered scan, and judges it. Nothing is read.
func Again(snap *index.Snapshot, set index.Set, site classify.Site, points classify.Points) *Survey {
	v := &Survey{Path: snap.Spool, MTA: snap.MTA, Set: set, Taken: snap.Taken, Basis: snap.Basis, Known: snap.Table.Len(),
		Left: Tolls{}, Trouble: Tolls{}, Table: snap.Table, Before: snap.Priors}
	v.Campaigns = classify.Campaigns(v.Table, v.Before)
	v.judge(classify.Guess(earlierRelays(site, snap), v.Table), points)
	return v
}

// Snapshot is what is to be remembered of a survey.
func (v *Survey) Snapshot() *index.Snapshot {
	var relays []string
	if site := &v.Judgement.Site; len(site.Guessed) > 0 {
		for _, p := range site.Relays {
			relays = append(relays, p.String())
		}
	}
	return &index.Snapshot{Spool: v.Path, MTA: v.MTA, Taken: v.Taken, Basis: v.Basis, Relays: relays, Table: v.Table, Priors: classify.Priors(v.Campaigns)}
}
