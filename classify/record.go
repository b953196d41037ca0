package classify

import (
	"time"

	"qclean/classify/fingerprint"
	"qclean/classify/kind"
	"qclean/classify/origin"
	"qclean/scan/letter"
	"qclean/scan/spool"
)

// Record is what is known about one message. A Table keeps many of them. Strings are valid UTF-8, of
// bounded length, and as the sender wrote them: cmd makes them safe to print.
type Record struct {
	ID      spool.ID
	Queue   string
	Files   []spool.File // where they lay when the message was read
	Ident   string
	Size    int64     // bytes on disk
	Arrived time.Time // by the queue's own record, else the file's time

	From       string   // envelope sender without brackets
	Null       bool     // MAIL FROM:<>
	To         []string // envelope recipients, at most MaxKeptRecipients
	Recipients int      // all of them
	Envelope   spool.Source
	AuthUser   string
	SourceIP   string // client that handed the message to the first host we trust
	SourceName string // its reverse name as recorded
	Helo       string
	Reason     string // why the last delivery was put off
	Frozen     bool

	HeaderFrom string // address of From
	Subject    string // decoded
	MessageID  string
	Links      []string // registered domains, at most MaxKeptLinks
	Kind       kind.Kind
	Bounce     *Bounce // for a report about another message, else nil
	Traits
	Before *Before // one hop further, when that may be asked for; a table gives it to nobody

	Class    fingerprint.Class
	Sketch   fingerprint.Sketch
	Defects  letter.Defect
	Flaws    []string       // of the queue file itself
	Campaign fingerprint.ID // set by Campaigns
	Weak     bool           // set by Campaigns: the text alone is too little to go by
	BounceOf fingerprint.ID // set by Campaigns: the campaign of the message that this report is about
	Call     Call           // set by Judge's caller: what the message is doing in the queue
	Likely   bool           // the evidence for Call is thin
	Known    fingerprint.ID // the fingerprint of the list of known ones that it matches
}

// Bounds on what a record keeps of one message.
const (
	MaxKeptRecipients = 20
	MaxKeptLinks      = 8
	maxKeptString     = 300 // bytes
)

// NDR tells whether a message reports that mail was not delivered, or not yet.
func (r *Record) NDR() bool { return r.Kind == kind.NDRFailed || r.Kind == kind.NDRDelayed }

// Sender is the envelope sender as people write it, "<>" for the null sender.
func (r *Record) Sender() string {
	if r.Null {
		return "<>"
	}
	return r.From
}

// Bounce is what a report tells of the message that it is about.
type Bounce struct {
	Failed       []string // recipients that failed, at most MaxKeptRecipients
	Status       string   // RFC 3463 code of the first, "5.1.1"
	Diagnostic   string   // what the remote server said
	ReportingMTA string
	MessageID    string       // of the original
	From         string       // of the original, from its header
	Trail        []origin.Hop // the way that the original says it took, newest first, at most eight
	Original     fingerprint.Sketch
}

// returned tells whether the report gave enough of the original to place it.
func (b *Bounce) returned() bool {
	k := &b.Original
	return len(k.Hashes) > 0 || len(k.Media) > 0 || k.Exact != 0
}

// Entry is the message as a spool's driver knows it.
func (r *Record) Entry() spool.Entry {
	return spool.Entry{ID: r.ID, Queue: r.Queue, Files: r.Files, Ident: r.Ident, Size: r.Size, Arrived: r.Arrived, Frozen: r.Frozen}
}
