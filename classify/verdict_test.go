package classify

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"qclean/classify/kind"
	"qclean/classify/origin"
	"qclean/scan/spool"
)

// queue is records and one campaign for each group of them, as Campaigns would
// make them of texts that are alike.
type queue struct {
	records   []Record
	campaigns []*Campaign
}

func (q *queue) table() *Table { return TableOf(q.records...) }

// group adds n messages of one text.
func (q *queue) group(n int, make func(i int) Record) *Campaign {
	var members []int32
	for i := range n {
		r := make(i)
		r.ID = spool.ID(fmt.Sprintf("Out/%d", len(q.records)))
		r.Recipients = len(r.To)
		members = append(members, int32(len(q.records)))
		q.records = append(q.records, r)
	}
	c := &Campaign{Members: members}
	q.campaigns = append(q.campaigns, c)
	return c
}

func (q *queue) judge(t *testing.T, points Points) Judgement {
	t.Helper()
	for _, c := range q.campaigns {
		c.Summary = Summarize(q.table(), c.Members)
	}
	return Judge(q.table(), q.campaigns, mustSite(t, []string{"ours.com"}, []string{"192.0.2.0/28"}), points)
}

func bot(i int) string { return fmt.Sprintf("198.18.%d.%d", i%250, 1+i/250) }

