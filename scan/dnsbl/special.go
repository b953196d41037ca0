package dnsbl

import (
	"net/netip"
	"slices"
	"strings"
)

// specialBlocks are the addresses that no list can say anything about (RFC
// 6890 and the IANA registries of special-purpose addresses).
func specialBlocks() map[string][]string {
	return map[string][]string{
		"a private address":              {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"},
		"a documentation address":        {"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"},
		"a loopback address":             {"127.0.0.0/8", "::1/128"},
		"a link-local address":           {"169.254.0.0/16", "fe80::/10"},
		"a multicast address":            {"224.0.0.0/4", "ff00::/8"},
		"an address of special purpose":  {"0.0.0.0/8", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4", "::/128", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2002::/16", "5f00::/16"},
		"an address that is not in use ": {"fec0::/10"},
	}
}

func specialAddress(ip netip.Addr) string {
	best, why := -1, "" // the narrowest block says it best
	for name, blocks := range specialBlocks() {
		for _, b := range blocks {
			if p := netip.MustParsePrefix(b); p.Contains(ip) && p.Bits() > best {
				best, why = p.Bits(), strings.TrimSpace(name)
			}
		}
	}
	return why
}

// specialName follows RFC 6761, RFC 2606 and RFC 9476: names that are nobody's.
func specialName(name string) string {
	top := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case slices.Contains([]string{"test", "example", "invalid", "localhost", "local", "internal", "onion", "alt", "arpa", "lan", "home", "corp", "localdomain"}, top):
		return "a name of special use (." + top + ")"
	case under(name, "example.com"), under(name, "example.net"), under(name, "example.org"):
		return "a documentation name"
	}
	return ""
}

func under(name, domain string) bool {
	return name == domain || strings.HasSuffix(name, "."+domain)
}
