package index

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"qclean/classify"
	"qclean/classify/cluster"
	"qclean/classify/fingerprint"
	"qclean/scan/spool"
)

func campaigns() []*classify.Campaign {
	at := time.Date(2026, 11, 22, 5, 43, 0, 123456789, time.UTC)
	tally := classify.Tally{Distinct: 12, Top: []classify.Count{{Value: "a@b", Count: 7}, {Value: "naïve \x1b", Count: 1}}}
	full := &classify.Campaign{Summary: classify.Summary{Count: 9, Bytes: 1 << 40, Recipients: 3, NDRs: 2, Null: 1, First: at, Last: at.Add(time.Hour), Senders: tally, Kinds: tally, Hours: [24]int{3: 4, 23: 5}},
		ID: "abc", Print: fingerprint.FromCore(fingerprint.Mail, []uint32{1 << 8, 2 << 8, 3 << 8}, 1), Class: fingerprint.Report, Weak: "why", Coherence: 0.5, Words: -9,
		Core: []cluster.Feature{{Hash: 1 << 31, Share: 0.5, Purity: 0.25}, {Hash: 2}},
		Verdict: classify.Verdict{Call: classify.Relayed, Score: 70, Likely: true, Mixed: true,
			Evidence: []classify.Evidence{{Rule: "flood", For: classify.Bulk, Points: -9, Text: "t", Samples: []spool.ID{"Out/x\xff", ""}}, {Rule: "x"}}}}
	return []*classify.Campaign{{}, full, {Summary: classify.Summary{First: time.Unix(-5e9, 7).UTC()}, Verdict: classify.Verdict{Mixed: true}}}
}

func TestCampaignComesBack(t *testing.T) {
	for _, c := range campaigns() {
		got, ok := parseCampaign(appendCampaign(nil, c))
		if d := cmp.Diff(c, got); !ok || d != "" {
			t.Errorf("%v: %s", ok, d)
		}
	}
}

// FuzzParseCampaign: what is taken says something, which is written and taken again.
func FuzzParseCampaign(f *testing.F) {
	for _, c := range campaigns() {
		f.Add(appendCampaign(nil, c))
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		c, ok := parseCampaign(b)
		if !ok {
			return
		}
		once := appendCampaign(nil, c)
		if again, ok := parseCampaign(once); !ok || !bytes.Equal(once, appendCampaign(nil, again)) {
			t.Errorf("%x is taken, and what is written of it is not the same", b)
		}
	})
}
