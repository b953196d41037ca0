// Package survey takes stock of a spool: what is in it now, read only where it is new, grouped into campaigns.
//
// It is what every command begins with. A scan that is remembered saves the
// reading of files that have not changed; it never decides what is there.
package survey

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"slices"
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
	Site     classify.Site   // what is ours; guessed from the evidence when it names no domain
	Points   classify.Points // of rules that judge
	KnownBad known.List      // fingerprints of earlier incidents
	Now      time.Time       // 0: the time of the call
	Fresh    bool            // read every message again; the snapshot is only used to keep campaigns' IDs
	Progress func(done int)  // called now and then with the number of messages so far
}

// Survey is a spool as it was at one moment.
type Survey struct {
	Path      string // of the spool, absolute
	MTA       string
	Set       index.Set
	Taken     time.Time
	Records   []classify.Record    // in order of ID
	Campaigns []*classify.Campaign // largest first
	Before    []classify.Prior     // campaigns of earlier scans, there or not any more
	Basis     string               // what the facts rest on besides the messages
	Judgement classify.Judgement
	Read      int     // messages read now
	Known     int     // messages taken over from the scan before
	Gone      int     // vanished while the scan ran
	Left      Tolls   // names that are not messages, by reason
	Trouble   Tolls   // messages that could not be read, by reason
	Folders   []error // folders that could not be listed
}

// Tolls counts things by reason and keeps a few examples of each.
type Tolls map[string]*Toll

// Toll is one reason.
type Toll struct {
	Count    int
	Examples []string
}

const maxExamples = 5

func (t Tolls) add(reason, example string) {
	if t[reason] == nil {
		t[reason] = &Toll{}
	}
	t[reason].Count++
	if len(t[reason].Examples) < maxExamples {
		t[reason].Examples = append(t[reason].Examples, example)
	}
}

// Total is the sum over all reasons.
func (t Tolls) Total() int {
	n := 0
	for _, toll := range t {
		n += toll.Count
	}
	return n
}

// Take reads a spool. With a snapshot of an earlier scan only new and changed
// messages are read. It fails only when ctx is done, or nothing could be listed at all.
//
// Where nobody said which relays are ours, a first reading shows them, and what
// came through them is read once more to look one hop further; the next survey
// knows them.
func Take(ctx context.Context, s spool.Spool, set index.Set, before *index.Snapshot, o Options) (*Survey, error) {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	site := earlierRelays(o.Site, before)
	v, err := read(ctx, s, set, before, site, &o)
	if err != nil {
		return nil, err
	}
	guess := classify.Guess(site, v.Records)
	if len(guess.Relays) > len(site.Relays) {
		again, err := read(ctx, s, set, v.beyond(&o, guess), guess, &o)
		if err != nil {
			return nil, err
		}
		again.Read, again.Known = v.Read, v.Known // the second look is not the caller's concern
		v = again
	}
	v.Before = priorsOf(before)
	v.Campaigns = classify.Campaigns(v.Records, v.Before)
	v.judge(guess, o.Points)
	return v, nil
}

