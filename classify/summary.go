package classify

import (
	"time"
)

// Summary is what a group of messages comes to, however it was made.
type Summary struct {
	Count       int
	Bytes       int64
	Recipients  int
	NDRs        int
	Null        int // messages with the null sender
	First       time.Time
	Last        time.Time
	Senders     Tally
	Domains     Tally // of senders
	RcptDomains Tally
	Subjects    Tally
	Links       Tally // registered domains
	Sources     Tally // client addresses
	Users       Tally // logins
	Kinds       Tally
	Hours       [24]int // messages by hour of arrival, UTC
}

// Summarize adds up the records that members names.
func Summarize(records []Record, members []int32) Summary {
	s := Summary{Count: len(members)}
	values := make([]string, 0, len(members))
	spread := func(fact func(*Record) string) Tally {
		values = values[:0]
		for _, m := range members {
			values = append(values, fact(&records[m]))
		}
		return tally(values)
	}
	spreadAll := func(facts func(*Record) []string) Tally {
		values = values[:0]
		for _, m := range members {
			values = append(values, facts(&records[m])...)
		}
		return tally(values)
	}
	for _, m := range members {
		s.add(&records[m])
	}
	s.Senders = spread((*Record).Sender)
	s.Domains = spread(func(r *Record) string { return Domain(r.From) })
	s.Subjects = spread(func(r *Record) string { return r.Subject })
	s.Sources = spread(func(r *Record) string { return r.SourceIP })
	s.Users = spread(func(r *Record) string { return r.AuthUser })
	s.Kinds = spread(func(r *Record) string { return r.Kind.String() })
	s.RcptDomains = spreadAll(func(r *Record) []string { return Domains(r.To) })
	s.Links = spreadAll(func(r *Record) []string { return r.Links })
	return s
}

func (s *Summary) add(r *Record) {
	s.Bytes += r.Size
	s.Recipients += r.Recipients
	if r.NDR() {
		s.NDRs++
	}
	if r.Null {
		s.Null++
	}
	if r.Arrived.IsZero() {
		return
	}
	s.Hours[r.Arrived.UTC().Hour()]++
	if s.First.IsZero() || r.Arrived.Before(s.First) {
		s.First = r.Arrived
	}
	if r.Arrived.After(s.Last) {
		s.Last = r.Arrived
	}
}
