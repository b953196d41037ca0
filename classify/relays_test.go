package classify_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"qclean/classify"
	"qclean/classify/origin"
	"qclean/fixtures"
	"qclean/scan"
	"qclean/scan/letter"
	"qclean/scan/spool"
)

// TestOneHopFurtherIsReadOnce: what was kept of the hop before the relays, when
// nobody knew yet whose they are, is what a second reading finds that knows it;
// and it was kept of all but the first messages.
func TestOneHopFurtherIsReadOnce(t *testing.T) {
	f := fixtures.Flood{N: 1500, Seed: 5}
	var relays []netip.Prefix
	for _, r := range f.Site().Relays {
		relays = append(relays, netip.MustParsePrefix(r))
	}
	site := classify.Site{Relays: relays}
	read := func(o classify.Options) *classify.Table {
		table, reader, letters := &classify.Table{}, classify.NewReader(o), letter.NewReader(letter.Limits{})
		for m, err := range f.Messages() {
			if err != nil {
				t.Fatal(err)
			}
			e := spool.Entry{ID: spool.ID(m.Name), Envelope: spool.Envelope{From: m.Envelope.From, Source: spool.FromHead}}
			r := reader.Facts(&scan.Message{Entry: &e, Letter: letters.Read(m.Raw)})
			if o.Relays != nil {
				o.Relays.Count(r.SourceIP)
			}
			if err := table.Append(&r); err != nil {
				t.Fatal(err)
			}
		}
		return table
	}
	want := read(classify.Options{Trust: site.Trust()})
	blind := read(classify.Options{})
	got := read(classify.Options{Relays: &classify.Relays{}})
	again := got.Further(&site)
	if all := blind.Further(&site); len(all) < 200 || len(again)*3 > len(all) {
		t.Errorf("%d of %d messages are read again", len(again), len(all))
	}
	for i := range want.Len() {
		if slices.Contains(again, int32(i)) {
			continue
		}
		if d := cmp.Diff(want.At(i).Record(), got.At(i).Record(), cmpopts.IgnoreUnexported(origin.Hop{})); d != "" {
			t.Fatalf("message %d:\n%s", i, d)
		}
	}
	if rest := got.Further(&site); len(rest) < len(again) {
		t.Errorf("%d messages, then %d: what was kept is used once", len(again), len(rest))
	}
}

// TestChainsOfRelays: one hop is enough where it leads outside, to a login or
// to the end of the trace, and not where another relay of ours comes.
func TestChainsOfRelays(t *testing.T) {
	hop := func(ip, with string) string {
		return fmt.Sprintf("Received: from h (h.example [%s]) by mx.ours.com with %s id 1; Mon, 1 Jan 2024 00:00:00 +0000\r\n", ip, with)
	}
	site := classify.Site{Relays: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32")}}
	for name, c := range map[string]struct {
		head  string
		again bool
	}{
		"outside":       {hop("192.0.2.1", "ESMTP") + hop("203.0.113.9", "ESMTP"), false},
		"end":           {hop("192.0.2.1", "ESMTP"), false},
		"login":         {hop("192.0.2.1", "ESMTPSA") + hop("192.0.2.2", "ESMTP"), false},
		"login further": {hop("192.0.2.1", "ESMTP") + hop("203.0.113.9", "ESMTPSA"), false},
		"two relays":    {hop("192.0.2.1", "ESMTP") + hop("192.0.2.2", "ESMTP") + hop("203.0.113.9", "ESMTP"), true},
		"the same":      {hop("192.0.2.1", "ESMTP") + hop("192.0.2.1", "ESMTP") + hop("203.0.113.9", "ESMTP"), false},
		"none of ours":  {hop("203.0.113.1", "ESMTP") + hop("203.0.113.9", "ESMTP"), false},
	} {
		t.Run(name, func(t *testing.T) {
			facts := func(o classify.Options) classify.Record {
				e := spool.Entry{ID: "m", Envelope: spool.Envelope{Source: spool.FromHeaders}}
				m := letter.NewReader(letter.Limits{}).Read([]byte(c.head + "Subject: s\r\n\r\ntext\r\n"))
				return classify.NewReader(o).Facts(&scan.Message{Entry: &e, Letter: m})
			}
			relays := &classify.Relays{}
			for range 400 {
				relays.Count("192.0.2.1")
				relays.Count("192.0.2.2")
			}
			r := facts(classify.Options{Relays: relays})
			table := classify.TableOf(r)
			if again := table.Further(&site); len(again) > 0 != c.again {
				t.Fatalf("read again: %v", again)
			}
			if c.again {
				return
			}
			want := facts(classify.Options{Trust: site.Trust()})
			if d := cmp.Diff(want, table.At(0).Record(), cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(origin.Hop{})); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestRelaysAreFew: however many clients there are, few are taken for relays,
// and one that brings little is not.
func TestRelaysAreFew(t *testing.T) {
	var r classify.Relays
	for i := range 40000 {
		r.Count(fmt.Sprintf("10.0.%d.%d", i%200, i%7))
		if i%10 == 0 {
			r.Count("192.0.2.1")
		}
	}
	if !r.Likely("192.0.2.1") || r.Likely("10.0.1.1") || r.Likely("") || (*classify.Relays)(nil).Likely("192.0.2.1") {
		t.Error("the client of one message in eleven is a relay, no other is")
	}
}
