package classify

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/classify/fingerprint"
	"qclean/classify/kind"
	"qclean/classify/origin"
)

// TestWhatNothingWasLearntOfStands: to decide on every case once more comes to
// the same, bit for bit, as to leave those alone that nothing was learnt of.
func TestWhatNothingWasLearntOfStands(t *testing.T) {
	site := mustSite(t, []string{"ours.com"}, []string{"192.0.2.0/28"})
	var left, again, changed int
	for seed := range uint64(150) {
		q := randomQueue(rand.New(rand.NewPCG(seed, 1)))
		table := q.table()
		for _, c := range q.campaigns {
			c.Summary = Summarize(table, c.Members)
			for _, report := range c.Bounces {
				table.row(int(report)).bounceOf = table.campaignRef(c.ID)
			}
		}
		j := judge{t: table, site: &site, out: Judgement{Site: site, Campaigns: make([]Verdict, len(q.campaigns)), Records: make([]*Verdict, table.Len())}}
		j.seen, j.around = lookAround(table, &site)
		strands := make([][]*Case, len(q.campaigns))
		for i, c := range q.campaigns {
			strands[i] = j.strands(c)
			for _, s := range strands[i] {
				j.decide(s)
			}
		}
		j.around.learn(strands, j.seen)
		for i := range q.campaigns {
			for _, s := range strands[i] {
				first := s.verdict
				j.decide(s)
				switch {
				case !j.around.taught(s):
					left++
				case cmp.Equal(first, s.verdict):
					again++
				default:
					changed++
				}
			}
			j.settle(i, strands[i])
		}
		got := Judge(table, q.campaigns, site, nil)
		if d := cmp.Diff(j.out.Campaigns, got.Campaigns) + cmp.Diff(j.out.Records, got.Records); d != "" {
			t.Fatalf("seed %d (-all decided twice, +Judge):\n%s", seed, d)
		}
	}
	if left < 100 || again < 100 || changed < 100 {
		t.Errorf("%d cases left alone, %d decided again for nothing, %d changed: too few to say anything", left, again, changed)
	}
}

// randomQueue is floods, mail that stands alone, logins and reports, of so few
// hosts, links and people that what is learnt of one is about another.
func randomQueue(r *rand.Rand) *queue {
	q := &queue{}
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	for n := range 3 + r.IntN(12) {
		flood, login, domain := r.IntN(2) == 0, pick("", "", "alice", "bob"), pick("ours.com", "x.example", "y.example")
		report, hosts, link := r.IntN(4) == 0, r.IntN(3), pick("", "shop.example", "pills.example")
		size := 1 + r.IntN(4)
		if flood {
			size = 8 + r.IntN(20)
		}
		c := q.group(size, func(i int) Record {
			m := Record{From: fmt.Sprintf("a%d@%s", r.IntN(4), domain), AuthUser: login, Helo: pick("pc", "mx.x.example"),
				To: []string{fmt.Sprintf("u%d@%s", r.IntN(5), pick("ours.com", "v.example", "w.example"))}}
			if hosts > 0 {
				m.SourceIP = bot(r.IntN(10 * hosts))
			}
			if link != "" {
				m.Links = []string{link}
			}
			if report {
				m.From, m.Null, m.Kind, m.AuthUser = "", true, kind.NDRFailed, ""
				m.Bounce = &Bounce{Failed: []string{"u1@v.example"}}
				if r.IntN(2) == 0 {
					m.Bounce.Trail = []origin.Hop{{IP: pick("198.18.0.1", "192.0.2.1"), By: pick("mx.ours.com", "mx.v.example")}}
				}
			}
			return m
		})
		c.ID = fingerprint.ID(fmt.Sprint("campaign", n))
		if report && n > 0 {
			of := q.campaigns[r.IntN(n)]
			of.Bounces = append(of.Bounces, c.Members...)
		}
	}
	return q
}
