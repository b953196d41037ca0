package query

import (
	"errors"
	"testing"
	"time"
)

// TestNames: what a rule has to say before mail is touched that is better left
// alone. To rule a thing out is not to name it.
func TestNames(t *testing.T) {
	for _, tc := range []struct {
		source, word string
		want         bool
	}{
		{`weak && ndr`, "weak", true},
		{`ndr || weak`, "weak", true},
		{`weak == true`, "weak", true},
		{`weak != true`, "weak", false},
		{`weak == false`, "weak", false},
		{`campaign.weak`, "weak", true},
		{`!weak && ndr`, "weak", false},
		{`not (ndr || weak)`, "weak", false},
		{`!(!weak)`, "weak", true},
		{`has(subject, "weak")`, "weak", false},
		{`ndr`, "weak", false},
		{`verdict == "unknown"`, "unknown", true},
		{`"unknown" == verdict`, "unknown", true},
		{`campaign.verdict == "unknown"`, "unknown", true},
		{`verdict in ["relayed", "bulk"]`, "bulk", true},
		{`verdict not in ["relayed", "bulk"]`, "bulk", false},
		{`campaign.verdict != "legitimate"`, "legitimate", false},
		{`!(verdict != "legitimate")`, "legitimate", true},
		{`like(verdict, "bulk")`, "bulk", true},
		{`!like(verdict, "bulk")`, "bulk", false},
		{`has(subject, "bulk")`, "bulk", false},
		{`subject == "bulk"`, "bulk", false},
		{`quarantined && age > duration("720h")`, "quarantined", true},
		{`!quarantined`, "quarantined", false},
		{`ndr ? weak : false`, "weak", true},
		{`weak ? ndr : false`, "weak", false},
		{`let w = weak; !w`, "weak", false},
		{`any(to, # == "x") && known`, "known", true},
	} {
		x, err := Compile(tc.source, Context{Now: now})
		if err != nil {
			t.Errorf("%s: %v", tc.source, err)
			continue
		}
		if got := x.Names(tc.word); got != tc.want {
			t.Errorf("%s names %s: %v", tc.source, tc.word, got)
		}
	}
}

func TestWhatCannotMatchIsToldAtOnce(t *testing.T) {
	for _, source := range []string{
		`verdict == "spam"`, `campaign.verdict in ["relayed", "acount-abuse"]`, `ndr && in_net(source_ip, "192.0.2.0/99")`,
		`ndr && matches_print("nothing")`, `ndr && age > duration("2 days")`, `let v = "x"; in_net(source_ip, "y")`,
	} {
		if _, err := Compile(source, Context{Now: now}); !errors.Is(err, ErrSyntax) {
			t.Errorf("%s: %v", source, err)
		}
	}
}

func TestCalls(t *testing.T) {
	x, err := Compile(`let o = ours(rcpt); !o && age > duration("1h")`, Context{Now: now})
	if err != nil || !x.Calls("ours") || !x.Calls("duration") || x.Calls("like") {
		t.Errorf("%v %+v", err, x)
	}
}

func TestAgeCountsFromWhatIsSaid(t *testing.T) {
	x, err := Compile(`age > duration("24h")`, Context{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	i := item() // arrived 36 hours ago
	i.Since = now.Add(-time.Hour)
	if ok, err := x.Match(i); ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
}
