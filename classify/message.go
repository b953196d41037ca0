package classify

import (
	"iter"
	"slices"
	"time"

	"qclean/classify/fingerprint"
	"qclean/classify/kind"
	"qclean/scan/letter"
	"qclean/scan/spool"
)

// Message is one message of a table, looked at where it lies. The methods are
// named after the fields of Record and mean the same.
type Message struct {
	t *Table
	r *row
	d *detail
}

func (m Message) text(r ref) string { return m.t.text.at(r) }
func (m Message) own(r ref) string  { return m.t.own.at(r) }

// The facts of a Record, one by one.
func (m Message) ID() spool.ID             { return spool.ID(m.own(m.r.id)) }
func (m Message) Queue() string            { return m.text(m.d.queue) }
func (m Message) Ident() string            { return m.own(m.d.ident) }
func (m Message) Size() int64              { return m.r.size }
func (m Message) Arrived() time.Time       { return momentOf(m.r.arrived) }
func (m Message) From() string             { return m.text(m.r.from) }
func (m Message) Null() bool               { return m.r.flags&isNull != 0 }
func (m Message) Recipients() int          { return int(m.r.recipients) }
func (m Message) Envelope() spool.Source   { return spool.Source(m.d.envelope) }
func (m Message) AuthUser() string         { return m.text(m.r.login) }
func (m Message) SourceIP() string         { return m.text(m.r.ip) }
func (m Message) SourceName() string       { return m.text(m.d.name) }
func (m Message) Helo() string             { return m.text(m.d.helo) }
func (m Message) Reason() string           { return m.text(m.d.reason) }
func (m Message) Frozen() bool             { return m.r.flags&isFrozen != 0 }
func (m Message) HeaderFrom() string       { return m.text(m.d.author) }
func (m Message) Subject() string          { return m.text(m.r.subject) }
func (m Message) MessageID() string        { return m.own(m.d.messageID) }
func (m Message) Kind() kind.Kind          { return kind.Kind(m.r.kind) }
func (m Message) Class() fingerprint.Class { return fingerprint.Class(m.r.class) }
func (m Message) Known() fingerprint.ID    { return fingerprint.ID(m.text(m.d.known)) }
func (m Message) Defects() letter.Defect   { return letter.Defect(m.d.defects) }
func (m Message) Campaign() fingerprint.ID { return fingerprint.ID(m.own(m.r.campaign)) }
func (m Message) Weak() bool               { return m.r.flags&isWeak != 0 }
func (m Message) BounceOf() fingerprint.ID { return fingerprint.ID(m.own(m.r.bounceOf)) }
func (m Message) Call() Call               { return Call(m.r.call) }
func (m Message) Likely() bool             { return m.r.flags&isLikely != 0 }
func (m Message) Auth() bool               { return m.r.flags&isAuth != 0 }
func (m Message) Listed() bool             { return m.r.flags&isListed != 0 }
func (m Message) List() bool               { return m.r.flags&isList != 0 }
func (m Message) Answers() string          { return m.own(m.d.answers) }
func (m Message) By() string               { return m.text(m.d.by) }
func (m Message) For() string              { return m.text(m.d.for_) }

// Sender is the envelope sender as people write it, "<>" for the null sender.
func (m Message) Sender() string {
	if m.Null() {
		return "<>"
	}
	return m.From()
}

// NDR tells whether it reports that mail was not delivered, or not yet.
func (m Message) NDR() bool { return m.Kind() == kind.NDRFailed || m.Kind() == kind.NDRDelayed }

// Complete tells whether it can be sent again as it is: it has a text, all of it
// was there, and somebody to send it to.
func (m Message) Complete() bool {
	return m.Defects()&(letter.Empty|letter.NoHeader) == 0 && !m.Flawed() && m.Recipients() > 0
}

// ToCount is how many recipients are kept.
func (m Message) ToCount() int { return int(m.r.toCount) }

// To gives the recipients that are kept.
func (m Message) To() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range m.ToCount() {
			if !yield(m.t.recipient(m.r, i)) {
				return
			}
		}
	}
}

// ToFirst is the first recipient, "" when there is none.
func (m Message) ToFirst() string {
	for to := range m.To() {
		return to
	}
	return ""
}

// recipientDomains gives the domains of the recipients, each once.
func (m Message) recipientDomains() []string {
	var out []string
	for _, d := range m.t.recipientDomains(m.r, nil) {
		if d != 0 {
			out = append(out, m.text(d))
		}
	}
	return out
}

// Flaws gives what is wrong with the queue file itself.
func (m Message) Flaws() iter.Seq[string] { return m.each(m.d.flaws, m.r.flawCount) }

// Flawed tells whether anything is wrong with the queue file itself.
func (m Message) Flawed() bool { return m.r.flawCount > 0 }

// Bounced tells whether it reports about another message.
func (m Message) Bounced() bool { return m.r.bounce != 0 }

func (m Message) bounce() *bounceRow {
	if m.r.bounce == 0 {
		return &bounceRow{}
	}
	return &m.t.bounces[m.r.bounce-1]
}

// BounceFrom is the author of the message that it reports about.
func (m Message) BounceFrom() string { return m.text(m.bounce().from) }

// original is the sketch of the message that it returns, false when it
// returned too little to place it.
func (m Message) original() (int32, bool) {
	n := m.bounce().original
	return n - 1, n != 0 && m.t.originals.Tells(int(n-1))
}

