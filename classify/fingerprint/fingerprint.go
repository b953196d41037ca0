// Package fingerprint says what makes two messages the same campaign: it folds a text to what a reader sees, and keeps a sample of its word pairs and triples.
//
// The surprise is that nothing here measures how alike two messages are. A
// spammer can pad a copy until it has little in common with the next; he
// cannot take the advertisement out. So a message is kept as a set of hashed
// 2- and 3-word shingles (Sketch, at most 256 bytes), a campaign is the part
// of those sets that its members share (package cluster), and the portable
// fingerprint (Print, "qf1-…") is 24 hashes of that part, looked for among all
// shingles of a message. Padding adds shingles; it removes none.
//
// Before hashing, the text is folded so that the tricks of the trade fall
// away: compatibility forms, invisible characters, look-alike letters, leet,
// letters set apart, links, numbers. The tables of the folding, the hash and
// the choice of features are frozen with the version "qf1": a change of any of
// them, or of what a message must show, is "qf2", because fingerprints are
// pasted between hosts and kept.
package fingerprint

import (
	"errors"
	"fmt"
)

// Errors that callers decide on.
var (
	ErrPrint  = errors.New("not a fingerprint")
	ErrSketch = errors.New("damaged sketch")
)

// Class keeps apart what carries the same words for another purpose: the
// bounce of a spam is not the spam, and a copy of a bank's notice whose links
// lead elsewhere is not the notice. Messages of two classes are never one
// campaign, and the class stands in the portable fingerprint.
type Class uint8

// The classes, in the order in which they are looked for.
const (
	Mail      Class = iota // everything else
	Report                 // null sender, or a delivery, disposition or feedback report
	Automatic              // answers that no person wrote (RFC 3834)
	Calendar               // invitations, and signed or encrypted bodies
	Quoted                 // a good part of it quotes, forwards or returns another message
	Aligned                // a link leads to the domain that the message says it is from
)

var classNames = [...]string{"mail", "report", "auto", "cal", "quoted", "aligned"}

// String gives the word that stands in fingerprints and in the index.
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return fmt.Sprintf("class%d", uint8(c))
}

// ParseClass is the reverse of String.
func ParseClass(s string) (Class, error) {
	for i, n := range classNames {
		if n == s {
			return Class(i), nil
		}
	}
	return 0, fmt.Errorf("%w: no class %q", ErrPrint, s)
}

// Features is all that one message has to show. The slices are valid until
// the Sketcher that made them reads its next message.
type Features struct {
	Class    Class
	Exact    uint64   // of the folded words in order, with subject and media: for messages with too little text
	Shingles []uint32 // hash of every 2- and 3-word shingle, in order of appearance, with repeats
	Media    []Media  // attachments, pictures, link hosts; no repeats
}

// MinShingles is the fewest shingles that a text must have for its campaign
// to be found by them; below that only equal messages are the same.
const MinShingles = 4
