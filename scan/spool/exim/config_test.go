package exim

import (
	"errors"
	"io/fs"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"qclean/scan/spool"
)

const configText = `# a comment
MAIN_LOCAL = @:localhost:example.org
MAIN_RELAY = partner.example : *.wild.example
SECOND == second.example
.ifdef MISSING
domainlist local_domains = wrong.example
.else
domainlist  local_domains = MAIN_LOCAL : \
   SECOND : lsearch;/etc/virtual : +others
.endif
.ifndef MISSING
domainlist relay_to_domains = MAIN_RELAY
.endif
hostlist relay_from_hosts = <; 127.0.0.1 ; ::1 ; 192.0.2.0/24 ; @[]
hide mysql_servers = localhost/x
primary_hostname = Mail.example.org
LOOP = LOOP:LOOP
begin routers
domainlist local_domains = behind.example
`

func TestSite(t *testing.T) {
	s, dir := openSpool1(t)
	conf := filepath.Join(dir, "exim.conf")
	lay(t, dir, map[string]string{"exim.conf": "spool_directory = " + filepath.Join(dir, "exim4") + "\n" + configText})
	s.configs = []string{filepath.Join(dir, "missing.conf"), conf}
	got, err := s.Site(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := spool.Site{
		Host:    "mail.example.org",
		Domains: []string{"example.org", "localhost", "mail.example.org", "partner.example", "second.example"},
		Relays:  []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("192.0.2.0/24")},
		From:    []string{conf},
		Skipped: []string{"domainlist local_domains: lsearch;/etc/virtual", "domainlist local_domains: +others",
			"domainlist relay_to_domains: *.wild.example", "hostlist relay_from_hosts: @[]"},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSiteOfAnother is a configuration that is about another spool.
func TestSiteOfAnother(t *testing.T) {
	s, dir := openSpool1(t)
	lay(t, dir, map[string]string{"exim.conf": configText})
	for _, name := range []string{"missing.conf", "exim.conf"} {
		s.configs = []string{filepath.Join(dir, name)}
		if _, err := s.Site(t.Context()); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzConfig(f *testing.F) {
	f.Add(configText)
	f.Add("A = B:B:B\nB = C:C:C\nC = A:A\ndomainlist local_domains = A\n")
	f.Add("A = " + strings.Repeat("A ", 100) + "\nhostlist relay_from_hosts = A\n")
	f.Add("domainlist local_domains = <")
	f.Add(".endif\n.else\n.ifdef\n\\\n = \nbegin")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseConfig(strings.NewReader(text), nil)
		if err != nil {
			return
		}
		site, n := c.site(), 0
		for _, d := range append(site.Domains, site.Skipped...) {
			n += len(d)
		}
		if limit := 50 * (maxExpand + len(text)); n > limit {
			t.Fatalf("%d bytes, more than %d", n, limit)
		}
	})
}