// one is text i of a list of n.
func (t *Table) one(list ref, n uint8, i int) ref {
	if n == 1 {
		return list
	}
	return t.text.number(list, i)
}

func (m Message) each(list ref, n uint8) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range int(n) {
			if !yield(m.text(m.t.one(list, n, i))) {
				return
			}
		}
	}
}

func (m Message) all(list ref, n uint8) []string {
	if n == 0 {
		return nil
	}
	return m.appendAll(make([]string, 0, n), list, n)
}

func (m Message) appendAll(out []string, list ref, n uint8) []string {
	for i := range int(n) {
		out = append(out, m.text(m.t.one(list, n, i)))
	}
	return out
}

// Files are where it lies.
func (m Message) Files() []spool.File { return m.AppendFiles(nil) }

// AppendFiles appends them.
func (m Message) AppendFiles(out []spool.File) []spool.File {
	switch n := m.d.fileCount; {
	case n == 0:
		return out
	case n&severalFiles == 0:
		return append(out, spool.File{Name: m.own(m.d.files)})
	}
	for i := range int(m.d.fileCount &^ severalFiles) {
		out = append(out, m.file(i))
	}
	return out
}

// file is one of several.
func (m Message) file(i int) spool.File {
	lists := &m.t.lists
	return spool.File{Name: lists.at(lists.number(m.d.files, 2*i)), Role: spool.Role(lists.number(m.d.files, 2*i+1))}
}

// Entry is the message as a spool's driver knows it.
func (m Message) Entry() spool.Entry {
	return spool.Entry{ID: m.ID(), Queue: m.Queue(), Files: m.Files(), Ident: m.Ident(), Size: m.Size(), Arrived: m.Arrived(), Frozen: m.Frozen()}
}

// At tells whether the message lies where e says.
func (m Message) At(e *spool.Entry) bool {
	if m.ID() != e.ID || m.Queue() != e.Queue || m.Frozen() != e.Frozen {
		return false
	}
	if m.d.fileCount == 1 {
		return len(e.Files) == 1 && e.Files[0].Role == spool.Control && e.Files[0].Name == m.own(m.d.files)
	}
	if len(e.Files) != int(m.d.fileCount&^severalFiles) {
		return false
	}
	for i, f := range e.Files {
		if m.file(i) != f {
			return false
		}
	}
	return true
}

// Record gives all that is known. Its texts and its sketch are the table's and
// must not be changed.
func (m Message) Record() Record {
	r := m.r
	out := Record{
		ID: m.ID(), Queue: m.Queue(), Files: m.Files(), Ident: m.Ident(), Size: r.size, Arrived: m.Arrived(),
		From: m.From(), Null: m.Null(), To: m.AppendTo(nil), Recipients: m.Recipients(), Envelope: m.Envelope(),
		AuthUser: m.AuthUser(), SourceIP: m.SourceIP(), SourceName: m.SourceName(), Helo: m.Helo(), Reason: m.Reason(), Frozen: m.Frozen(),
		HeaderFrom: m.HeaderFrom(), Subject: m.Subject(), MessageID: m.MessageID(), Links: m.all(r.links, r.linkCount), Kind: m.Kind(),
		Traits: Traits{Auth: m.Auth(), Listed: m.Listed(), List: m.List(), Answers: m.Answers(), By: m.By(), For: m.For()},
		Class:  m.Class(), Sketch: m.t.sketches.Sketch(int(r.sketch)), Defects: m.Defects(), Flaws: m.all(m.d.flaws, r.flawCount),
		Campaign: m.Campaign(), Weak: m.Weak(), BounceOf: m.BounceOf(), Call: m.Call(), Likely: m.Likely(), Known: m.Known(),
	}
	out.Bounce = m.Bounce()
	return out
}

// Bounce is what it reports about another message, nil when it is no report.
func (m Message) Bounce() *Bounce {
	var out Bounce
	if !m.ReadBounce(&out) {
		return nil
	}
	if b := m.bounce(); b.original != 0 {
		out.Original = m.t.originals.Sketch(int(b.original) - 1)
	}
	return &out
}

// ReadBounce is Bounce without the sketch of the original. It uses the lists
// that are there, and is false for what is no report.
func (m Message) ReadBounce(out *Bounce) bool {
	b := m.bounce()
	*out = Bounce{Failed: m.appendAll(out.Failed[:0], b.failed, b.failedCount), Status: m.text(b.status), Diagnostic: m.text(b.diagnostic),
		ReportingMTA: m.text(b.mta), MessageID: m.own(b.messageID), From: m.text(b.from), Trail: m.t.text.hops(out.Trail[:0], b.trail)}
	return m.Bounced()
}

// AppendTo appends the recipients that are kept, AppendLinks the domains that it
// links to, and AppendFlaws what is wrong with the queue file itself.
func (m Message) AppendTo(out []string) []string {
	out = slices.Grow(out, m.ToCount())
	for to := range m.To() {
		out = append(out, to)
	}
	return out
}
func (m Message) AppendLinks(out []string) []string {
	return m.appendAll(out, m.r.links, m.r.linkCount)
}
func (m Message) AppendFlaws(out []string) []string {
	return m.appendAll(out, m.d.flaws, m.r.flawCount)
}
