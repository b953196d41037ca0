package classify

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"qclean/classify/origin"
	"qclean/scan/spool"
)

// Errors of what the operator says is ours.
var (
	ErrDomain = errors.New("not a domain")
	ErrRelay  = errors.New("not an address, a network or a host name")
)

// Site is what is ours. The zero value knows of nothing.
type Site struct {
	Domains []string       // local domains, lower case; those below them are ours as well
	Relays  []netip.Prefix // hosts whose trace fields are believed
	Hosts   []string       // the same by name, lower case; ".example.com" is all below it
	Guessed []string       // what was guessed and from what, for people; empty when the operator said it
}

// ParseSite reads what the operator says: domains, and trusted relays as
// addresses, networks (192.0.2.0/28) or names.
func ParseSite(domains, relays []string) (Site, error) {
	var s Site
	for _, d := range domains {
		name, ok := domainName(d)
		if !ok {
			return Site{}, fmt.Errorf("%w: %q", ErrDomain, d)
		}
		s.Domains = append(s.Domains, name)
	}
	for _, r := range relays {
		if p, err := netip.ParsePrefix(r); err == nil {
			s.Relays = append(s.Relays, p.Masked())
			continue
		}
		if a, err := netip.ParseAddr(strings.Trim(r, "[]")); err == nil {
			s.Relays = append(s.Relays, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
			continue
		}
		name, ok := domainName(strings.TrimPrefix(r, "."))
		if !ok {
			return Site{}, fmt.Errorf("%w: %q", ErrRelay, r)
		}
		if strings.HasPrefix(r, ".") {
			name = "." + name
		}
		s.Hosts = append(s.Hosts, name)
	}
	return s, nil
}

// SiteOf takes over what an MTA's own configuration says.
func SiteOf(c spool.Site) Site {
	s := Site{Domains: c.Domains, Relays: c.Relays}
	if name, ok := domainName(c.Host); ok {
		s.Hosts = []string{name}
	}
	return s
}

// domainName tells a name from an address or a typing mistake.
func domainName(s string) (string, bool) {
	s = strings.ToLower(strings.Trim(strings.TrimPrefix(s, "@"), ". "))
	if s == "" || len(s) > 253 || strings.ContainsAny(s, " \t@/:<>()[]\"',;*") {
		return "", false
	}
	return s, true
}

// Empty tells whether nothing is known to be ours.
func (s *Site) Empty() bool { return len(s.Domains) == 0 }

// Local tells whether a domain, or a host's name, is ours or lies below one that is.
func (s *Site) Local(domain string) bool {
	domain = strings.ToLower(strings.TrimRight(domain, "."))
	for _, d := range s.Domains {
		if domain == d || strings.HasSuffix(domain, d) && domain[len(domain)-len(d)-1] == '.' {
			return true
		}
	}
	return false
}

// LocalAddress tells whether an address is at one of our domains. One without
// a domain is: the MTA adds its own to it.
func (s *Site) LocalAddress(address string) bool {
	d := Domain(address)
	return d == "" && address != "" && strings.IndexByte(address, '@') < 0 || d != "" && s.Local(d)
}

// Trusted tells whether an address is that of a host of ours.
func (s *Site) Trusted(ip string) bool {
	a, err := netip.ParseAddr(ip)
	return err == nil && s.trusts(a)
}

// trusts is Trusted of an address that was read.
func (s *Site) trusts(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if a.IsLoopback() {
		return true
	}
	for _, p := range s.Relays {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// TrustedHost tells whether a host's name is that of one of ours.
func (s *Site) TrustedHost(name string) bool {
	name = strings.ToLower(strings.TrimRight(name, "."))
	for _, h := range s.Hosts {
		if name == h || strings.HasPrefix(h, ".") && strings.HasSuffix(name, h) {
			return true
		}
	}
	return false
}

// Trust is what a Reader takes to find the first hop that is not ours.
func (s *Site) Trust() origin.Trust {
	if len(s.Relays) == 0 {
		return nil
	}
	return s.Trusted
}

// ours tells whether a trace field shows that a message passed one of our
// hosts: one wrote it, or the host that wrote it saw one by address or by
// reverse name. What a client said in HELO proves nothing.
func (s *Site) ours(h *origin.Hop) bool {
	return s.Trusted(h.IP) && !loopback(h.IP) || h.By != "" && (s.Local(h.By) || s.TrustedHost(h.By)) || h.Name != "" && (s.Local(h.Name) || s.TrustedHost(h.Name))
}

func loopback(ip string) bool {
	a, err := netip.ParseAddr(ip)
	return err == nil && a.Unmap().IsLoopback()
}