// TestCalls makes each sort of mail in its plainest form.
func TestCalls(t *testing.T) {
	foreign := func(i int) []string { return []string{fmt.Sprintf("v%d@victim%d.example", i, i%40)} }
	us := func(i int) []string { return []string{fmt.Sprintf("u%d@ours.com", i%9)} }
	trail := func(by, name, ip string) []origin.Hop { return []origin.Hop{{IP: ip, Name: name, By: by}} }
	for _, c := range []struct {
		name string
		want Call
		n    int
		make func(i int) Record
	}{
		{"open relay", Relayed, 40, func(i int) Record {
			return Record{From: fmt.Sprintf("a@x%d.example", i), To: foreign(i), SourceIP: bot(i), Helo: "pc"}
		}},
		{"open relay, one message", Relayed, 1, func(i int) Record {
			return Record{From: "a@x.example", To: foreign(i), SourceIP: bot(i), Helo: "pc"}
		}},
		{"our name, relayed", ForgedLocal, 40, func(i int) Record {
			return Record{From: "boss@ours.com", To: foreign(i), SourceIP: bot(i), Helo: "ours.com"}
		}},
		{"our name, to us", ForgedLocal, 40, func(i int) Record {
			return Record{From: "boss@ours.com", To: us(i), SourceIP: bot(i), Helo: "ours.com"}
		}},
		{"stolen account", AccountAbuse, 60, func(i int) Record {
			return Record{From: "alice@ours.com", To: foreign(i), SourceIP: bot(i % 9), AuthUser: "alice", Traits: Traits{Auth: true}}
		}},
		{"spam to us", InboundUCE, 60, func(i int) Record {
			return Record{From: fmt.Sprintf("a@x%d.example", i), To: us(i), SourceIP: bot(i), Helo: "pc"}
		}},
		{"reverse NDR", NDRFlood, 30, func(i int) Record {
			return Record{Null: true, Kind: kind.NDRFailed, To: foreign(i), Bounce: &Bounce{Trail: trail("mail.ours.com", "line.isp.example", bot(i))}}
		}},
		{"NDR to one who mistyped", RealBounce, 1, func(i int) Record {
			return Record{Null: true, Kind: kind.NDRFailed, To: []string{"p@partner.example"}, Bounce: &Bounce{Trail: trail("mail.ours.com", "mx.partner.example", "203.0.113.7")}}
		}},
		{"backscatter", Backscatter, 20, func(i int) Record {
			return Record{Null: true, Kind: kind.NDRFailed, To: us(i), SourceIP: "203.0.113.9", Bounce: &Bounce{From: "u1@ours.com", Trail: trail("mx.victim.example", "line.isp.example", bot(i))}}
		}},
		{"backscatter, one", Backscatter, 1, func(i int) Record {
			return Record{Null: true, Kind: kind.NDRFailed, To: us(i), SourceIP: "203.0.113.9", Bounce: &Bounce{From: "u1@ours.com", Trail: trail("mx.victim.example", "line.isp.example", bot(i))}}
		}},
		{"real bounce", RealBounce, 20, func(i int) Record {
			return Record{Null: true, Kind: kind.NDRFailed, To: us(i), SourceIP: "203.0.113.9", Bounce: &Bounce{From: "u1@ours.com", Trail: trail("mx.victim.example", "mail.ours.com", "192.0.2.10")}}
		}},
		{"report that returns nothing", RealBounce, 1, func(i int) Record {
			return Record{Null: true, Kind: kind.NDRFailed, To: us(i), SourceIP: "203.0.113.9", Bounce: &Bounce{}}
		}},
		{"newsletter", Bulk, 60, func(i int) Record {
			return Record{From: fmt.Sprintf("b-%d@news.example", i), To: us(i), SourceIP: "203.0.113.20", Helo: "out.news.example", Traits: Traits{Listed: true}}
		}},
		{"newsletter of a service with many hosts", Bulk, 200, func(i int) Record {
			ip := fmt.Sprintf("203.0.%d.20", i%50)
			return Record{From: fmt.Sprintf("b-%d@news.example", i), To: us(i), SourceIP: ip, Helo: fmt.Sprintf("o%d.service.example", i%50), Traits: Traits{Listed: true}}
		}},
		{"our own mailing", Bulk, 60, func(i int) Record {
			return Record{From: "news@ours.com", To: foreign(i), SourceIP: "192.0.2.5"}
		}},
		{"letter from outside", Legitimate, 1, func(i int) Record {
			return Record{From: "p@partner.example", To: us(i), SourceIP: "203.0.113.7", Helo: "mx.partner.example"}
		}},
		{"letter of ours with a login", Legitimate, 1, func(i int) Record {
			return Record{From: "alice@ours.com", To: foreign(i), SourceIP: "203.0.113.70", AuthUser: "alice", Traits: Traits{Auth: true}}
		}},
		{"letter of ours from the house", Legitimate, 1, func(i int) Record {
			return Record{From: "alice@ours.com", To: foreign(i), SourceIP: "10.1.1.9", Helo: "pc9"}
		}},
		{"forwarded by one of us", Legitimate, 1, func(i int) Record {
			return Record{From: "p@partner.example", To: foreign(i), SourceIP: "203.0.113.7", Helo: "mx.partner.example", Traits: Traits{For: "alice@ours.com"}}
		}},
		{"one text that many firms' machines send", Legitimate, 30, func(i int) Record {
			d := fmt.Sprintf("firm%d.example", i)
			return Record{From: "no-reply@" + d, To: us(i), SourceIP: bot(i), Helo: "mail." + d}
		}},
		{"vacation note", Legitimate, 1, func(i int) Record {
			return Record{Null: true, Kind: kind.AutoReply, To: foreign(i), SourceIP: "10.1.1.9"}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var q queue
			q.group(c.n, c.make)
			j := q.judge(t, nil)
			if got := j.Campaigns[0]; got.Call != c.want {
				t.Errorf("%s, %d points: %+v", got.Call, got.Score, got.Evidence)
			}
			for i := range q.records {
				if j.Records[i].Call != c.want {
					t.Fatalf("message %d is called %s", i, j.Records[i].Call)
				}
			}
			for _, e := range j.Campaigns[0].Evidence {
				if e.Text == "" || len(e.Samples) == 0 || len(e.Samples) > MaxSamples || e.Points == 0 {
					t.Errorf("evidence that nobody can check: %+v", e)
				}
			}
		})
	}
}

// TestOneTextMayTravelInSeveralWays holds one campaign of NDRs in the same
// words, of which some are real.
func TestOneTextMayTravelInSeveralWays(t *testing.T) {
	var q queue
	q.group(30, func(i int) Record {
		hop := origin.Hop{IP: bot(i), Name: "line.isp.example", By: "mx.victim.example"}
		if i%3 == 0 {
			hop = origin.Hop{IP: "192.0.2.10", Name: "mail.ours.com", By: "mx.partner.example"}
		}
		return Record{Null: true, Kind: kind.NDRFailed, To: []string{"u@ours.com"}, SourceIP: "203.0.113.9", Bounce: &Bounce{From: "u@ours.com", Trail: []origin.Hop{hop}}}
	})
	j := q.judge(t, nil)
	if v := j.Campaigns[0]; v.Call != Backscatter || !v.Mixed {
		t.Errorf("%s, mixed %v", v.Call, v.Mixed)
	}
	for i := range q.records {
		want := Backscatter
		if i%3 == 0 {
			want = RealBounce
		}
		if j.Records[i].Call != want {
			t.Errorf("message %d is called %s", i, j.Records[i].Call)
		}
	}
}

