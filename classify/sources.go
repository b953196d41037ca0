package classify

import (
	"cmp"
	"net/netip"
	"slices"
	"time"
)

// Source is one thing behind unwanted mail: something to block or to lock.
type Source struct {
	Value    string // address or network in CIDR form, login, sender or domain
	Count    int    // unwanted messages
	Hosts    int    // of a network: different addresses in it
	First    time.Time
	Last     time.Time
	Calls    []Call // what the messages were called, most frequent first
	Campaign string // the ID of the campaign with most of them
}

// Sources are what is behind the unwanted mail of a scan, each list with the
// largest first. Nothing in them is ours or trusted, and nothing that also
// brings mail that is wanted: a block list must not stop that.
type Sources struct {
	Networks []Source // addresses, gathered in networks where most of one is behind it
	Accounts []Source // logins of ours to lock
	Senders  []Source // envelope senders with several messages
	Domains  []Source // of envelope senders
}

// SourcesOf finds them.
func SourcesOf(t *Table, j *Judgement) Sources {
	g := gathering{ips: map[string]*found{}, logins: map[string]*found{}, senders: map[string]*found{}, domains: map[string]*found{}}
	for i := range t.Len() {
		g.add(t.At(i), j.Records[i].Call, &j.Site)
	}
	return Sources{
		Networks: networks(g.ips),
		Accounts: list(g.logins, 1, false),
		Senders:  list(g.senders, 2, true),
		Domains:  list(g.domains, 2, true),
	}
}

type gathering struct{ ips, logins, senders, domains map[string]*found }

// found is what is known of one value while records are gone through.
type found struct {
	Source
	good      int // messages that are not unwanted
	calls     [len(callNames)]int
	campaigns map[string]int
}

// add notes who is behind a message. Reports to us come from honest hosts, and
// our own reports from us: neither is a source.
func (g *gathering) add(r Message, call Call, site *Site) {
	bad := call.Unwanted() && call != Backscatter && call != NDRFlood
	if !bad && call.Unwanted() {
		return
	}
	if ip := r.SourceIP(); ip != "" && !site.Trusted(ip) && !private(ip) {
		note(g.ips, ip, r, call, bad)
	}
	if call == AccountAbuse || !bad {
		note(g.logins, r.AuthUser(), r, call, bad)
	}
	if d := Domain(r.From()); !r.Null() && d != "" && !site.Local(d) {
		note(g.senders, r.From(), r, call, bad)
		if !shared(d) {
			note(g.domains, d, r, call, bad)
		}
	}
}

func note(in map[string]*found, value string, r Message, call Call, bad bool) {
	if value == "" {
		return
	}
	f := in[value]
	if f == nil {
		f = &found{Source: Source{Value: value, Hosts: 1}}
		in[value] = f
	}
	if !bad {
		f.good++
		return
	}
	f.Count++
	f.calls[call]++
	if f.campaigns == nil {
		f.campaigns = map[string]int{}
	}
	f.campaigns[string(r.Campaign())]++
	if t := r.Arrived(); !t.IsZero() {
		if f.First.IsZero() || t.Before(f.First) {
			f.First = t
		}
		if t.After(f.Last) {
			f.Last = t
		}
	}
}

// list gives those with at least so many messages; clean ones have none that is wanted.
func list(in map[string]*found, least int, clean bool) []Source {
	var out []Source
	for _, f := range in {
		if f.Count >= least && (!clean || f.good == 0) {
			out = append(out, f.finish())
		}
	}
	sortSources(out)
	return out
}

func (f *found) finish() Source {
	s := f.Source
	for call, n := range f.calls {
		if n > 0 {
			s.Calls = append(s.Calls, Call(call))
		}
	}
	slices.SortStableFunc(s.Calls, func(a, b Call) int { return cmp.Compare(f.calls[b], f.calls[a]) })
	if ids := byCount(f.campaigns); len(ids) > 0 {
		s.Campaign = ids[0]
	}
	return s
}

func sortSources(s []Source) {
	slices.SortFunc(s, func(a, b Source) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value)) })
}

// The sizes of networks that addresses are gathered in, and how many of one
// must be bad to take all of it: a /24 of which eight addresses sent a flood
// is run by whoever sends it, or badly enough.
var gatherings = []struct{ v4, v6, hosts int }{{24, 64, 8}, {20, 48, 64}, {16, 32, 256}}

// networks gathers addresses. A network in which an address also brings wanted
// mail is not taken as a whole.
func networks(ips map[string]*found) []Source {
	single := map[netip.Prefix]*found{}
	for ip, f := range ips {
		if p, ok := network(ip, 32, 128); ok {
			single[p] = f
		}
	}
	for _, size := range gatherings {
		single = gather(single, size.v4, size.v6, size.hosts)
	}
	var out []Source
	for p, f := range single {
		if f.Count == 0 || f.good > 0 {
			continue
		}
		s := f.finish()
		if s.Value = p.String(); p.IsSingleIP() {
			s.Value = p.Addr().String()
		}
		out = append(out, s)
	}
	sortSources(out)
	return out
}

func gather(in map[netip.Prefix]*found, v4, v6, hosts int) map[netip.Prefix]*found {
	groups := map[netip.Prefix][]netip.Prefix{}
	for p := range in {
		if wide, ok := network(p.Addr().String(), v4, v6); ok {
			groups[wide] = append(groups[wide], p)
		}
	}
	out := map[netip.Prefix]*found{}
	for wide, parts := range groups {
		all := &found{campaigns: map[string]int{}}
		for _, p := range parts {
			all.merge(in[p])
		}
		if all.Hosts >= hosts && all.good == 0 {
			out[wide] = all
			continue
		}
		for _, p := range parts {
			out[p] = in[p]
		}
	}
	return out
}

func (f *found) merge(o *found) {
	f.Count += o.Count
	f.good += o.good
	if o.Count > 0 {
		f.Hosts += o.Hosts
	}
	for i, n := range o.calls {
		f.calls[i] += n
	}
	for id, n := range o.campaigns {
		f.campaigns[id] += n
	}
	if !o.First.IsZero() && (f.First.IsZero() || o.First.Before(f.First)) {
		f.First = o.First
	}
	if o.Last.After(f.Last) {
		f.Last = o.Last
	}
}
