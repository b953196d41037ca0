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
