package classify

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"qclean/classify/origin"
)

var compareSites = cmp.Options{cmpopts.EquateEmpty(), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })}

func mustSite(t *testing.T, domains, relays []string) Site {
	t.Helper()
	s, err := ParseSite(domains, relays)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestParseSite(t *testing.T) {
	for _, c := range []struct {
		name            string
		domains, relays []string
		want            Site
		err             error
	}{
		{"nothing", nil, nil, Site{}, nil},
		{"domains", []string{"Ours.com", "@ours.net", "ours.org."}, nil, Site{Domains: []string{"ours.com", "ours.net", "ours.org"}}, nil},
		{"relays", nil, []string{"192.0.2.7", "192.0.2.77/28", "[2001:db8::1]", "MX.ours.com", ".hosts.example"},
			Site{Relays: []netip.Prefix{netip.MustParsePrefix("192.0.2.7/32"), netip.MustParsePrefix("192.0.2.64/28"), netip.MustParsePrefix("2001:db8::1/128")},
				Hosts: []string{"mx.ours.com", ".hosts.example"}}, nil},
		{"an address is no domain", []string{"a@b.com"}, nil, Site{}, ErrDomain},
		{"empty domain", []string{" "}, nil, Site{}, ErrDomain},
		{"no relay", nil, []string{"192.0.2.0/99"}, Site{}, ErrRelay},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParseSite(c.domains, c.relays)
			if !errors.Is(err, c.err) {
				t.Fatalf("%v, want %v", err, c.err)
			}
			if diff := cmp.Diff(c.want, got, compareSites); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLocal(t *testing.T) {
	s := mustSite(t, []string{"ours.com"}, []string{"192.0.2.0/28", "mx.else.example"})
	for address, want := range map[string]bool{
		"a@ours.com": true, "a@OURS.com.": true, "a@mail.ours.com": true, "a@notours.com": false, "a@ours.com.example": false, "root": true, "": false,
		`"x@ours.com"@else.example`: false, "a@": false,
	} {
		if got := s.LocalAddress(address); got != want {
			t.Errorf("%q: %v", address, got)
		}
	}
	for ip, want := range map[string]bool{"192.0.2.1": true, "192.0.2.16": false, "127.0.0.1": true, "::1": true, "::ffff:192.0.2.2": true, "10.1.1.1": false, "x": false, "": false} {
		if got := s.Trusted(ip); got != want {
			t.Errorf("%q: %v", ip, got)
		}
	}
}

// TestHeloProvesNothing holds back what a client may say of itself.
func TestHeloProvesNothing(t *testing.T) {
	s := mustSite(t, []string{"ours.com"}, []string{"192.0.2.0/28"})
	for name, c := range map[string]struct {
		hop  origin.Hop
		want bool
	}{
		"helo":         {origin.Hop{IP: "198.51.100.1", Helo: "mail.ours.com", By: "mx.example.org"}, false},
		"address":      {origin.Hop{IP: "192.0.2.3", By: "mx.example.org"}, true},
		"reverse name": {origin.Hop{IP: "198.51.100.1", Name: "out.ours.com", By: "mx.example.org"}, true},
		"writer":       {origin.Hop{IP: "198.51.100.1", By: "mail.ours.com"}, true},
		"loopback":     {origin.Hop{IP: "127.0.0.1", By: "mx.example.org"}, false},
	} {
		if got := s.ours(&c.hop); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestGuessKeepsWhatWasSaid(t *testing.T) {
	var records []Record
	for range 20 {
		records = append(records, Record{From: "a@ours.com", SourceIP: "10.1.1.1", Traits: Traits{By: "mail.ours.com"}},
			Record{From: "x@else.example", SourceIP: "192.0.2.11", Helo: "mx1.ours.com", Traits: Traits{By: "mail.ours.com"}},
			Record{From: "y@bot.example", SourceIP: "198.51.100.7", Helo: "ours.com", Traits: Traits{By: "mail.ours.com"}})
	}
	got := Guess(Site{}, TableOf(records...))
	want := Site{Domains: []string{"ours.com"}, Relays: []netip.Prefix{netip.MustParsePrefix("192.0.2.11/32")}}
	if diff := cmp.Diff(want, got, compareSites, cmpopts.IgnoreFields(Site{}, "Guessed")); diff != "" {
		t.Error(diff)
	}
	if len(got.Guessed) != 2 {
		t.Errorf("guesses are not marked: %q", got.Guessed)
	}
	said := mustSite(t, []string{"said.com"}, []string{"192.0.2.0/24"})
	if diff := cmp.Diff(said, Guess(said, TableOf(records...)), compareSites); diff != "" {
		t.Error(diff)
	}
	if got := Guess(Site{}, nil); !got.Empty() || got.Trust() != nil {
		t.Errorf("guessed %v from nothing", got)
	}
}

func TestParent(t *testing.T) {
	for host, want := range map[string]string{
		"mail.ours.com": "ours.com", "ours.com": "ours.com", "mail.ours.co.uk": "ours.co.uk", "ours.co.uk": "ours.co.uk",
		"a.b.ours.com": "b.ours.com", "192.0.2.1": "", "2001:db8::1": "", "localhost": "", "": "",
	} {
		if got := parent(host); got != want {
			t.Errorf("%q: %q, want %q", host, got, want)
		}
	}
}
