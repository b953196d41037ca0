// Package kind tells what a message is for: mail, a report that mail was not delivered, or another automatic message.
//
// No single mark decides. Only half of real bounces are multipart/report, many
// carry the header of an auto-reply, and vacation notes, receipts and spam use
// the null sender as well: so shape comes first, then the words of known MTAs,
// then sender and subject, and the auto-reply headers last.
//
//	marks.go       fields and envelope, read once
//	shape.go       multipart/report; paper.go: reports told by an attachment
//	words.go       what is read of a message without such a part
//	score.go       how much of it makes a report, and of which sort
//	details.go     what a report has whatever its words are
//	phrase*.go     what MTAs write, as data; matcher.go and fold.go find it
//	facts.go       recipients, status and the original; transcript.go: from plain text
package kind

import (
	"qclean/scan/letter"
	"qclean/scan/spool"
)

// Kind is what a message is for.
type Kind uint8

// The kinds.
const (
	Mail       Kind = iota // everything else
	NDRFailed              // mail was not delivered (RFC 3464, or in the words of an MTA)
	NDRDelayed             // mail was not delivered yet
	DSNSuccess             // mail was delivered, relayed or expanded
	MDN                    // read receipt (RFC 8098)
	ARF                    // complaint (RFC 5965)
	AutoReply              // vacation and other automatic answers (RFC 3834)
	Report                 // DMARC and TLS reports
)

var kindNames = [...]string{"mail", "ndr-failed", "ndr-delayed", "dsn-success", "mdn", "arf", "autoreply", "report"}

// String gives the word that selectors, JSON and the index use.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "mail"
}

// Parse is the reverse of String; an unknown word is Mail.
func Parse(s string) Kind {
	for i, n := range kindNames {
		if n == s {
			return Kind(i)
		}
	}
	return Mail
}

// Facts is what a report tells of the message that it is about. Strings are
// valid as long as the letter is.
type Facts struct {
	Kind         Kind
	Why          string   // what decided, for people: "multipart/report, Action: failed"
	Failed       []string // recipients that failed or are delayed, at most MaxFailed
	Status       string   // RFC 3463 code of the first, "5.1.1"
	Diagnostic   string   // what the remote server said
	ReportingMTA string
	MessageID    string // of the original
	From         string // of the original, from its header
}

// MaxFailed bounds Facts.Failed.
const MaxFailed = 100

// Of tells the kind of a message. The envelope is strong evidence when it
// comes from a queue's own records, and only a hint when it was guessed.
func Of(m *letter.Message, e *spool.Envelope) Facts {
	h := marksOf(m, e)
	f, ok := byShape(m, &h)
	if !ok {
		f, ok = byWords(m, &h)
	}
	if ok && f.Kind != Mail && f.Kind != AutoReply {
		f.about(m, &h)
	}
	return f
}
