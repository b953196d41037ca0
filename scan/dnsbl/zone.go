package dnsbl

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Kind is what a zone lists.
type Kind uint8

// The kinds. A zone may list several.
const (
	IPv4 Kind = 1 << iota
	IPv6
	Names
)

// String is the word for people and JSON.
func (k Kind) String() string {
	switch k {
	case IPv4:
		return "IPv4"
	case IPv6:
		return "IPv6"
	case Names:
		return "names"
	}
	return "several kinds"
}

// Zone is one block list.
type Zone struct {
	Name   string
	Lists  Kind
	Means  string // what a listing says
	Remove string // where to ask for removal, or how a listing ends
	Codes  []Code
	Bits   bool     // the last byte of an answer adds up the codes
	Tests  []string // for names: entries that are always listed, besides TEST
}

// Code is one answer and what it says. Refused ones are errors, not listings.
type Code struct {
	Value   [3]byte // the last three bytes: 127.0.0.2 is {0, 0, 2}
	Means   string
	Refused bool
}

// ParseZone takes any zone that the user names: it may list whatever it
// likes, and the self-tests tell what it does.
func ParseZone(s string) (Zone, error) {
	name := strings.ToLower(strings.Trim(s, "."))
	if !validName(name) || !strings.Contains(name, ".") {
		return Zone{}, fmt.Errorf("%w: %q", ErrZone, s)
	}
	for _, z := range Zones() {
		if z.Name == name {
			return z, nil
		}
	}
	return Zone{Name: name, Lists: IPv4 | IPv6 | Names, Means: "named by you; its own pages say what a listing means"}, nil
}

// refusedRange is Spamhaus's for "you may not ask so": others took it over.
var refusedRange = netip.MustParsePrefix("127.255.255.0/24")

var loopback = netip.MustParsePrefix("127.0.0.0/8")

// judge reads the addresses of one answer. A single one that is an error
// makes the whole an error: no listing rests on a server that refuses us.
func (z *Zone) judge(addrs []netip.Addr) (s State, means []string) {
	if len(addrs) == 0 {
		return NotListed, nil
	}
	for _, a := range addrs {
		if why := z.fault(a); why != "" {
			return NotKnown, []string{why}
		}
	}
	for _, a := range addrs {
		for _, m := range z.meanings(a) {
			if !slices.Contains(means, m) {
				means = append(means, m)
			}
		}
	}
	return Listed, means
}

// fault says why an address is no listing, "" when it is one.
func (z *Zone) fault(a netip.Addr) string {
	if !a.Is4() { // only a cache can say so
		return "not an answer to an A query"
	}
	b := a.As4()
	last := [3]byte(b[1:])
	switch {
	case !loopback.Contains(a):
		return fmt.Sprintf("answers %s, which is outside of 127.0.0.0/8: the zone is dead or hijacked", a)
	case b == [4]byte{127, 255, 255, 252}:
		return "answers 127.255.255.252: the zone's name is mistyped"
	case b == [4]byte{127, 255, 255, 254}:
		return "answers 127.255.255.254: asked through a public resolver, use one of your own (--resolver)"
	case b == [4]byte{127, 255, 255, 255}:
		return "answers 127.255.255.255: too many queries"
	case refusedRange.Contains(a):
		return fmt.Sprintf("answers %s, an error code", a)
	case b == [4]byte{127, 0, 0, 1}:
		return "answers 127.0.0.1: the query is refused, as a rule because of a public resolver"
	}
	for _, c := range z.Codes {
		if c.Refused && c.Value == last {
			return fmt.Sprintf("answers %s: %s", a, c.Means)
		}
	}
	return ""
}

func (z *Zone) meanings(a netip.Addr) (out []string) {
	b := a.As4()
	for _, c := range z.Codes {
		if c.Value == [3]byte(b[1:]) || z.Bits && b[3]&c.Value[2] != 0 {
			out = append(out, c.Means)
		}
	}
	return out
}
