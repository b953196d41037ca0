package spool

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLender makes envelopes in turn, each whole while it is in hand.
func TestLender(t *testing.T) {
	for _, l := range []*Lender{nil, {}} {
		for round, want := range []Envelope{
			{From: "a@example.com", To: []string{"b@example.net", "c@example.net"}},
			{From: strings.Repeat("x", 2*maxLentText), To: []string{""}},
			{To: many(MaxRecipients), More: 7},
			{From: "a", To: []string{"b"}},
		} {
			l.Begin()
			got := Envelope{From: l.String([]byte(want.From))}
			for i := range len(want.To) + want.More {
				to := "one too many"
				if i < len(want.To) {
					to = want.To[i]
				}
				l.Recipient(&got, l.String([]byte(to)))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("round %d (-want +got):\n%s", round, diff)
			}
		}
	}
}

func many(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("r%d@example.com", i))
	}
	return out
}

// TestLenderGivesCopiesToOthers holds apart what is lent and what is given.
func TestLenderGivesCopiesToOthers(t *testing.T) {
	b := []byte("mine")
	given := (*Lender)(nil).String(b)
	lender := new(Lender)
	lent := lender.String(b)
	copy(b, "XXXX")
	if given != "mine" || lent != "mine" {
		t.Errorf("%q and %q went with the bytes that they were read from", given, lent)
	}
	lender.Begin()
	lender.String([]byte("next"))
	if given != "mine" || lent != "next" {
		t.Errorf("given %q, lent %q: what is lent is used again, so that tests find who keeps it", given, lent)
	}
}

// TestLenderAllocatesNothing is what it is for.
func TestLenderAllocatesNothing(t *testing.T) {
	var pool Lenders
	l := pool.Get()
	if n := testing.AllocsPerRun(100, func() {
		l.Begin()
		var env Envelope
		env.From = l.String([]byte("somebody@example.com"))
		for range 5 {
			l.Recipient(&env, l.String([]byte("somebody.else@example.com")))
		}
	}); n > 0 {
		t.Errorf("%v pieces an envelope", n)
	}
}
