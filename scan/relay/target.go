package relay

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Target is the one server that is asked.
type Target struct {
	Host string     // as the user named it; "" when it was an address
	IP   netip.Addr // zero until Resolve, when a name was given
	Port uint16
}

const smtpPort = 25

// ParseTarget reads HOST or HOST:PORT. Lists, ranges, networks and patterns
// are ErrOneHost: this is for one's own server and not for searching.
func ParseTarget(s string) (Target, error) {
	if strings.ContainsAny(s, ",;/*? \t\r\n") || strings.Contains(s, "..") {
		return Target{}, fmt.Errorf("%w: %q", ErrOneHost, s)
	}
	host, port, err := splitPort(s)
	if err != nil {
		return Target{}, fmt.Errorf("%w: %q", ErrOneHost, s)
	}
	t := Target{Port: port}
	if ip, err := netip.ParseAddr(host); err == nil {
		if ip.IsMulticast() || ip.IsUnspecified() {
			return Target{}, fmt.Errorf("%w: %q", ErrOneHost, s)
		}
		t.IP = ip.Unmap()
		return t, nil
	}
	if !validDomain(host) {
		return Target{}, fmt.Errorf("%w: %q", ErrOneHost, s)
	}
	t.Host = strings.ToLower(strings.TrimSuffix(host, "."))
	return t, nil
}

// splitPort also takes an IPv6 address without brackets and without a port.
func splitPort(s string) (string, uint16, error) {
	if ip, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil && ip.Is6() {
		return ip.String(), smtpPort, nil
	}
	if !strings.Contains(s, ":") {
		return s, smtpPort, nil
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return "", 0, err
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return "", 0, fmt.Errorf("port %q", port)
	}
	return host, uint16(n), nil
}

// resolve finds the address of a name, once: all connections go to the first
// one, so that the answers are those of one server. Others are returned for a note.
func (t *Target) resolve(ctx context.Context) (others []netip.Addr, err error) {
	if t.IP.IsValid() {
		return nil, nil
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", t.Host)
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", t.Host, err)
	}
	if len(ips) == 0 {
		return nil, fmt.Errorf("look up %s: no address", t.Host)
	}
	t.IP = ips[0].Unmap()
	return ips[1:], nil
}

// Address is what is dialled.
func (t Target) Address() string {
	return netip.AddrPortFrom(t.IP, t.Port).String()
}

// String is the target as people write it.
func (t Target) String() string {
	name := t.Host
	if name == "" {
		name = t.IP.String()
	}
	if t.Port == smtpPort {
		return name
	}
	return net.JoinHostPort(name, strconv.Itoa(int(t.Port)))
}
