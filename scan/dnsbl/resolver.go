package dnsbl

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"strings"
)

const dnsPort = 53

// ParseResolver reads an address with or without a port.
func ParseResolver(s string) (netip.AddrPort, error) {
	if ip, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return netip.AddrPortFrom(ip, dnsPort), nil
	}
	at, err := netip.ParseAddrPort(s)
	if err != nil || at.Port() == 0 {
		return netip.AddrPort{}, fmt.Errorf("resolver %q: not an address", s)
	}
	return at, nil
}

// Resolvers reads the name servers of a resolv.conf(5), at most three, as the
// C library does. Without any it is the one on this host.
func Resolvers(conf io.Reader) []netip.AddrPort {
	var out []netip.AddrPort
	for s := bufio.NewScanner(io.LimitReader(conf, 64<<10)); s.Scan() && len(out) < 3; {
		fields := strings.Fields(s.Text())
		if len(fields) < 2 || fields[0] != "nameserver" {
			continue
		}
		if ip, err := netip.ParseAddr(fields[1]); err == nil {
			out = append(out, netip.AddrPortFrom(ip, dnsPort))
		}
	}
	if len(out) == 0 {
		out = append(out, netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), dnsPort))
	}
	return out
}
