package dnsbl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/dns/dnsmessage"

	"qclean/fixtures/live/relayfake"
)

const zone = "bl.example.net"

// options serves the names and gives what is needed to ask for them.
func options(t *testing.T, d *relayfake.DNS) Options {
	t.Helper()
	at, stop, err := d.Serve()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	o := Options{Servers: []netip.AddrPort{at}, Timeout: 10 * time.Second}
	if len(d.Silent) > 0 { // waited for in vain, three times
		o.Timeout = 300 * time.Millisecond
	}
	return o
}

func subjects(t *testing.T, list ...string) []Subject {
	t.Helper()
	var out []Subject
	for _, s := range list {
		subject, err := ParseSubject(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, subject)
	}
	return out
}

func check(t *testing.T, d *relayfake.DNS, z Zone, list ...string) *Report {
	t.Helper()
	rep, err := Check(t.Context(), []Zone{z}, subjects(t, list...), options(t, d))
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

// table writes the listings, one a line.
func table(r *Report) string {
	var b strings.Builder
	for _, l := range r.Listings {
		fmt.Fprintf(&b, "%s %s %v %q %q %q\n", l.Subject, l.State, l.Codes, l.Means, l.Reason, l.Why)
	}
	return b.String()
}

func plain() Zone { return Zone{Name: zone, Lists: IPv4 | IPv6 | Names} }

func TestListings(t *testing.T) {
	zen := Zones()[0]
	surbl := Zones()[6]
	for name, tc := range map[string]struct {
		zone    Zone
		subject string
		set     func(d *relayfake.DNS, zone string)
		want    string
	}{
		"not listed": {plain(), "198.41.0.4", func(*relayfake.DNS, string) {}, `198.41.0.4 not listed [] [] "" ""`},
		"listed, with a reason": {plain(), "198.41.0.4", func(d *relayfake.DNS, z string) {
			d.A["4.0.41.198."+z] = []string{"127.0.0.2"}
			d.TXT = map[string][]string{"4.0.41.198." + z: {"see https://x/", "twice"}}
		}, `198.41.0.4 listed [127.0.0.2] [] "see https://x/; twice" ""`},
		"several answers": {zen, "198.41.0.4", func(d *relayfake.DNS, z string) {
			d.A["4.0.41.198."+z] = []string{"127.0.0.2", "127.0.0.4", "127.0.0.10"}
		}, `198.41.0.4 listed [127.0.0.2 127.0.0.4 127.0.0.10] ["SBL: spam source or spam support" "XBL: infected or abused host" "PBL: the provider says that no mail comes from here directly"] "" ""`},
		"IPv6": {plain(), "2a00:1450:4001::1", func(d *relayfake.DNS, z string) {
			d.A["1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.4.0.5.4.1.0.0.a.2."+z] = []string{"127.0.0.3"}
		}, `2a00:1450:4001::1 listed [127.0.0.3] [] "" ""`},
		"a name": {plain(), "Spam.Com", func(d *relayfake.DNS, z string) { d.A["spam.com."+z] = []string{"127.0.0.2"} }, `spam.com listed [127.0.0.2] [] "" ""`},
		"bits": {surbl, "spam.com", func(d *relayfake.DNS, z string) { d.A["spam.com."+z] = []string{"127.0.0.80"} },
			`spam.com listed [127.0.0.80] ["MW: malware" "ABUSE: linked to from spam"] "" ""`},
		"through an alias": {plain(), "198.41.0.4", func(d *relayfake.DNS, z string) {
			d.Alias = map[string]string{"4.0.41.198." + z: "entry.example.org"}
			d.A["entry.example.org"] = []string{"127.0.0.2"}
		}, `198.41.0.4 listed [127.0.0.2] [] "" ""`},
		"public resolver": {plain(), "198.41.0.4", func(d *relayfake.DNS, z string) { d.A["4.0.41.198."+z] = []string{"127.255.255.254"} },
			`198.41.0.4 not known [127.255.255.254] [] "" "answers 127.255.255.254: asked through a public resolver, use one of your own (--resolver)"`},
		"any error code": {plain(), "198.41.0.4", func(d *relayfake.DNS, z string) { d.A["4.0.41.198."+z] = []string{"127.255.255.7"} },
			`198.41.0.4 not known [127.255.255.7] [] "" "answers 127.255.255.7, an error code"`},
		"an error among listings": {plain(), "198.41.0.4", func(d *relayfake.DNS, z string) { d.A["4.0.41.198."+z] = []string{"127.0.0.2", "127.255.255.255"} },
			`198.41.0.4 not known [127.0.0.2 127.255.255.255] [] "" "answers 127.255.255.255: too many queries"`},
		"127.0.0.1": {plain(), "198.41.0.4", func(d *relayfake.DNS, z string) { d.A["4.0.41.198."+z] = []string{"127.0.0.1"} },
			`198.41.0.4 not known [127.0.0.1] [] "" "answers 127.0.0.1: the query is refused, as a rule because of a public resolver"`},
		"a code of the zone's own for an error": {Zones()[5], "spam.com", func(d *relayfake.DNS, z string) { d.A["spam.com."+z] = []string{"127.0.1.255"} },
			`spam.com not known [127.0.1.255] [] "" "answers 127.0.1.255: asked about an address, which this list does not take"`},
		"outside of 127/8": {plain(), "198.41.0.4", func(d *relayfake.DNS, z string) { d.A["4.0.41.198."+z] = []string{"203.0.113.9"} },
			`198.41.0.4 not known [203.0.113.9] [] "" "answers 203.0.113.9, which is outside of 127.0.0.0/8: the zone is dead or hijacked"`},
		"SERVFAIL": {plain(), "198.41.0.4", func(d *relayfake.DNS, z string) {
			d.RCode = map[string]dnsmessage.RCode{"41.198." + z: dnsmessage.RCodeServerFailure}
		}, `198.41.0.4 not known [] [] "" "SERVFAIL"`},
		"REFUSED": {plain(), "198.41.0.4", func(d *relayfake.DNS, z string) {
			d.RCode = map[string]dnsmessage.RCode{"41.198." + z: dnsmessage.RCodeRefused}
		}, `198.41.0.4 not known [] [] "" "REFUSED"`},
		"no answer": {plain(), "198.41.0.4", func(d *relayfake.DNS, z string) { d.Silent = []string{"41.198." + z} }, `198.41.0.4 not known [] [] "" "time-out"`},
		"no self-test entry": {Zone{Name: "dead.example.net", Lists: IPv4}, "198.41.0.4", func(d *relayfake.DNS, z string) { clear(d.A) },
			`198.41.0.4 not asked [] [] "" "the zone failed its self-test: it does not list its own test entry 127.0.0.2"`},
		"wildcarded": {plain(), "198.41.0.4", func(d *relayfake.DNS, z string) { d.Wild = map[string]string{z: "127.0.0.2"} },
			`198.41.0.4 not asked [] [] "" "the zone failed its self-test: it lists 127.0.0.1, as if it listed everything"`},
		"hijacked": {plain(), "198.41.0.4", func(d *relayfake.DNS, z string) { d.Wild = map[string]string{z: "203.0.113.9"} },
			`198.41.0.4 not known [] [] "" "answers 203.0.113.9, which is outside of 127.0.0.0/8: the zone is dead or hijacked"`},
		"whole zone refused": {plain(), "198.41.0.4", func(d *relayfake.DNS, z string) { d.Wild = map[string]string{z: "127.255.255.254"} },
			`198.41.0.4 not known [] [] "" "answers 127.255.255.254: asked through a public resolver, use one of your own (--resolver)"`},
		"names wildcarded": {plain(), "spam.com", func(d *relayfake.DNS, z string) { d.A["invalid."+z] = []string{"127.0.0.2"} },
			`spam.com not asked [] [] "" "the zone failed its self-test: it lists invalid, as if it listed everything"`},
		"a test entry of the zone's own": {surbl, "spam.com", func(d *relayfake.DNS, z string) {
			delete(d.A, "test."+z)
			d.A["surbl-org-permanent-test-point.com."+z] = []string{"127.0.0.254"}
		}, `spam.com not listed [] [] "" ""`},
		"IPv6 not kept": {plain(), "2a00:1450:4001::1", func(d *relayfake.DNS, z string) {
			for name := range d.A {
				if len(name) > 60 {
					delete(d.A, name)
				}
			}
		}, `2a00:1450:4001::1 not asked [] [] "" "the zone failed its self-test: it does not list its own test entry ::ffff:127.0.0.2"`},
		"answer cut short, then TCP": {plain(), "198.41.0.4", func(d *relayfake.DNS, z string) {
			d.Cut = true
			d.A["4.0.41.198."+z] = []string{"127.0.0.2"}
		}, `198.41.0.4 listed [127.0.0.2] [] "" ""`},
	} {
		t.Run(name, func(t *testing.T) {
			d := &relayfake.DNS{}
			d.ListDefaults(tc.zone.Name)
			tc.set(d, tc.zone.Name)
			if diff := cmp.Diff(tc.want+"\n", table(check(t, d, tc.zone, tc.subject))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestNeverLooksUp what is private, documentation or nobody's.
func TestNeverLooksUp(t *testing.T) {
	d := &relayfake.DNS{}
	d.ListDefaults(zone)
	list := []string{
		"10.1.2.3", "172.31.0.1", "192.168.1.1", "100.64.0.1", "127.0.0.1", "169.254.1.1", "192.0.2.25", "198.51.100.1", "203.0.113.1", "198.18.0.1",
		"224.0.0.1", "240.0.0.1", "0.0.0.0", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1", "2001:db8::1", "3fff::1", "::ffff:10.0.0.1",
		"64:ff9b::1", "2002::1", "example.com", "mail.example.org", "a.test", "x.invalid", "host.local", "db.internal", "1.168.192.in-addr.arpa",
	}
	rep := check(t, d, plain(), list...)
	if asked := d.Asked(); len(asked) > 0 || len(rep.Listings) > 0 || len(rep.Skipped) != len(list) {
		t.Errorf("asked %v, %d listings, %d of %d skipped", asked, len(rep.Listings), len(rep.Skipped), len(list))
	}
	if got := subjects(t, "192.0.2.25")[0].Skip; got != "a documentation address" {
		t.Errorf("192.0.2.25 is %s", got)
	}
	for _, s := range []string{"198.41.0.4", "8.8.8.8", "2a00:1450:4001::1", "2600::1", "spam.com", "example.co.uk"} {
		if got := subjects(t, s)[0].Skip; got != "" {
			t.Errorf("%s is skipped as %s", s, got)
		}
	}
}

func TestSubjects(t *testing.T) {
	for _, s := range []string{"", "198.41.0.0/24", "198.41.0.1-9", "a", "a b.com", "a,b.com", "-a.com", "a..com", "a.com/x", "fe80::1%eth0", "198.41.0", strings.Repeat("a.", 120) + "com", "ä.com", "*.com"} {
		if got, err := ParseSubject(s); !errors.Is(err, ErrSubject) {
			t.Errorf("%q is %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "x", "a b.com", "../x.y", "a..b"} {
		if got, err := ParseZone(s); !errors.Is(err, ErrZone) {
			t.Errorf("zone %q is %v, %v", s, got, err)
		}
	}
	if z, err := ParseZone("Zen.Spamhaus.ORG."); err != nil || len(z.Codes) == 0 {
		t.Errorf("a zone of ours is %v, %v", z, err)
	}
}

func TestCapOnQueries(t *testing.T) {
	d := &relayfake.DNS{}
	d.ListDefaults(zone)
	o := options(t, d)
	o.MaxQueries = 3
	rep, err := Check(t.Context(), []Zone{plain()}, subjects(t, "198.41.0.4", "198.41.0.5", "198.41.0.6"), o)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(d.Asked()); n != 3 || rep.Queries != 3 || rep.Unknown() != 2 || rep.Listings[2].State != NotAsked {
		t.Errorf("%d asked, %d counted, %d unknown:\n%s", n, rep.Queries, rep.Unknown(), table(rep))
	}
}

func TestCache(t *testing.T) {
	d := &relayfake.DNS{}
	d.ListDefaults(zone)
	d.A["4.0.41.198."+zone] = []string{"127.0.0.2"}
	d.TXT = map[string][]string{"4.0.41.198." + zone: {"why"}}
	d.RCode = map[string]dnsmessage.RCode{"5.0.41.198." + zone: dnsmessage.RCodeServerFailure}
	o := options(t, d)
	now := time.Unix(1_700_000_000, 0)
	o.Now = func() time.Time { return now }
	run := func(c *Cache) *Report {
		o.Cache = c
		rep, err := Check(t.Context(), []Zone{plain()}, subjects(t, "198.41.0.4", "198.41.0.5", "198.41.0.6"), o)
		if err != nil {
			t.Fatal(err)
		}
		return rep
	}
	cache := NewCache()
	first := run(cache)
	var saved bytes.Buffer
	if err := cache.Write(&saved, now); err != nil {
		t.Fatal(err)
	}
	loaded, err := ReadCache(bytes.NewReader(saved.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	again := run(loaded)
	if first.Queries != 6 || first.Cached != 0 || again.Queries != 1 || again.Cached != 5 {
		t.Errorf("first %d/%d, again %d/%d: only the failure is asked again", first.Queries, first.Cached, again.Queries, again.Cached)
	}
	if diff := cmp.Diff(table(first), table(again)); diff != "" {
		t.Error(diff)
	}
	now = now.Add(6 * time.Minute) // "not listed" is too old now, the listing with its 600 s is not
	if third := run(loaded); third.Queries != 3 || third.Cached != 3 {
		t.Errorf("later %d/%d", third.Queries, third.Cached)
	}
	now = now.Add(24 * time.Hour)
	saved.Reset()
	if err := loaded.Write(&saved, now); err != nil || saved.String() != "{}\n" {
		t.Errorf("old entries are saved: %v %s", err, saved.String())
	}
}

// TestForgedCacheTime: an entry cannot be good for ever.
func TestForgedCacheTime(t *testing.T) {
	c, err := ReadCache(strings.NewReader(`{"TypeA x.": {"until": "2999-01-01T00:00:00Z"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := c.get("TypeA x.", time.Unix(1_700_000_000, 0)); ok {
		t.Error("it is believed")
	}
}

// TestForgedPackets: what is not an answer to our question is passed over.
func TestForgedPackets(t *testing.T) {
	for name, forge := range map[string]func(answer []byte) []byte{
		"another identifier": func(b []byte) []byte { b[0] ^= 0xff; return b },
		"a query":            func(b []byte) []byte { b[2] &^= 0x80; return b },
		"another name":       func(b []byte) []byte { b[13] ^= 1; return b },
		"garbage":            func([]byte) []byte { return []byte("garbage") },
		"empty":              func([]byte) []byte { return []byte{} },
	} {
		t.Run(name, func(t *testing.T) {
			d := &relayfake.DNS{}
			d.ListDefaults(zone)
			d.Packet = func(_, answer []byte) [][]byte { return [][]byte{forge(slices.Clone(answer)), answer} }
			rep := check(t, d, plain(), "198.41.0.4")
			if got := rep.Listings[0]; got.State != NotListed {
				t.Errorf("%s: %s", got.State, got.Why)
			}
		})
	}
}

func TestTriesTheNextServer(t *testing.T) {
	dead, alive := &relayfake.DNS{Silent: []string{"net"}}, &relayfake.DNS{}
	alive.ListDefaults(zone)
	o := options(t, dead)
	o.Servers = append(o.Servers, options(t, alive).Servers...)
	rep, err := Check(t.Context(), []Zone{plain()}, subjects(t, "198.41.0.4"), o)
	if err != nil || rep.Listings[0].State != NotListed {
		t.Errorf("%v\n%s", err, table(rep))
	}
}

func TestCancelled(t *testing.T) {
	d := &relayfake.DNS{Silent: []string{"net"}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Check(ctx, []Zone{plain()}, subjects(t, "198.41.0.4"), options(t, d)); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}

func TestZones(t *testing.T) {
	seen := map[string]bool{}
	for _, z := range Zones() {
		if again, err := ParseZone(z.Name); err != nil || again.Name != z.Name || seen[z.Name] {
			t.Errorf("%s: %v", z.Name, err)
		}
		seen[z.Name] = true
		if z.Lists == 0 || z.Means == "" || !strings.Contains(z.Remove, "https://") {
			t.Errorf("%s lacks something", z.Name)
		}
		for _, c := range z.Codes {
			if c.Means == "" || z.Bits && c.Value[2]&(c.Value[2]-1) != 0 {
				t.Errorf("%s: code %v", z.Name, c)
			}
		}
	}
}

func TestResolvers(t *testing.T) {
	conf := "# comment\nsearch x\nnameserver 192.0.2.53\nnameserver bad\nnameserver ::1\nnameserver 192.0.2.54\nnameserver 192.0.2.55\n"
	got := fmt.Sprint(Resolvers(strings.NewReader(conf)))
	if want := "[192.0.2.53:53 [::1]:53 192.0.2.54:53]"; got != want {
		t.Errorf("%s", got)
	}
	if got := fmt.Sprint(Resolvers(strings.NewReader(""))); got != "[127.0.0.1:53]" {
		t.Errorf("none: %s", got)
	}
	for s, want := range map[string]string{"127.0.0.1": "127.0.0.1:53", "127.0.0.1:5353": "127.0.0.1:5353", "::1": "[::1]:53", "[::1]:5353": "[::1]:5353"} {
		if got, err := ParseResolver(s); err != nil || got.String() != want {
			t.Errorf("%s is %s, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "dns.example", "127.0.0.1:0", "127.0.0.1:x"} {
		if got, err := ParseResolver(s); err == nil {
			t.Errorf("%q is %s", s, got)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	q, id, err := question("2.0.0.127.bl.example.net.", dnsmessage.TypeA)
	if err != nil {
		f.Fatal(err)
	}
	name := dnsmessage.MustNewName("2.0.0.127.bl.example.net.")
	head := dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET, TTL: 60}
	m := dnsmessage.Message{Header: dnsmessage.Header{ID: id, Response: true},
		Questions: []dnsmessage.Question{{Name: name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
		Answers: []dnsmessage.Resource{{Header: head, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 2}}},
			{Header: head, Body: &dnsmessage.CNAMEResource{CNAME: name}}}}
	packed, err := m.Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed[2:])
	f.Fuzz(func(t *testing.T, packet []byte) {
		packet = append([]byte{byte(id >> 8), byte(id)}, packet...)
		a, cut, err := read(packet, q, id, dnsmessage.TypeA)
		if len(a.addrs) > maxRecords || (err != nil || cut) && len(a.addrs) > 0 {
			t.Fatalf("%v, %v, %v", a, cut, err)
		}
		z := plain()
		if st, _ := z.judge(a.addrs); st == Listed && slices.ContainsFunc(a.addrs, func(ip netip.Addr) bool { return ip.As4()[0] != 127 }) {
			t.Fatalf("%v is listed", a.addrs)
		}
	})
}

func FuzzSubject(f *testing.F) {
	for _, s := range []string{"198.41.0.4", "::ffff:1.2.3.4", "a.com", "1.2.3", "a..b", "x_y.de"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseSubject(s)
		if err != nil {
			return
		}
		again, err := ParseSubject(got.String())
		if err != nil || again != got {
			t.Errorf("%q is %v and then %v, %v", s, got, again, err)
		}
		if _, _, err := question(got.query(zone), dnsmessage.TypeA); err != nil {
			t.Errorf("%q cannot be asked: %v", s, err)
		}
	})
}

func FuzzCache(f *testing.F) {
	f.Add([]byte(`{"A x.": {"a": ["127.0.0.2"], "until": "2026-01-01T00:00:00Z"}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ReadCache(bytes.NewReader(b))
		if err != nil {
			return
		}
		z := plain()
		for key := range c.entries {
			z.judge(c.entries[key].Addrs)
		}
		c.put("new", answer{}, time.Now())
	})
}
