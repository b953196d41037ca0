package relay

import (
	"net"
	"net/netip"
)

// inside says why a server may trust this client, "" when nothing speaks for
// it. Loopback, the server's own network and private networks are in
// mynetworks, relay_from_hosts and their like as a rule.
func inside(client, server netip.Addr, local []netip.Prefix) string {
	switch {
	case client.IsLoopback():
		return "the test runs from loopback, which servers trust: it proves nothing about outsiders"
	case client == server:
		return "the test runs on the server itself, which it trusts: it proves nothing about outsiders"
	case client.IsPrivate(), client.IsLinkLocalUnicast():
		return "the test runs from the private address " + client.String() + ", which the server may trust: it proves nothing about outsiders"
	}
	for _, n := range local {
		if n.Contains(client) && n.Contains(server) && !n.IsSingleIP() {
			return "the test runs from the server's own network " + n.Masked().String() + ", which it may trust: it proves nothing about outsiders"
		}
	}
	return ""
}

// localNetworks are those of this machine's interfaces.
func localNetworks() []netip.Prefix {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var out []netip.Prefix
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			out = append(out, p)
		}
	}
	return out
}
