package classify

import (
	"slices"
	"time"

	"qclean/classify/kind"
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

// Summarize adds up the messages that members names; nil names all.
func Summarize(t *Table, members []int32) Summary {
	return new(summing).sum(t, members)
}

// summing keeps what one summary after another needs for the time of counting.
type summing struct {
	t       *Table
	all     []int32
	members []int32
	refs    []ref
}

func (s *summing) sum(t *Table, members []int32) Summary {
	s.t = t
	if members == nil {
		for i := len(s.all); i < t.Len(); i++ {
			s.all = append(s.all, int32(i))
		}
		members = s.all[:t.Len()]
	}
	s.members = members
	out := Summary{Count: len(members)}
	var kinds [256]int
	for _, m := range members {
		r := t.row(int(m))
		out.add(Message{t, r})
		kinds[r.kind]++
	}
	out.Senders = s.spread(func(r *row) ref { return r.from })
	if out.Null > 0 {
		out.Senders.Distinct++
		out.Senders.add(Count{"<>", out.Null})
	}
	out.Domains = s.spread(func(r *row) ref { return r.fromDomain })
	out.RcptDomains = s.recipientDomains()
	out.Subjects = s.spread(func(r *row) ref { return r.subject })
	out.Sources = s.spread(func(r *row) ref { return r.ip })
	out.Users = s.spread(func(r *row) ref { return r.login })
	out.Links = s.links()
	for k, n := range kinds {
		if n > 0 {
			out.Kinds.Distinct++
			out.Kinds.add(Count{kind.Kind(k).String(), n})
		}
	}
	return out
}

func (s *summing) spread(fact func(*row) ref) Tally {
	s.refs = s.refs[:0]
	for _, m := range s.members {
		s.refs = append(s.refs, fact(s.t.row(int(m))))
	}
	return s.t.text.tally(s.refs)
}

func (s *summing) links() Tally {
	s.refs = s.refs[:0]
	for _, m := range s.members {
		switch r := s.t.row(int(m)); r.linkCount {
		case 0:
		case 1:
			s.refs = append(s.refs, r.links)
		default:
			for i := range int(r.linkCount) {
				s.refs = append(s.refs, s.t.text.number(r.links, i))
			}
		}
	}
	return s.t.text.tally(s.refs)
}

// recipientDomains counts a domain once for each message, however many of its
// recipients have it.
func (s *summing) recipientDomains() Tally {
	s.refs = s.refs[:0]
	for _, m := range s.members {
		s.refs = s.t.recipientDomains(s.t.row(int(m)), s.refs)
	}
	return s.t.text.tally(s.refs)
}

// recipientDomains adds the domains of a message's recipients, each once.
func (t *Table) recipientDomains(r *row, refs []ref) []ref {
	n := int(r.toCount)
	if n < 2 {
		return append(refs, r.toDomain)
	}
	from := len(refs)
	for i := range n {
		if d := t.text.number(r.to, n+i); !slices.Contains(refs[from:], d) {
			refs = append(refs, d)
		}
	}
	return refs
}

// recipient is one of those that are kept, and its domain.
func (t *Table) recipient(r *row, i int) (address, domain ref) {
	if r.toCount == 1 {
		return r.to, r.toDomain
	}
	return t.text.number(r.to, i), t.text.number(r.to, int(r.toCount)+i)
}

func (s *Summary) add(m Message) {
	s.Bytes += m.Size()
	s.Recipients += m.Recipients()
	if m.NDR() {
		s.NDRs++
	}
	if m.Null() {
		s.Null++
	}
	at := m.Arrived()
	if at.IsZero() {
		return
	}
	s.Hours[at.Hour()]++
	if s.First.IsZero() || at.Before(s.First) {
		s.First = at
	}
	if at.After(s.Last) {
		s.Last = at
	}
}
