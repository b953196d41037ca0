package classify

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Guess fills in what nobody said of a site from the evidence: the domain of
// the host that took the messages in, the domains of people who logged in or
// sit in the house, and relays that carry much of the mail under a name of
// ours. Guessed says what it rests on. Where nothing stands out, nothing is
// guessed.
//
// A guessed relay is of use to a Reader, which then looks one hop further: read
// the messages again with the new Trust before they are judged.
func Guess(s Site, t *Table) Site {
	g := guessFrom(t)
	if len(s.Domains) == 0 {
		g.domain(&s, t.Len())
	}
	if len(s.Relays) == 0 {
		g.relay(&s, t)
	}
	return s
}

type guess struct {
	domains map[string]int // of senders that cannot well be forged
	hosts   map[string]int // domain of the host that took it in
	relays  map[ref]int    // clients of many messages
	inside  int            // messages with such a sender
}

// guessFrom counts texts by where they lie: there are few different ones of
// most, and only these are looked at.
func guessFrom(t *Table) *guess {
	g := &guess{domains: map[string]int{}, hosts: map[string]int{}, relays: map[ref]int{}}
	var by, from, clients counter
	for _, m := range t.pass() {
		by.count(m.d.by)
		clients.count(m.r.ip)
		if m.r.fromDomain != 0 && (m.Auth() || m.r.login != 0 || private(m.SourceIP())) {
			from.count(m.r.fromDomain)
			g.inside++
		}
	}
	for host, n := range by.counts() {
		if d := parent(t.text.at(host)); d != "" {
			g.hosts[d] += n
		}
	}
	for d, n := range from.counts() {
		g.domains[t.text.at(d)] = n
	}
	for ip, n := range clients.counts() {
		if n >= guessFew && float64(n) >= guessRelay*float64(t.Len()) {
			g.relays[ip] = n
		}
	}
	return g
}

// The shares from which on something stands out.
const (
	guessHost   = 0.5  // of the messages were taken in under one name
	guessSender = 0.05 // of the senders in the house are at one domain
	guessRelay  = 0.03 // of the messages came through one client
	guessFew    = 3    // messages are no evidence
)

func (g *guess) domain(s *Site, all int) {
	for _, d := range byCount(g.hosts) {
		if n := g.hosts[d]; n >= guessFew && float64(n) >= guessHost*float64(all) {
			s.Domains = append(s.Domains, d)
			s.Guessed = append(s.Guessed, fmt.Sprintf("local domain %s: %d of %d messages were taken in by a host of that name", d, n, all))
		}
	}
	for _, d := range byCount(g.domains) {
		if n := g.domains[d]; n >= guessFew && float64(n) >= guessSender*float64(g.inside) && !s.Local(d) && !shared(d) {
			s.Domains = append(s.Domains, d)
			s.Guessed = append(s.Guessed, fmt.Sprintf("local domain %s: %d senders with a login or from a private network", d, n))
		}
	}
}

func (g *guess) relay(s *Site, t *Table) {
	names, many := map[string]string{}, map[string]int{}
	for _, r := range t.pass() {
		n, ok := g.relays[r.r.ip]
		if !ok {
			continue
		}
		many[r.SourceIP()] = n
		if named := cmp.Or(r.SourceName(), r.Helo()); s.Local(named) && !slices.Contains(s.Domains, strings.ToLower(named)) {
			names[r.SourceIP()] = named
		}
	}
	for _, ip := range byCount(many) {
		a, err := netip.ParseAddr(ip)
		if err != nil || names[ip] == "" {
			continue
		}
		s.Relays = append(s.Relays, netip.PrefixFrom(a, a.BitLen()))
		s.Guessed = append(s.Guessed, fmt.Sprintf("trusted relay %s (%s): %d of %d messages came through it", ip, names[ip], many[ip], t.Len()))
	}
}

// byCount lists the keys, the most frequent first.
func byCount(m map[string]int) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(m[b], m[a]), cmp.Compare(a, b)) })
	return out
}

// parent is the domain that a host's name lies in: the name without its first
// label, unless what is left is one under which anybody registers.
func parent(host string) string {
	host = strings.ToLower(strings.TrimRight(host, "."))
	if _, err := netip.ParseAddr(host); err == nil || strings.IndexByte(host, ':') >= 0 {
		return ""
	}
	_, rest, ok := strings.Cut(host, ".")
	if !ok {
		return ""
	}
	second, top, ok := strings.Cut(rest, ".")
	switch {
	case !ok:
		return host // "ours.com" itself
	case strings.IndexByte(top, '.') < 0 && len(top) == 2 && len(second) <= 3:
		return host // "ours.co.uk" itself
	}
	return rest
}

// private tells an address of a house's own network (RFC 1918, RFC 4193).
func private(ip string) bool {
	if !strings.HasPrefix(ip, "10.") && !strings.HasPrefix(ip, "172.") && !strings.HasPrefix(ip, "192.168.") && !strings.HasPrefix(ip, "127.") && strings.IndexByte(ip, ':') < 0 {
		return false // spared the reading, as nearly all are: no zeros stand before a number
	}
	a, err := netip.ParseAddr(ip)
	return err == nil && privateAddr(a)
}

func privateAddr(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsPrivate() || a.IsLoopback()
}

// shared tells the large providers of mail addresses: a person may send with
// such an address from any house, and it is nobody's own.
func shared(domain string) bool {
	switch domain {
	case "gmail.com", "googlemail.com", "yahoo.com", "hotmail.com", "outlook.com", "live.com", "msn.com", "aol.com", "gmx.de", "gmx.net", "web.de",
		"t-online.de", "mail.ru", "yandex.ru", "icloud.com", "me.com", "qq.com", "163.com", "126.com", "orange.fr", "wanadoo.fr", "free.fr", "libero.it":
		return true
	}
	return false
}
