package ui

import "testing"

func TestSafeLetsNothingThrough(t *testing.T) {
	for name, tc := range map[string]struct{ in, want string }{
		"plain":            {"Invoice 42", "Invoice 42"},
		"umlaut":           {"Grüße", "Grüße"},
		"escape sequence":  {"\x1b[2J", `\x1b[2J`},
		"C1 control":       {"\u009b2J", `\u009b2J`},
		"newline":          {"a\nb", `a\nb`},
		"bidi override":    {"exe.\u202egpj", `exe.\u202egpj`},
		"isolate":          {"\u2066x\u2069", `\u2066x\u2069`},
		"zero width":       {"a\u200bb", `a\u200bb`},
		"not UTF-8":        {"a\xffb", `a\xffb`},
		"line separator":   {"a\u2028b", `a\u2028b`},
		"language tag":     {"a\U000e0041", `a\ue0041`},
		"delete":           {"a\x7f", `a\x7f`},
		"replacement char": {"a\ufffdb", "a\ufffdb"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Safe(tc.in); got != tc.want {
				t.Errorf("Safe(%q) = %q, want %q", tc.in, got, tc.want)
			}
		})
	}
}

func TestCSVNeverStartsAFormula(t *testing.T) {
	for _, s := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "|calc"} {
		if got := CSV(s); got[0] == s[0] && got[0] != '\\' {
			t.Errorf("CSV(%q) = %q", s, got)
		}
	}
}

func TestCutCountsColumns(t *testing.T) {
	for _, tc := range []struct {
		in   string
		n    int
		want string
	}{
		{"short", 10, "short"}, {"exactly", 7, "exactly"}, {"too long", 5, "too …"},
		{"日本語テスト", 7, "日本語…"}, {"x", 0, ""},
	} {
		if got := Cut(tc.in, tc.n); got != tc.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", tc.in, tc.n, got, tc.want)
		}
	}
}

func FuzzSafe(f *testing.F) {
	f.Add("a\x1b]0;x\x07\u202e")
	f.Fuzz(func(t *testing.T, s string) {
		if got := Safe(s); !clean(got) {
			t.Errorf("Safe(%q) = %q", s, got)
		}
	})
}
