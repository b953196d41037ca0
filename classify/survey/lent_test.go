package survey

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"qclean/classify"
	"qclean/classify/origin"
	"qclean/scan"
	"qclean/scan/spool"
)

// shredded is a spool whose views lend what they read and shred it before the
// next message: whoever kept anything of it is left with hashes.
type shredded struct{ spool.Spool }

func (s shredded) Near(bool) (spool.Spool, func()) {
	v := &shredder{Spool: s.Spool}
	v.lend.String(make([]byte, 48<<10)) // enough for any envelope here: the same memory again and again
	return v, v.shred
}

type shredder struct {
	spool.Spool
	lend spool.Lender
	used int
}

func (v *shredder) Load(ctx context.Context, e *spool.Entry, buf []byte) (spool.Text, error) {
	v.shred()
	for i := range buf {
		buf[i] = '#'
	}
	text, err := v.Spool.Load(ctx, e, buf)
	env := &e.Envelope
	for _, s := range []*string{&e.Ident, &env.From, &env.AuthUser, &env.ClientIP, &env.ClientName, &env.Helo, &env.Reason} {
		*s = v.lent(*s)
	}
	given := env.To
	env.To = nil
	for _, to := range given {
		v.lend.Recipient(env, v.lent(to))
	}
	return text, err
}

func (v *shredder) lent(s string) string {
	v.used += len(s)
	return v.lend.String([]byte(s))
}

func (v *shredder) shred() {
	v.lend.Begin()
	v.lend.String(bytes.Repeat([]byte("#"), v.used))
	env := spool.Envelope{}
	for range spool.MaxRecipients {
		v.lend.Recipient(&env, "#")
	}
	v.lend.Begin()
	v.used = 0
}

// TestKeepsNothingLent takes stock of a spool that shreds what it lent, and of
// one that lends nothing: no fact may differ.
func TestKeepsNothingLent(t *testing.T) {
	s := open(t, flood(t, 600))
	type plain struct{ spool.Spool } // without views
	o := Options{Scan: scan.Options{Workers: 2}}
	want := records(take(t, plain{s}, nil, o))
	for name, lending := range map[string]spool.Spool{"shredded": shredded{s}, "as it is": s} {
		if diff := cmp.Diff(want, records(take(t, lending, nil, o)), cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(origin.Hop{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestFactsShareNothing is the same for records that are kept as they are.
func TestFactsShareNothing(t *testing.T) {
	s := open(t, flood(t, 300))
	type plain struct{ spool.Spool }
	read := func(s spool.Spool) (all []classify.Record) {
		start := func() func(*scan.Message) (classify.Record, error) {
			facts := classify.NewReader(classify.Options{})
			return func(m *scan.Message) (classify.Record, error) { return facts.Facts(m), nil }
		}
		for rec, err := range scan.Each(t.Context(), s, scan.Options{}, start) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, rec)
		}
		slices.SortFunc(all, func(a, b classify.Record) int { return strings.Compare(string(a.ID), string(b.ID)) })
		return all
	}
	if diff := cmp.Diff(read(plain{s}), read(shredded{s}), cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(origin.Hop{})); diff != "" {
		t.Errorf("records changed after they were made (-want +got):\n%s", diff)
	}
}