// beyond is what need not be read again now that some relays are known to be
// ours: the messages that did not come through them.
func (v *Survey) beyond(o *Options, site classify.Site) *index.Snapshot {
	snap := &index.Snapshot{Basis: basisOf(o.KnownBad, site)}
	for i := range v.Records {
		if !site.Trusted(v.Records[i].SourceIP) {
			snap.Records = append(snap.Records, v.Records[i])
		}
	}
	o.Fresh = false
	return snap
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

// read reads the messages that the snapshot does not know.
func read(ctx context.Context, s spool.Spool, set index.Set, before *index.Snapshot, site classify.Site, o *Options) (*Survey, error) {
	layout, basis := s.Layout(), basisOf(o.KnownBad, site)
	v := &Survey{Path: layout.Root, MTA: layout.MTA, Set: set, Taken: o.Now, Basis: basis, Left: Tolls{}, Trouble: Tolls{}}
	seen := map[string]int32(nil) // by Ident: what need not be read again
	if before != nil && !o.Fresh && before.Basis == basis {
		seen = knownBy(before)
	}
	scanning := o.Scan
	scanning.Quarantined = set == index.Quarantined
	if seen != nil {
		scanning.Known = func(e *spool.Entry) bool { _, ok := seen[e.Ident]; return ok }
	}
	options := classify.Options{Trust: site.Trust(), Known: o.KnownBad.Prints()}
	start := func() func(*scan.Message) (classify.Record, error) {
		facts := classify.NewReader(options)
		return func(m *scan.Message) (classify.Record, error) {
			if m.Known {
				return moved(before.Records[seen[m.Entry.Ident]], m.Entry), nil
			}
			return facts.Facts(m), nil
		}
	}
	v.collect(scan.Each(ctx, s, scanning, start), o.Progress)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(v.Records) == 0 && len(v.Folders) > 0 {
		return nil, fmt.Errorf("scanning %s: %w", layout.Root, errors.Join(v.Folders...))
	}
	v.count(seen)
	slices.SortFunc(v.Records, func(a, b classify.Record) int { return cmp.Compare(a.ID, b.ID) })
	v.Records = slices.CompactFunc(v.Records, func(a, b classify.Record) bool { return a.ID == b.ID })
	return v, nil
}

func (v *Survey) collect(records iter.Seq2[classify.Record, error], progress func(int)) {
	var chunks [][]classify.Record
	var chunk []classify.Record
	done := 0
	for rec, err := range records {
		if done++; progress != nil && done%256 == 0 {
			progress(done)
		}
		if err != nil {
			v.note(err)
			continue
		}
		if len(chunk) == cap(chunk) {
			chunk = make([]classify.Record, 0, chunkSize)
			chunks = append(chunks, chunk)
		}
		chunk = append(chunk, rec)
		chunks[len(chunks)-1] = chunk
	}
	n := 0
	for _, c := range chunks {
		n += len(c)
	}
	v.Records = make([]classify.Record, 0, n)
	for i, c := range chunks {
		v.Records = append(v.Records, c...)
		chunks[i] = nil
	}
}

// chunkSize is how many records are kept together until it is known how many
// there are: a slice that grows would hold everything twice, again and again.
const chunkSize = 1024

// judge says what each campaign and message is doing in the queue. What is in
// quarantine was judged when it lay in the queue, beside all the rest: that
// stands, since a part of a flood looks harmless.
func (v *Survey) judge(site classify.Site, points classify.Points) {
	v.Judgement = classify.Judge(v.Records, v.Campaigns, site, points)
	for i, c := range v.Campaigns {
		c.Verdict = v.Judgement.Campaigns[i]
	}
	for i := range v.Records {
		r, now := &v.Records[i], &v.Judgement.Records[i]
		if v.Set == index.Quarantined && r.Call != classify.Unknown {
			now.Call, now.Likely = r.Call, r.Likely
		}
		r.Call, r.Likely = now.Call, now.Likely
	}
}

// Again makes the survey of a remembered scan, and judges it. Nothing is read.
func Again(snap *index.Snapshot, set index.Set, site classify.Site, points classify.Points) *Survey {
	v := &Survey{Path: snap.Spool, MTA: snap.MTA, Set: set, Taken: snap.Taken, Basis: snap.Basis, Known: len(snap.Records),
		Left: Tolls{}, Trouble: Tolls{}, Records: snap.Records, Before: snap.Priors}
	v.Campaigns = classify.Campaigns(v.Records, v.Before)
	v.judge(classify.Guess(earlierRelays(site, snap), v.Records), points)
	return v
}

// basisOf is what the facts rest on besides the messages themselves: when it
// changes, the messages have to be read again.
func basisOf(bad known.List, site classify.Site) string {
	return fmt.Sprint(bad.Sum(), " ", site.Relays)
}

func (v *Survey) count(seen map[string]int32) {
	for i := range v.Records {
		if _, ok := seen[v.Records[i].Ident]; ok {
			v.Known++
		} else {
			v.Read++
		}
	}
}

func (v *Survey) note(err error) {
	var left *spool.Left
	var trouble *scan.MessageError
	switch {
	case errors.As(err, &left):
		v.Left.add(left.Reason, spool.EscapeName(left.Name))
	case errors.Is(err, spool.ErrGone):
		v.Gone++
	case errors.As(err, &trouble):
		v.Trouble.add(reason(trouble.Err), spool.EscapeName(string(trouble.ID)))
	default:
		v.Folders = append(v.Folders, err)
	}
}

// reason is the innermost error: without the file's name it counts as one.
func reason(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

func knownBy(before *index.Snapshot) map[string]int32 {
	if before == nil {
		return nil
	}
	known := make(map[string]int32, len(before.Records))
	for i := range before.Records {
		if id := before.Records[i].Ident; id != "" {
			known[id] = int32(i)
		}
	}
	return known
}

func priorsOf(before *index.Snapshot) []classify.Prior {
	if before == nil {
		return nil
	}
	return before.Priors
}

// moved takes over what is known of a message and says where it is now.
func moved(r classify.Record, e *spool.Entry) classify.Record {
	r.ID, r.Queue, r.Frozen = e.ID, e.Queue, e.Frozen
	r.Files = slices.Clone(e.Files)
	return r
}

// Snapshot is what is to be remembered of a survey.
func (v *Survey) Snapshot() *index.Snapshot {
	var relays []string
	if site := &v.Judgement.Site; len(site.Guessed) > 0 {
		for _, p := range site.Relays {
			relays = append(relays, p.String())
		}
	}
	return &index.Snapshot{Spool: v.Path, MTA: v.MTA, Taken: v.Taken, Basis: v.Basis, Relays: relays, Records: v.Records, Priors: classify.Priors(v.Campaigns)}
}

// Counts gives the numbers alone.
func (t Tolls) Counts() map[string]int {
	out := make(map[string]int, len(t))
	for reason, toll := range t {
		out[reason] = toll.Count
	}
	return out
}
