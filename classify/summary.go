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
	all   []int32
	facts [factCount][]ref // of the members
	counter
}

// The facts of which a summary says how they spread.
const (
	ofSender = iota
	ofDomain
	ofRcptDomain
	ofSubject
	ofSource
	ofLogin
	ofLink
	factCount
)

func (s *summing) sum(t *Table, members []int32) Summary {
	if members == nil {
		for i := len(s.all); i < t.Len(); i++ {
			s.all = append(s.all, int32(i))
		}
		members = s.all[:t.Len()]
	}
	for i := range s.facts {
		s.facts[i] = slices.Grow(s.facts[i][:0], len(members))
	}
	var all totals
	var kinds [256]int
	for m := range t.some(members) {
		r := t.row(int(m))
		all.add(r)
		kinds[r.kind]++
		s.gather(t, r)
	}
	out := Summary{Count: len(members)}
	all.into(&out)
	for i, to := range [factCount]*Tally{&out.Senders, &out.Domains, &out.RcptDomains, &out.Subjects, &out.Sources, &out.Users, &out.Links} {
		*to = s.tally(&t.text, s.facts[i])
	}
	if out.Null > 0 {
		out.Senders.Distinct++
		out.Senders.add(Count{"<>", out.Null})
	}
	for k, n := range kinds {
		if n > 0 {
			out.Kinds.Distinct++
			out.Kinds.add(Count{kind.Kind(k).String(), n})
		}
	}
	return out
}

// gather notes what one message has of each fact. It looks at a row once, since
// those of a campaign lie far from each other.
func (s *summing) gather(t *Table, r *row) {
	for i, f := range [...]ref{ofSender: r.from, ofDomain: r.fromDomain, ofSubject: r.subject, ofSource: r.ip, ofLogin: r.login} {
		if f != 0 {
			s.facts[i] = append(s.facts[i], f)
		}
	}
	s.facts[ofRcptDomain] = t.recipientDomains(r, s.facts[ofRcptDomain])
	for i := range int(r.linkCount) {
		s.facts[ofLink] = append(s.facts[ofLink], t.one(r.links, r.linkCount, i))
	}
}

// recipientDomains adds the domains of a message's recipients, each once.
func (t *Table) recipientDomains(r *row, refs []ref) []ref {
	n := int(r.toCount)
	if n < 2 {
		return append(refs, r.toDomain)
	}
	from := len(refs)
	if cap(refs)-from < n { // doubled: append would leave five times as much behind
		refs = slices.Grow(refs, max(n, from))
	}
	for i := range n {
		if d := t.lists.number(r.to, n+i); !slices.Contains(refs[from:], d) {
			refs = append(refs, d)
		}
	}
	return refs
}

// recipient is one of those that are kept, and recipientDomain its domain.
func (t *Table) recipient(r *row, i int) string {
	if r.toCount == 1 {
		return t.text.at(r.to)
	}
	return t.lists.at(t.lists.number(r.to, i))
}

func (t *Table) recipientDomain(r *row, i int) ref {
	if r.toCount == 1 {
		return r.toDomain
	}
	return t.lists.number(r.to, int(r.toCount)+i)
}

// totals are the numbers of a summary while they are added up.
type totals struct {
	bytes                 int64
	recipients, ndr, null int
	dated                 int   // messages whose arrival is known,
	first, last           int64 // in nanoseconds since 1970
	hours                 [24]int
}

func (a *totals) add(r *row) {
	a.bytes += r.size
	a.recipients += int(r.recipients)
	if (Message{r: r}).NDR() {
		a.ndr++
	}
	if r.flags&isNull != 0 {
		a.null++
	}
	if r.arrived == noTime {
		return
	}
	hour := (r.arrived/int64(time.Hour))%24 + 24 // 0 to 47: before 1970 both are negative
	if r.arrived < 0 && r.arrived%int64(time.Hour) != 0 {
		hour--
	}
	a.hours[hour%24]++
	if a.dated == 0 {
		a.first, a.last = r.arrived, r.arrived
	}
	a.first, a.last = min(a.first, r.arrived), max(a.last, r.arrived)
	a.dated++
}

func (a *totals) into(s *Summary) {
	s.Bytes, s.Recipients, s.NDRs, s.Null, s.Hours = a.bytes, a.recipients, a.ndr, a.null, a.hours
	if a.dated > 0 {
		s.First, s.Last = momentOf(a.first), momentOf(a.last)
	}
}
