package classify

import (
	"slices"
	"time"

	"qclean/classify/fingerprint"
	"qclean/classify/kind"
	"qclean/classify/origin"
	"qclean/scan"
	"qclean/scan/letter"
	"qclean/scan/spool"
)

// Reader gathers the facts of one message after another. It keeps buffers:
// one for each worker of a scan.
type Reader struct {
	o        Options
	sketcher *fingerprint.Sketcher
	known    *fingerprint.Matcher
	keep     keeper
	trace    origin.Trace
	domains  []string // of the message in hand
	lent     struct { // what a record points to, where records are lent
		bounce Bounce
		before Before
		hops   []origin.Hop
	}
}

// Options of a Reader. The zero value is right.
type Options struct {
	Trust  origin.Trust        // hosts whose trace fields are believed; nil believes the uppermost field only
	Known  []fingerprint.Print // campaigns of earlier incidents, to be named when they come again
	Relays *Relays             // which clients may turn out to be trusted; nil: none
	Lend   bool                // a record is good only until the next, and as long as the message: nothing of it is copied
}

// NewReader makes a reader.
func NewReader(o Options) *Reader {
	r := &Reader{o: o, sketcher: fingerprint.New(), keep: keeper{lend: o.Lend}}
	if len(o.Known) > 0 {
		r.known = fingerprint.NewMatcher(o.Known)
	}
	return r
}

// Facts keeps what is worth knowing of a message. The record shares nothing
// with the message, unless records are lent.
func (r *Reader) Facts(m *scan.Message) Record {
	if r.o.Lend {
		r.keep.forget()
		r.sketcher.Forget()
	}
	e, l := m.Entry, m.Letter
	env := &e.Envelope
	r.trace.Begin(l)
	from := r.trace.Facts(env, r.o.Trust)
	report := kind.Of(l, env)
	class := fingerprint.ClassOf(l, env)
	m.Mark(scan.Sketching)
	features := r.sketcher.Features(l, class)
	sketch := r.sketcher.Sample(features)
	m.Mark(scan.Facts)
	rec := Record{
		ID: e.ID, Queue: e.Queue, Files: r.keep.entryFiles(e.Files), Ident: r.keep.string(e.Ident), Size: e.Size, Arrived: arrived(e, l), Frozen: e.Frozen,
		From: r.keep.string(env.From), Null: env.Null, To: r.keep.strings(env.To, MaxKeptRecipients), Recipients: len(env.To) + env.More,
		Envelope: env.Source, AuthUser: r.keep.string(from.AuthUser), SourceIP: r.keep.string(from.IP), SourceName: r.keep.string(from.Name),
		Helo: r.keep.string(from.Helo), Reason: r.keep.string(env.Reason),
		Subject: r.keep.string(l.Subject()), MessageID: r.keep.string(l.MessageID()), Links: r.linkDomains(l.Links), Kind: report.Kind,
		Class: class, Sketch: sketch, Defects: l.Defects, Flaws: r.keep.flaws(m.Flaws),
		Traits: r.traits(l, &from), Before: r.before(m, from.IP),
	}
	if r.known != nil {
		if hits := r.known.Match(features); len(hits) > 0 {
			rec.Known = r.o.Known[hits[0]].ID()
		}
	}
	if authors := l.From(); len(authors) > 0 {
		rec.HeaderFrom = r.keep.string(authors[0].Mail)
	}
	if report.Kind != kind.Mail && report.Kind != kind.AutoReply {
		rec.Bounce = r.bounce(&report, l)
	}
	return rec
}

// bounce keeps what a report tells of another message.
func (r *Reader) bounce(f *kind.Facts, l *letter.Message) *Bounce {
	b := place(&r.lent.bounce, r.o.Lend)
	*b = Bounce{Failed: r.keep.strings(f.Failed, MaxKeptRecipients), Status: r.keep.string(f.Status), Diagnostic: r.keep.string(f.Diagnostic),
		ReportingMTA: r.keep.string(f.ReportingMTA), MessageID: r.keep.string(f.MessageID), From: r.keep.string(f.From)}
	if len(l.Returned) == 0 {
		return b
	}
	o := r.sketcher.Returned(l)
	b.Trail = r.trail(o)
	// The original's envelope is not known; its class follows from its own fields.
	b.Original = r.sketcher.Sketch(o, fingerprint.ClassOf(o, &spool.Envelope{Source: spool.Unknown}))
	return b
}

// arrived is the queue's own record, else the file's time: the Date field is
// the sender's word and is only taken where there is nothing better.
func arrived(e *spool.Entry, l *letter.Message) time.Time {
	if !e.Arrived.IsZero() {
		return e.Arrived
	}
	if d, ok := l.Date(); ok {
		return d
	}
	return time.Time{}
}

// linkDomains keeps the first few domains that a message links to.
func (r *Reader) linkDomains(links []letter.Link) []string {
	r.domains = r.domains[:0]
	for i := range links {
		d := links[i].Domain
		if d == "" || slices.Contains(r.domains, d) {
			continue
		}
		if r.domains = append(r.domains, d); len(r.domains) == MaxKeptLinks {
			break
		}
	}
	if len(r.domains) == 0 {
		return nil
	}
	return r.keep.strings(r.domains, MaxKeptLinks)
}

// place is where a value goes that a record points to: the reader's own one
// where records are lent.
func place[T any](own *T, lend bool) *T {
	if lend {
		return own
	}
	return new(T)
}
