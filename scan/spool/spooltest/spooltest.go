// Package spooltest is the conformance suite: what every driver must do, and must never do, with a spool that attackers fill and an MTA changes.
//
// A driver's test gives golden spools, each with what is to be read from it:
//
//	func TestConformance(t *testing.T) {
//		spooltest.Run(t, Driver{}, spooltest.Golden{
//			Name:   "deferred, hashed",
//			Make:   func(t *testing.T, dir string) string { …; return "postfix" },
//			Want:   []spooltest.Message{{ID: "C89C5D4258", Queue: "deferred", …}},
//			Left:   []string{"postfix/deferred/core"},
//			Decoys: []string{"postfix/deferred/A/A00000001", "postfix/hold/A00000002"},
//		})
//	}
//
// The suite makes the spool anew for each check, so Make has to give the same
// spool each time. It knows nothing of any format.
package spooltest

import (
	"context"
	"errors"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// Golden is one spool, and what a driver has to read from it.
type Golden struct {
	Name string
	// Make writes the spool below dir, an empty folder, and returns the name in
	// dir that a user would give.
	Make func(t *testing.T, dir string) (at string)
	Want []Message // what Entries gives, in any order
	Left []string  // names, relative to the tree, that Entries or Stat leave alone; in any order
	// Decoys are names relative to dir at which a message's control file could
	// stand, and where nothing is: the suite puts FIFOs, links, sockets and
	// folders there. The more, the better; one is needed.
	Decoys []string
	Layout *spool.Layout // nil: not compared. Root and MayIndex are not
}

// Message is what is known of one message after Stat and Load.
type Message struct {
	ID       spool.ID
	Queue    string
	Files    []spool.File // in order
	Envelope spool.Envelope
	Arrived  time.Time // zero: not compared
	Frozen   bool
	Text     string // byte for byte
	Flaws    []string
}

// Run checks a driver against golden spools, each check a subtest.
func Run(t *testing.T, d spool.Driver, goldens ...Golden) {
	t.Helper()
	for _, g := range goldens {
		t.Run(g.Name, func(t *testing.T) {
			for _, c := range checks {
				t.Run(c.name, func(t *testing.T) { c.check(t, &bench{Golden: g, driver: d}) })
			}
		})
	}
}

var checks = []struct {
	name  string
	check func(*testing.T, *bench)
}{
	{"detect", checkDetect},
	{"layout", checkLayout},
	{"entries", checkEntries},
	{"entries twice", checkTwice},
	{"stop early", checkStopEarly},
	{"load", checkLoad},
	{"stat all", checkStatAll},
	{"load cut", checkLoadCut},
	{"load alone", checkLoadAlone},
	{"load lent", checkLoadLent},
	{"load given", checkLoadGiven},
	{"body", checkBody},
	{"find", checkFind},
	{"find hostile IDs", checkFindHostile},
	{"quarantined", checkQuarantined},
	{"gone before stat", checkGoneBeforeStat},
	{"gone before load", checkGoneBeforeLoad},
	{"gone while listed", checkGoneWhileListed},
	{"decoys", checkDecoys},
	{"swapped for a link", checkSwapped},
	{"hostile names", checkNames},
	{"several at once", checkConcurrent},
	{"cancelled", checkCancelled},
	{"every operation fails once", checkFaults},
}

// bench is one golden on the bench, made anew by each check.
type bench struct {
	Golden
	driver spool.Driver
}

// spoolIn is an open spool in a folder of its own.
type spoolIn struct {
	spool.Spool
	dir  string // path of the tree
	at   string
	tree disk.Tree
}

// open makes the golden spool in a new folder and opens it.
func (b *bench) open(t *testing.T) *spoolIn {
	t.Helper()
	dir := t.TempDir()
	at := b.Make(t, dir)
	tree, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	s := &spoolIn{dir: dir, at: at, tree: tree}
	s.untouched(t, func() { s.Spool, err = b.driver.Open(tree, at) })
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return s
}

func (s *spoolIn) path(name string) string { return filepath.Join(s.dir, name) }

// untouched fails the test when do writes into the spool.
func (s *spoolIn) untouched(t *testing.T, do func()) {
	t.Helper()
	before := snapshot(t, s.dir)
	do()
	if diff := cmp.Diff(before, snapshot(t, s.dir)); diff != "" {
		t.Errorf("reading wrote into the spool (-before +after):\n%s", diff)
	}
}

// listing is what a stream of entries gave.
type listing struct {
	entries []spool.Entry
	left    []string
	errs    []error
}

func collect(stream iter.Seq2[spool.Entry, error]) (l listing) {
	for e, err := range stream {
		var left *spool.Left
		switch {
		case errors.As(err, &left):
			l.left = append(l.left, left.Name)
		case err != nil:
			l.errs = append(l.errs, err)
		default:
			l.entries = append(l.entries, e)
		}
	}
	slices.SortFunc(l.entries, func(a, b spool.Entry) int { return compareIDs(a.ID, b.ID) })
	slices.Sort(l.left)
	return l
}

func compareIDs(a, b spool.ID) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// maxText is more than any golden message.
const maxText = 1 << 20

// read makes of an entry what a golden says of it.
func read(ctx context.Context, s spool.Spool, e spool.Entry) (Message, error) {
	if err := s.Stat(ctx, &e); err != nil {
		return Message{}, err
	}
	text, err := s.Load(ctx, &e, make([]byte, maxText))
	if err != nil {
		return Message{}, err
	}
	if text.Cut {
		return Message{}, errors.New("cut, with room to spare")
	}
	return messageOf(e, string(text.Bytes), text.Flaws), nil
}

func messageOf(e spool.Entry, text string, flaws []string) Message {
	return Message{ID: e.ID, Queue: e.Queue, Files: e.Files, Envelope: e.Envelope,
		Arrived: e.Arrived, Frozen: e.Frozen, Text: text, Flaws: flaws}
}

func readBody(ctx context.Context, s spool.Spool, e *spool.Entry) (string, error) {
	r, err := s.Body(ctx, e)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(io.LimitReader(r, maxText))
	if cerr := r.Close(); err == nil {
		err = cerr
	}
	return string(b), err
}

// want gives the golden message of an ID.
func (b *bench) want(t *testing.T, id spool.ID) Message {
	t.Helper()
	m, ok := b.find(id)
	if !ok {
		t.Fatalf("no message %q in the golden", id)
	}
	return m
}

func (b *bench) find(id spool.ID) (Message, bool) {
	i := slices.IndexFunc(b.Want, func(m Message) bool { return m.ID == id })
	if i < 0 {
		return Message{}, false
	}
	return b.Want[i], true
}

// compare tells how a message differs from the golden.
func compare(want, got Message) string {
	if want.Arrived.IsZero() {
		got.Arrived = time.Time{}
	}
	return cmp.Diff(want, got, emptyIsNil, sameInstant)
}

var sameInstant = cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })

// emptyIsNil takes an empty list for none.
var emptyIsNil = cmp.FilterValues(func(a, b []string) bool { return len(a) == 0 && len(b) == 0 }, cmp.Ignore())