// TestNothingIsOursNothingIsRelayed: without a site every message would have
// two foreign ends.
func TestNothingIsOursNothingIsRelayed(t *testing.T) {
	var q queue
	c := q.group(40, func(i int) Record {
		return Record{From: fmt.Sprintf("a@x%d.example", i), To: []string{"v@victim.example"}, SourceIP: bot(i), Helo: "pc"}
	})
	c.Summary = Summarize(q.table(), c.Members)
	if v := Judge(q.table(), q.campaigns, Site{}, nil).Campaigns[0]; v.Call != Unknown {
		t.Errorf("%s: %+v", v.Call, v.Evidence)
	}
}

func TestGuessedSiteIsOnlyLikely(t *testing.T) {
	var q queue
	c := q.group(40, func(i int) Record {
		return Record{From: fmt.Sprintf("a@x%d.example", i), To: []string{"v@victim.example"}, SourceIP: bot(i), Helo: "pc"}
	})
	c.Summary = Summarize(q.table(), c.Members)
	site := mustSite(t, []string{"ours.com"}, nil)
	if v := Judge(q.table(), q.campaigns, site, nil).Campaigns[0]; v.Likely || v.Call != Relayed {
		t.Errorf("%s, likely %v", v.Call, v.Likely)
	}
	site.Guessed = []string{"local domain ours.com"}
	if v := Judge(q.table(), q.campaigns, site, nil).Campaigns[0]; !v.Likely {
		t.Error("a guess makes it no more than likely")
	}
}

// TestAStrayCopyIsCalledByItsClient: a message that no group took in, from a
// client that is known for a flood.
func TestAStrayCopyIsCalledByItsClient(t *testing.T) {
	var q queue
	spam := func(i int) Record {
		return Record{From: fmt.Sprintf("a@x%d.example", i), To: []string{"u@ours.com"}, SourceIP: bot(i % 20), Helo: "pc"}
	}
	q.group(60, spam)
	q.group(1, spam)
	q.group(1, func(int) Record {
		return Record{From: "p@partner.example", To: []string{"u@ours.com"}, SourceIP: "203.0.113.7", Helo: "mx.partner.example"}
	})
	j := q.judge(t, nil)
	if got := j.Campaigns[1].Call; got != InboundUCE {
		t.Errorf("the stray copy is called %s", got)
	}
	if got := j.Campaigns[2].Call; got != Legitimate {
		t.Errorf("the letter is called %s", got)
	}
}

func TestPoints(t *testing.T) {
	var q queue
	q.group(1, func(int) Record {
		return Record{From: "a@x.example", To: []string{"v@victim.example"}, SourceIP: bot(1), Helo: "mx.x.example"}
	})
	if got := q.judge(t, Points{"neither-end-ours": 0}).Campaigns[0]; got.Call == Relayed || slices.ContainsFunc(got.Evidence, func(e Evidence) bool { return e.Rule == "neither-end-ours" }) {
		t.Errorf("a rule of no points spoke: %+v", got)
	}
	if err := (Points{"no-such-rule": 1}).Check(); err == nil || !strings.Contains(err.Error(), "no-such-rule") {
		t.Errorf("unknown rule: %v", err)
	}
	if err := (Points{"flood": 1}).Check(); err != nil {
		t.Error(err)
	}
}

func TestRulesAreDocumented(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if r.Name == "" || r.Help == "" || r.Points <= 0 || r.Judge == nil || seen[r.Name] {
			t.Errorf("rule %q", r.Name)
		}
		seen[r.Name] = true
	}
	if _, ok := FindRule("flood"); !ok {
		t.Error("flood is a rule")
	}
}

func TestCallNames(t *testing.T) {
	for _, c := range Calls() {
		if got, ok := ParseCall(c.String()); !ok || got != c {
			t.Errorf("%s", c)
		}
	}
	if _, ok := ParseCall("no such call"); ok {
		t.Error("an unknown word is no call")
	}
}
