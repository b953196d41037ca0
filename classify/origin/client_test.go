package origin

import (
	"net/netip"
	"strings"
	"testing"
)

func TestAddressLiteralWithoutAnAddress(t *testing.T) {
	for _, s := range []string{"[IPv6:]", "IPv6:", "ipv6:,", "[]", "[:]", "::", ":", "%", ":%"} {
		if got, ok := address(s); ok && s != "::" {
			t.Errorf("%q is taken for %q", s, got)
		}
	}
	if h := parse("from x ([IPv6:]) by y with SMTP; z"); h.IP != "" || h.By != "y" {
		t.Errorf("%+v", h)
	}
}

// FuzzAddress holds the reader of addresses against netip alone.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"192.0.2.7", "[192.0.2.7]:25", "192.0.2.7:25", ",;.[IPv6:2001:db8::25].", "::ffff:192.0.2.8", "fe80::1%eth0", "01.2.3.4", "0.0.0.00",
		"1.2.3.256", "1.2.3.4.5", "1.2.3", "1..2.3", "1.2.3.4%e", "8.14.7/8.14.7", "ipv6:1.2.3.4", "1.2.3.4::", "127.0.0.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := address(s)
		if want, is := plainAddress(s); got != want || ok != is {
			t.Errorf("%q: %q %v, want %q %v", s, got, ok, want, is)
		}
		a, err := netip.ParseAddr(s)
		if loopback(s) != (err == nil && a.Unmap().IsLoopback()) {
			t.Errorf("%q: loopback %v", s, loopback(s))
		}
	})
}

func plainAddress(s string) (string, bool) {
	s = strings.Trim(s, ",;.")
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 {
			return "", false
		}
		s = s[1:end]
	}
	if len(s) < 2 || len(s) > 64 {
		return "", false
	}
	if hasFold(s, "ipv6:") {
		s = s[len("ipv6:"):]
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		host, _, found := strings.Cut(s, ":")
		if a, err = netip.ParseAddr(host); err != nil || !found {
			return "", false
		}
		s = host
	}
	if a.Is4In6() || a.Zone() != "" {
		return a.Unmap().WithZone("").String(), true
	}
	return s, true
}

// FuzzClauses holds the one pass for all clauses against a search for each.
func FuzzClauses(f *testing.F) {
	for _, s := range []string{"from a (b [192.0.2.7]) by c (d) with ESMTP id 1 for <e@f>", "by by with for x", "by\tx (with y) for\tz With w", ")by x)with y", "from (by x", "by ", "x by (((a)))with b for c by d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, v string) {
		by, with, to := clauses(v)
		var want [3]int
		if at := clauseAt(v, "by "); at >= 0 {
			want[0] = at + len("by ")
			for i, keyword := range []string{"with ", "for "} {
				if n := clauseAt(v[at:], keyword); n >= 0 {
					want[i+1] = at + n + len(keyword)
				}
			}
		}
		if got := [3]int{by, with, to}; got != want {
			t.Errorf("%q: %v, want %v", v, got, want)
		}
	})
}

// clauseAt finds a keyword at the start of a word outside of comments, -1 without one.
func clauseAt(v, keyword string) int {
	depth := 0
	for i := 0; i+len(keyword) <= len(v); i++ {
		switch v[i] {
		case '(':
			depth++
		case ')':
			depth = max(depth-1, 0)
		default:
			if v[i]|0x20 == keyword[0] && depth == 0 && (i == 0 || v[i-1] == ' ' || v[i-1] == '\t' || v[i-1] == ')') && keywordAt(v[i:], keyword) {
				return i
			}
		}
	}
	return -1
}

// FuzzNumeric: what is turned away unread is no address, alone or with a port.
func FuzzNumeric(f *testing.F) {
	for _, s := range []string{"192.0.2.7", "192.0.2.7:25", "2001:db8::25", "::ffff:192.0.2.8", "fe80::1%eth0", "::1%x y", "mx.example.com", "dead.beef", "cafe:25", ":", "", "1.2.3.4%e", "fe80::%a:b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		host, _, _ := strings.Cut(s, ":")
		_, whole := netip.ParseAddr(s)
		_, before := netip.ParseAddr(host)
		if (whole == nil || before == nil) && !numeric(s) {
			t.Errorf("%q is an address", s)
		}
	})
}
