package relay

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFormsAreComplete(t *testing.T) {
	seen := map[string]int{}
	for i, f := range Forms() {
		if f.Number != i+1 || f.Number > MaxForm {
			t.Errorf("form %d is number %d", i+1, f.Number)
		}
		if f.Nmap != 0 && f.Nmap != f.Number || f.Number <= 16 && f.Nmap == 0 {
			t.Errorf("form %d is nmap's %d", f.Number, f.Nmap)
		}
		if other := seen[f.String()]; other != 0 {
			t.Errorf("forms %d and %d are both %s", other, f.Number, f)
		}
		seen[f.String()] = f.Number
		page := f.Family.Page()
		if f.Means == "" || page.Name == "" || page.Falls == "" {
			t.Errorf("form %d has no page", f.Number)
		}
		var servers []string
		for _, s := range page.Closes {
			if s.Text != "" {
				servers = append(servers, s.Server)
			}
		}
		if diff := cmp.Diff([]string{"Postfix", "Exim", "sendmail", "Exchange"}, servers); diff != "" {
			t.Errorf("form %d: %s", f.Number, diff)
		}
	}
	if len(Forms()) != MaxForm {
		t.Errorf("%d forms", len(Forms()))
	}
}

// TestLocalReading holds the table against the rule: a recipient may be local
// when it has no domain, or when its domain is the server's.
func TestLocalReading(t *testing.T) {
	for _, f := range Forms() {
		to := f.To
		if strings.HasPrefix(to, "@") {
			_, to, _ = strings.Cut(to, ":") // a route's last address is the recipient
		}
		bare := strings.LastIndexByte(to, '@') < strings.LastIndexByte(to, '"') || !strings.Contains(to, "@")
		own := false
		for _, domain := range []string{"@{[ip]}", "@{host}", "@{our}", "@"} {
			own = own || strings.HasSuffix(to, domain)
		}
		if f.Local != (bare || own) {
			t.Errorf("form %d, %s: local %v", f.Number, f, f.Local)
		}
	}
}

func TestNumbersOfOtherLists(t *testing.T) {
	for s, want := range map[string][]int{
		"7": {7}, "kb1": {2}, "kb2": {17}, "kb3": {1}, "kb4": {3}, "kb5": {4, 24}, "kb6": {18}, "KB7": {7}, "nmap16": {16}, "abuse8": {7}, "25": {25},
	} {
		forms, err := Lookup(s)
		var got []int
		for _, f := range forms {
			got = append(got, f.Number)
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", s, err, diff)
		}
	}
	for _, s := range []string{"", "0", "26", "-1", "kb", "kb0", "kb8", "nmap17", "x7", "7x"} {
		if f, err := Lookup(s); !errors.Is(err, ErrNoForm) {
			t.Errorf("%q: %v, %v", s, f, err)
		}
	}
}

func TestEnvelopes(t *testing.T) {
	n, err := Names{Our: "ours.com", Outside: "me@elsewhere.net", Host: "mail.ours.com", IP: netip.MustParseAddr("2001:db8::25")}.complete()
	if err != nil {
		t.Fatal(err)
	}
	for number, want := range map[int][2]string{
		1:  {"", "me@elsewhere.net"},
		7:  {"me@[IPv6:2001:db8::25]", `"me@elsewhere.net"`},
		13: {"me@[IPv6:2001:db8::25]", "@mail.ours.com:me@elsewhere.net"},
		16: {"me@[IPv6:2001:db8::25]", "elsewhere.net!me@mail.ours.com"},
		17: {"me", "me@elsewhere.net"},
		20: {"me@[IPv6:2001:db8::25]", "me@elsewhere.net@"},
		22: {"me@ours.com", "me@[192.0.2.1]"},
		25: {"me@elsewhere.net", "IMCEASMTP-me+40elsewhere+2Enet@ours.com"},
	} {
		from, to, ok := Forms()[number-1].envelope(n)
		if diff := cmp.Diff(want, [2]string{from, to}); diff != "" || !ok {
			t.Errorf("form %d: %s", number, diff)
		}
	}
}

func TestNamesCannotSmuggle(t *testing.T) {
	for name, n := range map[string]Names{
		"no local domain":       {},
		"line end in mailbox":   {Our: "ours.com", Outside: "a\r\nDATA@b.com"},
		"bracket in mailbox":    {Our: "ours.com", Outside: "a>b@b.com"},
		"blank in mailbox":      {Our: "ours.com", Outside: "a b@b.com"},
		"quoted mailbox":        {Our: "ours.com", Outside: `"a"@b.com`},
		"no domain":             {Our: "ours.com", Outside: "a"},
		"two @":                 {Our: "ours.com", Outside: "a@b@c.com"},
		"line end in domain":    {Our: "ours.com\nDATA"},
		"address for a domain":  {Our: "192.0.2.1"},
		"line end in host":      {Our: "ours.com", Host: "x\r\ny"},
		"mailbox in own domain": {Our: "ours.com", Outside: "me@OURS.com"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := n.complete(); !errors.Is(err, ErrBadName) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestHelloCannotSmuggle(t *testing.T) {
	_, err := Check(t.Context(), target(), Options{Names: names(), Hello: "x\r\nMAIL FROM:<>"})
	if !errors.Is(err, ErrBadName) {
		t.Errorf("err = %v", err)
	}
}

// TestRefusesListsAndRanges: the check is for one's own server.
func TestRefusesListsAndRanges(t *testing.T) {
	for _, s := range []string{
		"", "192.0.2.0/24", "192.0.2.1-9", "192.0.2.1-192.0.2.9", "192.0.2.1,192.0.2.2", "192.0.2.*", "192.0.2.1..9", "a.com b.com", "a.com,b.com",
		"mail[1-9].a.com", "*.a.com", "a.com;b.com", "0.0.0.0", "::", "224.0.0.1", "ff02::1", "@hosts", "hosts.txt\n", "a.com:0", "a.com:99999", "a.com:25:26",
		"2001:db8::/64", "3221225985", "-a.com",
	} {
		if got, err := ParseTarget(s); !errors.Is(err, ErrOneHost) {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
}

func TestTargets(t *testing.T) {
	for s, want := range map[string]string{
		"mail.ours.com": "mail.ours.com", "Mail.Ours.Com.": "mail.ours.com", "mail-1.ours.com:587": "mail-1.ours.com:587", "localhost": "localhost",
		"192.0.2.25": "192.0.2.25", "192.0.2.25:2525": "192.0.2.25:2525", "2001:db8::25": "2001:db8::25", "[2001:db8::25]:26": "[2001:db8::25]:26",
		"::ffff:192.0.2.25": "192.0.2.25",
	} {
		got, err := ParseTarget(s)
		if err != nil || got.String() != want {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
}

func FuzzTarget(f *testing.F) {
	for _, s := range []string{"mail.ours.com:25", "[::1]:25", "192.0.2.1-9", "a..b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseTarget(s)
		if err != nil {
			return
		}
		again, err := ParseTarget(got.String())
		if err != nil || again != got || strings.ContainsAny(got.String(), " \r\n,/*") {
			t.Errorf("%q is %q and then %q, %v", s, got, again, err)
		}
	})
}
