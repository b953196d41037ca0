package classify

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func values(list []Source) []string {
	var out []string
	for _, s := range list {
		out = append(out, fmt.Sprintf("%s %d", s.Value, s.Count))
	}
	return out
}

func TestSourcesAreNeverOurs(t *testing.T) {
	at := time.Date(2003, 9, 22, 8, 0, 0, 0, time.UTC)
	var q queue
	q.group(40, func(i int) Record { // ten hosts of one network, and one that also brings a letter
		ip := fmt.Sprintf("198.19.7.%d", 1+i%10)
		if i%8 == 0 {
			ip = "203.0.113.7"
		}
		return Record{From: fmt.Sprintf("a@x%d.example", i%3), To: []string{"v@victim.example"}, SourceIP: ip, Helo: "pc", Arrived: at.Add(time.Duration(i) * time.Minute)}
	})
	q.group(1, func(int) Record {
		return Record{From: "p@partner.example", To: []string{"u@ours.com"}, SourceIP: "203.0.113.7", Helo: "mx.partner.example"}
	})
	q.group(50, func(i int) Record {
		return Record{From: "alice@ours.com", To: []string{fmt.Sprintf("v@victim%d.example", i)}, SourceIP: bot(i % 9), AuthUser: "alice", Traits: Traits{Auth: true}}
	})
	q.group(30, func(i int) Record { // an infected machine in the house
		return Record{From: fmt.Sprintf("a@y%d.example", i), To: []string{fmt.Sprintf("v@victim%d.example", i)}, SourceIP: "192.0.2.9", Helo: "pc"}
	})
	j := q.judge(t, nil)
	got := SourcesOf(q.table(), &j)
	if diff := cmp.Diff([]string{"198.19.7.0/24 35"}, values(got.Networks)[:1]); diff != "" {
		t.Error(diff)
	}
	for _, s := range got.Networks {
		if s.Value == "203.0.113.7" || s.Value == "192.0.2.9" || s.Count == 0 {
			t.Errorf("%s brings mail that is wanted, or is ours", s.Value)
		}
	}
	if diff := cmp.Diff([]string{"alice 50"}, values(got.Accounts)); diff != "" {
		t.Error(diff)
	}
	for _, s := range append(got.Senders, got.Domains...) {
		if j.Site.Local(Domain(s.Value)) || j.Site.Local(s.Value) {
			t.Errorf("%s is ours", s.Value)
		}
	}
	if n := got.Networks[0]; n.Hosts < 8 || n.First.IsZero() || !n.Last.After(n.First) || len(n.Calls) != 1 || n.Calls[0] != Relayed {
		t.Errorf("%+v", n)
	}
}

func TestNothingUnwantedNoSources(t *testing.T) {
	var q queue
	q.group(1, func(int) Record {
		return Record{From: "p@partner.example", To: []string{"u@ours.com"}, SourceIP: "203.0.113.7", Helo: "mx.partner.example"}
	})
	j := q.judge(t, nil)
	if got := SourcesOf(q.table(), &j); len(got.Networks)+len(got.Accounts)+len(got.Senders)+len(got.Domains) != 0 {
		t.Errorf("%+v", got)
	}
}
