package postfix

import (
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"qclean/scan/spool"
)

const mainConfig = `# a comment
myhostname = Mail.example.org
mydestination = $myhostname, example.org,
# in between

	localhost.$mydomain localhost
relay_domains = ${extra?{partner.example}:{wrong.example}} $unset
extra = yes
virtual_alias_maps = hash:/etc/postfix/virtual
virtual_mailbox_domains = ring.example $ring
ring = $ring $other
other = ${ring}
mynetworks = 127.0.0.0/8 [::1]/128 [2001:db8::]/32, 192.0.2.7 !10.0.0.1 /etc/postfix/networks
`

func TestSite(t *testing.T) {
	s := openWhole(t)
	s.configs = t.TempDir()
	config := mainConfig + "queue_directory = " + filepath.Join(s.t.Path(), "postfix") + "/\n"
	if err := os.WriteFile(filepath.Join(s.configs, "main.cf"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := s.Site(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := spool.Site{
		Host:    "mail.example.org",
		Domains: []string{"example.org", "localhost", "localhost.example.org", "mail.example.org", "partner.example", "ring.example"},
		Relays: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"),
			netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("192.0.2.7/32")},
		From:    []string{filepath.Join(s.configs, "main.cf")},
		Skipped: []string{"virtual_alias_domains: hash:/etc/postfix/virtual", "mynetworks: !10.0.0.1", "mynetworks: /etc/postfix/networks"},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSiteOfAnother is a main.cf that is about another queue: it says nothing of this one.
func TestSiteOfAnother(t *testing.T) {
	s := openWhole(t)
	s.configs = t.TempDir()
	if _, err := s.Site(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without main.cf: %v", err)
	}
	if err := os.WriteFile(filepath.Join(s.configs, "main.cf"), []byte(mainConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Site(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("main.cf of /var/spool/postfix: %v", err)
	}
}

func FuzzMainCF(f *testing.F) {
	f.Add(mainConfig)
	f.Add("a=$a$a$a$a\nmydestination=$a$a$a\nb=${c?{${d:{x}}}\nmynetworks=$(b)")
	f.Add(strings.Repeat("x=$x$x\n", 10) + "mydestination = $x")
	f.Add("mydestination = ${ $( $ $$ ${?} ${:} \n\t\n =\n=x")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := parseMainCF(strings.NewReader(s))
		if err != nil {
			return
		}
		site := c.site()
		n := 0
		for _, d := range append(site.Domains, site.Skipped...) {
			n += len(d)
		}
		if n > 12*(maxExpand+maxConfig) {
			t.Fatalf("%d bytes out of %d", n, len(s))
		}
	})
}
