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
	original *letter.Reader // for what a bounce returns
}

// Options of a Reader. The zero value is right.
type Options struct {
	Trust origin.Trust        // hosts whose trace fields are believed; nil believes the uppermost field only
	Known []fingerprint.Print // campaigns of earlier incidents, to be named when they come again
}

// NewReader makes a reader.
func NewReader(o Options) *Reader {
	r := &Reader{o: o, sketcher: fingerprint.New(), original: letter.NewReader(letter.Limits{})}
	if len(o.Known) > 0 {
		r.known = fingerprint.NewMatcher(o.Known)
	}
	return r
}

// Facts keeps what is worth knowing of a message. The record shares nothing
// with the message.
func (r *Reader) Facts(m *scan.Message) Record {
	e, l := m.Entry, m.Letter
	env := &e.Envelope
	from := origin.Of(l, env, r.o.Trust)
	report := kind.Of(l, env)
	class := fingerprint.ClassOf(l, env)
	m.Mark(scan.Sketching)
	sketch := r.sketcher.Sketch(l, class)
	m.Mark(scan.Facts)
	rec := Record{
		ID: e.ID, Queue: e.Queue, Files: slices.Clone(e.Files), Ident: e.Ident, Size: e.Size, Arrived: arrived(e, l), Frozen: e.Frozen,
		From: keep(env.From), Null: env.Null, To: keepAll(env.To, MaxKeptRecipients), Recipients: len(env.To) + env.More,
		Envelope: env.Source, AuthUser: keep(from.AuthUser), SourceIP: keep(from.IP), SourceName: keep(from.Name),
		Helo: keep(from.Helo), Reason: keep(env.Reason),
		Subject: keep(l.Subject()), MessageID: keep(l.MessageID()), Links: linkDomains(l.Links), Kind: report.Kind,
		Class: class, Sketch: sketch, Defects: l.Defects, Flaws: slices.Clone(m.Flaws),
		Traits: traitsOf(l, &from),
	}
	if r.known != nil {
		if hits := r.known.Match(r.sketcher.Features(l, class)); len(hits) > 0 {
			rec.Known = r.o.Known[hits[0]].ID()
		}
	}
	if authors := l.From(); len(authors) > 0 {
		rec.HeaderFrom = keep(authors[0].Mail)
	}
	if report.Kind != kind.Mail && report.Kind != kind.AutoReply {
		rec.Bounce = r.bounce(&report, l)
	}
	return rec
}

// bounce keeps what a report tells of another message.
func (r *Reader) bounce(f *kind.Facts, l *letter.Message) *Bounce {
	b := &Bounce{Failed: keepAll(f.Failed, MaxKeptRecipients), Status: keep(f.Status), Diagnostic: keep(f.Diagnostic),
		ReportingMTA: keep(f.ReportingMTA), MessageID: keep(f.MessageID), From: keep(f.From)}
	if len(l.Returned) == 0 {
		return b
	}
	o := r.original.Read(l.Returned)
	b.Trail = trailOf(o)
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
func linkDomains(links []letter.Link) []string {
	var out []string
	for i := range links {
		d := links[i].Domain
		if d == "" || slices.Contains(out, d) {
			continue
		}
		if out = append(out, keep(d)); len(out) == MaxKeptLinks {
			break
		}
	}
	return out
}
