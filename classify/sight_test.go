package classify

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/classify/kind"
	"qclean/classify/origin"
	"qclean/scan/spool"
)

// TestSightIsWhatTheTextsSay: the ways and signs that are found out once are
// those that the facts of a Record give when they are read as they stand.
func TestSightIsWhatTheTextsSay(t *testing.T) {
	for seed := range uint64(40) {
		checkSight(t, seed)
	}
}

// FuzzSight does so for other messages.
func FuzzSight(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(1000 + seed)
	}
	f.Fuzz(checkSight)
}

func checkSight(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	sites := []Site{{}, {Domains: []string{"ours.com"}}, {Domains: []string{"ours.com", "b.example"}, Relays: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/28")}, Hosts: []string{".trusted.net", "relay.org"}}}
	site := sites[r.IntN(len(sites))]
	var records []Record
	for i := range 200 {
		records = append(records, someRecord(r, i))
	}
	table := TableOf(records...)
	seen := look(table, &site)
	for i := range records {
		rec := &records[i]
		if d := cmp.Diff(wayOf(rec, &site), table.way(seen.ways[i])); d != "" {
			t.Fatalf("seed %d: the way of %+v: %s", seed, rec, d)
		}
		w := wayOf(rec, &site)
		for s, want := range signsOf(rec, &w, &site) {
			if got := seen.signs[i]&s != 0; got != want {
				t.Fatalf("seed %d: sign %b of %+v: %v, want %v", seed, s, rec, got, want)
			}
		}
	}
}

// someRecord draws from few texts, so that they meet.
func someRecord(r *rand.Rand, i int) Record {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	domain := func() string {
		return pick("ours.com", "Ours.Com.", "sub.ours.com", "a.example", "b.example", "notours.com", "")
	}
	address := func() string { return pick("", "bob", "x@"+domain(), `"a@b"@`+domain(), "y@"+domain()) }
	host := func() string {
		return pick("", ".", "mx.ours.com", "ours.com", "mx.a.example", "a.example", "A.Example.", "relay.org", "h.trusted.net", "trusted.net", "pc",
			"[198.18.7.9]", "198.18.7.9", "dead.beef", "::1", "line-198-18-7-9.isp.example", "9.7.isp.example", "[]", "x:y")
	}
	ip := func() string {
		return pick("", "198.18.7.9", "10.1.1.1", "192.0.2.3", "192.168.1.1", "127.0.0.1", "::ffff:10.0.0.1", "2001:db8::1", "fd00::1%eth0", "nonsense", "172.16.0.1", "172.200.0.1")
	}
	rec := Record{ID: spool.ID(fmt.Sprint("m", i)), From: address(), Null: r.IntN(5) == 0, AuthUser: pick("", "", "alice", "?"), SourceIP: ip(), SourceName: host(), Helo: host(),
		HeaderFrom: address(), Kind: kind.Kind(r.IntN(6)), Envelope: spool.Source(r.IntN(4)), Traits: Traits{Auth: r.IntN(3) == 0, Listed: r.IntN(3) == 0, List: r.IntN(3) == 0,
			Answers: pick("", "id@ours.com", "id@mail.ours.com", "id", "id@other"), For: address()}}
	for range r.IntN(4) {
		rec.To = append(rec.To, address())
	}
	if r.IntN(3) > 0 {
		rec.Bounce = &Bounce{From: address()}
		for range r.IntN(3) {
			rec.Bounce.Trail = append(rec.Bounce.Trail, origin.Hop{IP: ip(), Name: host(), Helo: host(), By: host()})
		}
	}
	return rec
}

// wayOf is the way of one record, from its texts.
func wayOf(r *Record, site *Site) Way {
	ndr := r.NDR() || r.Kind == kind.DSNSuccess
	w := Way{NDR: ndr, Auto: !ndr && r.Kind != kind.Mail, To: toOf(r, site)}
	a, err := netip.ParseAddr(r.SourceIP)
	if house := err == nil && privateAddr(a); house != private(r.SourceIP) {
		panic("an address that is private to one and not to the other: " + r.SourceIP)
	}
	w.Inside = r.SourceIP == "" || private(r.SourceIP) || site.Trusted(r.SourceIP) || r.SourceName != "" && (site.Local(r.SourceName) || site.TrustedHost(r.SourceName))
	if w.NDR {
		w.Through, w.Related = throughOf(r, site)
		return w
	}
	switch {
	case r.Null || r.From == "" || site.Empty():
	case site.LocalAddress(r.From):
		w.From = Ours
	default:
		w.From = Foreign
	}
	if w.Login = r.AuthUser; w.Login == "" && r.Auth {
		w.Login = "?"
	}
	return w
}

func toOf(r *Record, site *Site) End {
	ours, foreign, same := 0, 0, false
	for _, to := range r.To {
		if site.LocalAddress(to) {
			ours++
		} else {
			foreign++
		}
		same = same || Domain(r.From) != "" && Domain(to) == Domain(r.From)
	}
	switch {
	case site.Empty() || ours+foreign == 0:
		return NoEnd
	case ours > 0 && foreign > 0:
		return Both
	case ours > 0:
		return Ours
	case r.Envelope == spool.FromHeaders && (r.List || same):
		return NoEnd
	}
	return Foreign
}

func throughOf(r *Record, site *Site) (through End, related bool) {
	if r.Bounce == nil || len(r.Bounce.Trail) == 0 {
		return NoEnd, false
	}
	through = Foreign
	for i := range r.Bounce.Trail {
		if site.ours(&r.Bounce.Trail[i]) {
			through = Ours
		}
	}
	for _, h := range r.Bounce.Trail {
		if h.IP == "" || site.Trusted(h.IP) {
			continue
		}
		for _, to := range r.To {
			related = related || isUnder(h.Name, Domain(to), false) || isUnder(h.Helo, Domain(to), true)
		}
		return through, related
	}
	return through, false
}

func isUnder(host, domain string, below bool) bool {
	host = strings.ToLower(strings.TrimRight(host, "."))
	return domain != "" && (host == domain && !below || strings.HasSuffix(host, "."+domain))
}

// signsOf are the signs that rules may ask for, given the way.
func signsOf(r *Record, w *Way, site *Site) map[sign]bool {
	if w.NDR {
		from := ""
		if r.Bounce != nil {
			from = r.Bounce.From
		}
		if w.To != Ours {
			return nil
		}
		return map[sign]bool{aboutSomeone: from != "", aboutOurs: r.Bounce != nil && site.LocalAddress(from)}
	}
	out := map[sign]bool{isMailing: r.Listed, shadyGreeting: isShady(r, site)}
	if !w.Inside && w.From != Ours {
		match := false
		for _, from := range []string{Domain(r.From), Domain(r.HeaderFrom)} {
			match = match || isUnder(r.SourceName, from, false) || isUnder(r.Helo, from, true)
		}
		out[hostMatches] = match
	}
	if w.To == Foreign && w.From != Ours {
		out[forUs] = r.For != "" && site.LocalAddress(r.For)
	}
	if w.To == Ours {
		out[answersOurs] = r.Answers != "" && site.Local(r.Answers[strings.LastIndexByte(r.Answers, '@')+1:])
	}
	out[writes] = r.Kind == kind.Mail && len(r.To) <= floodSize && site.LocalAddress(r.From) && (r.AuthUser != "" || r.SourceIP == "" || site.Trusted(r.SourceIP))
	return out
}

func isShady(r *Record, site *Site) bool {
	h := strings.ToLower(strings.Trim(r.Helo, "[]"))
	if h == "" || r.SourceIP == "" {
		return false
	}
	if site.Local(h) || !strings.ContainsAny(h, ".:") {
		return true
	}
	if _, err := netip.ParseAddr(h); err == nil {
		return true
	}
	a, err := netip.ParseAddr(r.SourceIP)
	return err == nil && a.Is4() && (dialUp(h, a) || dialUp(r.SourceName, a))
}
