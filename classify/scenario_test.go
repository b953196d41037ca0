package classify_test

import (
	"net/netip"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"qclean/classify"
	"qclean/fixtures"
	"qclean/scan"
	"qclean/scan/letter"
	"qclean/scan/spool"
)

// TestNoWantedMailIsLost judges whole queues with ground truth: no letter, no
// newsletter and no notice may be called unwanted, and 98 of 100 unwanted
// messages must be. `go run ./fixtures/verdicts` measures the same on more.
func TestNoWantedMailIsLost(t *testing.T) {
	for _, name := range []string{"mixed", "open-relay", "stolen-account", "inbound", "reverse-ndr", "backscatter", "office", "newsletters", "lists", "forwards", "notices"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := fixtures.Scenario(name)
			if err != nil {
				t.Fatal(err)
			}
			f.N, f.Seed = 500, 77
			site, err := classify.ParseSite([]string{f.Site().Domain}, f.Site().Relays)
			if err != nil {
				t.Fatal(err)
			}
			table, truth := facts(t, f, site)
			j := classify.Judge(table, classify.Campaigns(table, nil, 0), site, nil)
			unwanted, called := 0, 0
			for i := range table.Len() {
				v := j.Records[i]
				switch {
				case !truth[i].Wanted:
					unwanted++
					if v.Call.Unwanted() {
						called++
					}
				case v.Call.Unwanted() && truth[i].Verdict != fixtures.Bounce:
					t.Errorf("%s is %s and called %s: %+v", truth[i].File, truth[i].Verdict, v.Call, v.Evidence)
				}
			}
			if called*100 < unwanted*98 {
				t.Errorf("%d of %d unwanted messages are called so", called, unwanted)
			}
		})
	}
}

// TestVerdictsDependOnNoProcessors: one alone says what several say together,
// of campaigns and of single messages.
func TestVerdictsDependOnNoProcessors(t *testing.T) {
	f, err := fixtures.Scenario("mixed")
	if err != nil {
		t.Fatal(err)
	}
	f.N, f.Seed = 800, 5
	site, err := classify.ParseSite([]string{f.Site().Domain}, f.Site().Relays)
	if err != nil {
		t.Fatal(err)
	}
	table, _ := facts(t, f, site)
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	var campaigns [][]*classify.Campaign
	var said []classify.Judgement
	for _, processors := range []int{1, 5} {
		runtime.GOMAXPROCS(processors)
		c := classify.Campaigns(table, nil, 0)
		campaigns, said = append(campaigns, c), append(said, classify.Judge(table, c, site, nil))
	}
	if d := cmp.Diff(campaigns[0], campaigns[1]); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(said[0], said[1], cmpopts.EquateComparable(netip.Prefix{})); d != "" {
		t.Error(d)
	}
}

// facts reads a flood as a scan of the queue's own records does.
func facts(t *testing.T, f fixtures.Flood, site classify.Site) (table *classify.Table, truth []fixtures.Truth) {
	t.Helper()
	table = &classify.Table{}
	reader, letters := classify.NewReader(classify.Options{Trust: site.Trust()}), letter.NewReader(letter.Limits{})
	for m, err := range f.Messages() {
		if err != nil {
			t.Fatal(err)
		}
		e := spool.Entry{ID: spool.ID(m.Name), Queue: m.Queue, Arrived: m.Arrived, Envelope: spool.Envelope{From: m.Envelope.From, Null: m.Envelope.Null(), To: m.Envelope.To, Source: spool.FromHead}}
		r := reader.Facts(&scan.Message{Entry: &e, Letter: letters.Read(m.Raw)})
		if err := table.Append(&r); err != nil {
			t.Fatal(err)
		}
		truth = append(truth, m.Truth())
	}
	return table, truth
}
