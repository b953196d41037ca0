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
	"qclean/scan/disk"
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
	Room     *disk.Room             // where the facts lie; nil: in memory
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
	Changed   bool    // there is something to remember that the snapshot does not say
	Came      bool    // messages came or went since the snapshot
	Read      int     // messages read now
	Known     int     // messages taken over from the scan before
	Gone      int     // vanished while the scan ran
	Left      Tolls   // names that are not messages, by reason
	Trouble   Tolls   // messages that could not be read, by reason
	Folders   []error // folders that could not be listed

	standing *index.Snapshot // the scan that the table is from
	drift    int             // messages that came since all were grouped
	said     string          // what the verdicts rest on besides the facts
	over     *classify.Overview
}

// Overview is what all messages come to. It is counted once, after they were judged.
func (v *Survey) Overview() *classify.Overview {
	if v.over == nil {
		v.over = classify.Overlook(v.Table)
	}
	return v.over
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
	v := &Survey{Path: layout.Root, MTA: layout.MTA, Set: set, Taken: o.Now, Basis: basisOf(o.KnownBad, site), Table: classify.NewTable(o.Room), Changed: true}
	v.Before = o.Priors
	if before != nil {
		v.Before = index.JoinPriors(before.Priors, o.Priors)
		if !o.Fresh && before.Basis == v.Basis {
			v.Table, v.Changed, v.standing = before.Table, false, before
		}
	}
	v.Table.Workers = o.Scan.Workers
	if _, err := v.read(ctx, s, site, &o); err != nil {
		return nil, err
	}
	if v.remembered(o.Site, o.Points) {
		return v, nil
	}
	guess := classify.Guess(site, v.Table)
	if len(guess.Relays) > len(site.Relays) {
		if err := v.further(ctx, s, guess, &o); err != nil {
			return nil, err
		}
	}
	v.Table.Seal()
	v.group(o.Scan.Workers)
	v.judge(guess, o.Points)
	v.said = opinionOf(o.Site, o.Points)
	return v, nil
}

// further looks past the relays of which it is known only now that they are
// ours. Of most of what came through them the hop before was kept; the rest is
// read again.
func (v *Survey) further(ctx context.Context, s spool.Spool, site classify.Site, o *Options) error {
	read, known := v.Read, v.Known
	v.Basis, v.Changed, v.standing = basisOf(o.KnownBad, site), true, nil
	if again := v.Table.Further(&site); len(again) > 0 {
		if err := v.readAgain(ctx, s, site, o, again); err != nil {
			return err
		}
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

// Snapshot is what is to be remembered of a survey.
func (v *Survey) Snapshot() *index.Snapshot {
	var relays []string
	if site := &v.Judgement.Site; len(site.Guessed) > 0 {
		for _, p := range site.Relays {
			relays = append(relays, p.String())
		}
	}
	return &index.Snapshot{Spool: v.Path, MTA: v.MTA, Taken: v.Taken, Basis: v.Basis, Relays: relays, Table: v.Table, Priors: classify.Priors(v.Campaigns),
		Campaigns: v.Campaigns, Site: v.Judgement.Site, Opinion: v.said, Drift: v.drift, Overview: v.Overview()}
}
