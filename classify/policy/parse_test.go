package policy

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
)

var update = flag.Bool("update", false, "write the goldens anew")

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestTheExampleIsRead: several keys on a line, as people write rules one below
// the other.
func TestTheExampleIsRead(t *testing.T) {
	got, err := Parse(read(t, "issue.toml"))
	if err != nil {
		t.Fatal(err)
	}
	want := &Policy{
		Domains: []string{"ours.com"}, Relays: []string{"192.0.2.0/24"},
		Rules: []Rule{
			{Name: "known floods", Match: "known", Do: Quarantine, Line: 2},
			{Name: "stale bounces", Match: `ndr && age > duration("48h") && !ours(rcpt)`, Do: Quarantine, MaxMessages: 5000, Line: 3},
			{Name: "sender floods", Match: `campaign.count > 500 && campaign.verdict == "account-abuse"`, Do: Quarantine, Notify: true, Line: 4},
			{Name: "old quarantine", Match: `quarantined && age > duration("720h")`, Do: Purge, MaxMessages: 100000, Line: 5},
		},
		Limits: Limits{MaxShare: 0.5, ShareFrom: 20, BaselineFactor: 5, FloodRate: 50},
		Notify: Notify{Timeout: 30 * time.Second},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got.Asks("ours") != "stale bounces" || got.Asks("in_text") != "" {
		t.Errorf("asks %q", got.Asks("ours"))
	}
}

// TestAllFaultsAreToldAtOnce, with the line that each is in.
func TestAllFaultsAreToldAtOnce(t *testing.T) {
	_, err := Parse(read(t, "wrong.toml"))
	var faults Faults
	if !errors.As(err, &faults) {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range faults {
		b.WriteString(f.String() + "\n")
	}
	golden := filepath.Join("testdata", "wrong.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(string(read(t, "wrong.golden")), b.String()); d != "" {
		t.Error(d)
	}
	if got := faults.Error(); !strings.HasPrefix(got, "line 2, column 1: unknown key") || strings.Contains(got, "\n") {
		t.Errorf("%q", got)
	}
}

func TestFaults(t *testing.T) {
	rule := "[[rule]]\nname = \"a\"\nmatch = 'ndr'\ndo = \"report\"\n"
	for name, tc := range map[string]struct{ text, want string }{
		"nothing":          {"", "no [[rule]]"},
		"no rule":          {"[limits]\nmax-share = 0.5\n", "no [[rule]]"},
		"a broken string":  {"[[rule]]\nname = \"a\n", "line 2, column 10: "},
		"a wrong type":     {rule + "max-messages = \"many\"\n", "line 5, column 16: "},
		"not text":         {"\xff\xfe", "UTF-8"},
		"too large":        {"#" + strings.Repeat("x", MaxSize), "larger than"},
		"a key twice":      {"[[rule]] name = 'a' name = 'b'", "line 1, column 21: "},
		"too many rules":   {strings.Repeat(rule, maxRules+1), "are the most"},
		"a share of none":  {rule + "[limits] max-share = nan", "line 5, column 10: max-share NaN"},
		"a relay":          {rule + "[site] trusted-relays = [\"a b\"]", "line 5, column 8: "},
		"mail to nobody":   {rule + "[notify] sendmail = \"/usr/sbin/sendmail\"", "nobody would be told"},
		"a purge of all":   {"[[rule]]\nname = \"a\"\nmatch = '!quarantined'\nmax-messages = 3\ndo = \"purge\"", "line 3, column 1: a purge has to say"},
		"an endless purge": {"[[rule]]\nname = \"a\"\nmatch = 'quarantined'\ndo = \"purge\"", "line 1, column 3: a purge cannot be taken back"},
		"a colour in a name": {"[[rule]]\nname = \"a\\u001b[1m\"\nmatch = 'ndr'\ndo = \"report\"",
			"line 2, column 1: \"a\\x1b[1m\" has characters"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Parse([]byte(tc.text))
			if err == nil || p != nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, want %q", err, tc.want)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	for a, want := range map[string]bool{
		"postmaster": true, "admin@ours.com": true, "": false, "-f@x": false, "a@b@c": false, "a b@x": false,
		"a@x,b@x": false, "a@x\nBcc: b@y": false, "é@x": false, "<a@x>": false,
	} {
		if got := address(a) == nil; got != want {
			t.Errorf("%q: %v", a, got)
		}
	}
}

// FuzzParse: no text makes it panic, a policy that comes out is whole, and what
// is TOML already is not changed by unfolding.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"issue.toml", "wrong.toml"} {
		f.Add(read(f, name))
	}
	for _, s := range []string{"a = '''x\n''' b = \"\"\"y\"\"\"", "[a] b = [1, # c\n2] c = {d = 1}", "[[rule]] name = \"", "a.\"b = c\" = 1 d = 2", "=", "[", "a", "a = [", "\r\n[x]\r\ny = 1 z = 2\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		var any map[string]any
		text, lines := unfold(src)
		if got := 1 + bytes.Count(text, []byte{'\n'}); got != len(lines) {
			t.Fatalf("%d lines and %d places", got, len(lines))
		}
		if strip(text) != strip(src) {
			t.Fatalf("%q became %q", src, text)
		}
		if toml.Unmarshal(src, &any) == nil && !bytes.Contains(src, []byte(":")) && !bytes.Equal(src, text) {
			t.Fatalf("%q became %q", src, text)
		}
		p, err := Parse(src)
		if err == nil && (len(p.Rules) == 0 || p.Limits.MaxShare <= 0 || p.Limits.MaxShare > 1) {
			t.Fatalf("%+v", p)
		}
		var faults Faults
		if err != nil && !errors.As(err, &faults) {
			t.Fatal(err)
		}
		for _, f := range faults {
			if f.Line < 0 || f.Line > 1+bytes.Count(src, []byte{'\n'}) || strings.Contains(f.String(), "\n") {
				t.Fatalf("%q: %q", src, f)
			}
		}
	})
}

func strip(b []byte) string { return strings.ReplaceAll(string(b), "\n", "") }
