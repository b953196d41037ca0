package dnsbl

import (
	"fmt"
	"net/netip"
	"strings"
)

// Subject is what is asked about: an address or a domain name.
type Subject struct {
	IP   netip.Addr
	Name string // lower case, when IP is not valid
	Skip string // why it is never looked up, "" when it may be
}

// ParseSubject reads an address or a name. A network, a range or a list is none.
func ParseSubject(s string) (Subject, error) {
	if ip, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil && ip.Zone() == "" {
		return Address(ip), nil
	}
	name := strings.ToLower(strings.TrimSuffix(s, "."))
	if !validName(name) || !strings.Contains(name, ".") || allDigits(name[strings.LastIndexByte(name, '.')+1:]) {
		return Subject{}, fmt.Errorf("%w: %q", ErrSubject, s)
	}
	return Subject{Name: name, Skip: specialName(name)}, nil
}

// Address is an address as a subject.
func Address(ip netip.Addr) Subject {
	ip = ip.Unmap().WithZone("")
	return Subject{IP: ip, Skip: specialAddress(ip)}
}

// String is the subject as people write it.
func (s Subject) String() string {
	if s.IP.IsValid() {
		return s.IP.String()
	}
	return s.Name
}

// Kind is which zones can list it.
func (s Subject) Kind() Kind {
	switch {
	case s.IP.Is4():
		return IPv4
	case s.IP.Is6():
		return IPv6
	}
	return Names
}

// query is the name to ask for (RFC 5782 sections 2.1, 2.4 and 3).
func (s Subject) query(zone string) string {
	if s.IP.IsValid() {
		return reversed(s.IP) + "." + zone + "."
	}
	return s.Name + "." + zone + "."
}

// reversed writes octets, or nibbles, last first.
func reversed(ip netip.Addr) string {
	var parts []string
	raw := ip.AsSlice()
	for i := len(raw) - 1; i >= 0; i-- {
		if ip.Is4() {
			parts = append(parts, fmt.Sprint(raw[i]))
		} else {
			parts = append(parts, fmt.Sprintf("%x.%x", raw[i]&15, raw[i]>>4))
		}
	}
	return strings.Join(parts, ".")
}

// validName takes host names, with an underscore as some have. It leaves room for a zone.
func validName(s string) bool {
	if s == "" || len(s) > 200 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

func allDigits(s string) bool { return strings.Trim(s, "0123456789-") == "" }
