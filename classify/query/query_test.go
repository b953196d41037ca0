package query

import (
	"errors"
	"strings"
	"testing"
	"time"

	"qclean/classify"
	"qclean/classify/fingerprint"
	"qclean/classify/kind"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func item() *Item {
	return &Item{Record: &classify.Record{
		ID: "Out/WKA6D6YM", Queue: "Out", Size: 4096, Arrived: now.Add(-36 * time.Hour), From: "alice@Ours.com",
		To: []string{"bob@example.net", "carol@mx.example.org"}, Recipients: 2, Subject: "Invoice 42", Kind: kind.NDRFailed,
		SourceIP: "192.0.2.7", AuthUser: "alice", Reason: "connection timed out", Campaign: "4bXk22222222",
		Links: []string{"example.com"},
	}, Campaign: &classify.Campaign{ID: "4bXk22222222", Summary: classify.Summary{Count: 600, NDRs: 600}}}
}

func TestExpressions(t *testing.T) {
	for source, want := range map[string]bool{
		`true`:                              true,
		``:                                  true,
		`from == "alice@Ours.com"`:          true,
		`like(from, "ALICE@*")`:             true,
		`like(from, "alice")`:               false,
		`like(to, "bob@*", "nobody@*")`:     true,
		`under(from_domain, "ours.com")`:    true,
		`under(to_domain, "example.org")`:   true,
		`under(to_domain, "ample.org")`:     false,
		`has(subject, "INVOICE")`:           true,
		`size > 4000 && size < 5000`:        true,
		`age > duration("24h")`:             true,
		`age > duration("48h")`:             false,
		`ndr && queue == "Out"`:             true,
		`reason contains "timed out"`:       true,
		`in_net(source_ip, "192.0.2.0/24")`: true,
		`in_net(source_ip, "10.0.0.0/8")`:   false,
		`campaign.count > 500`:              true,
		`!ours(rcpt)`:                       true,
		`ours(from)`:                        true,
		`"example.com" in links`:            true,
		`kind == "ndr-failed"`:              true,
		`quarantined`:                       false,
		`null`:                              false,
	} {
		t.Run(source, func(t *testing.T) {
			x, err := Compile(source, Context{Now: now, Ours: func(d string) bool { return d == "ours.com" }})
			if err != nil {
				t.Fatal(err)
			}
			got, err := x.Match(item())
			if err != nil || got != want {
				t.Errorf("got %v, %v; want %v", got, err, want)
			}
		})
	}
}

func TestCompileRefuses(t *testing.T) {
	for _, source := range []string{`siz > 1`, `size`, `size > "x"`, `like(size, "x")`, `from = "x"`, `((`, `under(from)`,
		strings.Repeat("(", 100000)} {
		if _, err := Compile(source, Context{Now: now}); !errors.Is(err, ErrSyntax) {
			t.Errorf("%.20q: %v", source, err)
		}
	}
}

func TestSelectionJoinsWithOrInsideAndAcross(t *testing.T) {
	yes := true
	s := Selection{Flags: map[string][]string{"from": {"a@b", "c@d"}, "size": {"10k.."}}, NDR: &yes, Contains: []string{"x"}, Where: "null || ndr"}
	got, err := s.Expression()
	want := `(like(from, "a@b") || like(from, "c@d")) && size >= 10240 && ndr && (null || ndr) && in_text("x")`
	if err != nil || got != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
}

// TestSelectionIsQuoted: a value cannot break out of its term.
func TestSelectionIsQuoted(t *testing.T) {
	s := Selection{Flags: map[string][]string{"from": {`" || true || "`, "a\nb", "\x1b\xff"}}}
	source, err := s.Expression()
	if err != nil {
		t.Fatal(err)
	}
	x, err := Compile(source, Context{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := x.Match(item()); ok || err != nil {
		t.Errorf("%s matched: %v", source, err)
	}
}

func TestTextIsReadOnlyWhenAllElseFits(t *testing.T) {
	x, err := Compile(`has(subject, "no such") && in_text("x")`, Context{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	i := item()
	i.Text = func() (string, error) { t.Error("the text was read"); return "", nil }
	if ok, err := x.Match(i); ok || err != nil {
		t.Errorf("got %v, %v", ok, err)
	}
	gone := errors.New("gone")
	i.Text = func() (string, error) { return "", gone }
	x, _ = Compile(`in_text("x")`, Context{Now: now})
	if ok, err := x.Match(i); ok || !errors.Is(err, gone) {
		t.Errorf("an unreadable message gave %v, %v", ok, err)
	}
}

func TestResolve(t *testing.T) {
	campaigns := []*classify.Campaign{{ID: "4bXk22222222"}, {ID: "4bYz22222222"}, {ID: "9999"}}
	for prefix, want := range map[string]error{"4bX": nil, "9": nil, "old": nil, "4b": ErrAmbiguous, "zz": ErrNoCampaign, "": ErrNoCampaign} {
		s := Selection{Flags: map[string][]string{"fingerprint": {prefix}}}
		_, named, err := s.Resolve(campaigns, []classify.Prior{{ID: "old444444444"}})
		if !errors.Is(err, want) || want == nil && prefix != "old" && len(named) != 1 {
			t.Errorf("%q: %v, %d campaigns", prefix, err, len(named))
		}
	}
	var _ fingerprint.ID
}

func TestRanges(t *testing.T) {
	for in, want := range map[string]string{
		"10k..50k": "size >= 10240 && size <= 51200", "1M..": "size >= 1048576", "..2k": "size <= 2048", "1.5k..": "size >= 1536",
	} {
		if got, err := sizeTerm("size", in); err != nil || got != want {
			t.Errorf("%s: %s, %v", in, got, err)
		}
	}
	for _, in := range []string{"10", "..", "", "x..", "5k..1k", "-1..", "1e99..", "1k..2k..3k"} {
		if got, err := sizeTerm("size", in); err == nil {
			t.Errorf("size %q gave %s", in, got)
		}
	}
	for in, want := range map[string]string{"2d..": `age >= duration("48h0m0s")`, "..6h": `age <= duration("6h0m0s")`,
		"1w..": `age >= duration("168h0m0s")`} {
		if got, err := ageTerm("age", in); err != nil || got != want {
			t.Errorf("%s: %s, %v", in, got, err)
		}
	}
	for _, in := range []string{"2", "d..", "-1h..", "9999999999d.."} {
		if got, err := ageTerm("age", in); err == nil {
			t.Errorf("age %q gave %s", in, got)
		}
	}
}

func TestGlob(t *testing.T) {
	for _, tc := range []struct {
		p, s string
		want bool
	}{
		{"", "", true}, {"*", "", true}, {"a*c", "abc", true}, {"a*c", "ab", false}, {"?", "", false}, {"a?c", "abc", true},
		{"*@x", "a@b@x", true}, {"**a**", "bab", true}, {strings.Repeat("*a", 30) + "b", strings.Repeat("a", 5000), false},
	} {
		if got := glob(tc.p, tc.s); got != tc.want {
			t.Errorf("glob(%.20q, %.20q) = %v", tc.p, tc.s, got)
		}
	}
}

// FuzzCompile: no expression breaks the compiler or the machine.
func FuzzCompile(f *testing.F) {
	f.Add(`like(from, "x") && size > 1`)
	f.Add(`map(to, # + "x")`)
	f.Fuzz(func(t *testing.T, source string) {
		if len(source) > 1000 {
			return
		}
		if x, err := Compile(source, Context{Now: now}); err == nil {
			_, _ = x.Match(item())
		}
	})
}
