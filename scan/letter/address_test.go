package letter

import (
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-message/mail"
	"github.com/google/go-cmp/cmp"
)

func TestAddresses(t *testing.T) {
	for _, tt := range []struct {
		name, value string
		want        []Address
	}{
		{"bare", "a@b.example", []Address{{"", "a@b.example"}}},
		{"in brackets", "<a@b.example>", []Address{{"", "a@b.example"}}},
		{"with a name", "Anna B. <a@b.example>", []Address{{"Anna B.", "a@b.example"}}},
		{"quoted name", `"B., \"Anna\"" <a@b.example>`, []Address{{`B., "Anna"`, "a@b.example"}}},
		{"several", "a@b, C <c@d>,e@f", []Address{{"", "a@b"}, {"C", "c@d"}, {"", "e@f"}}},
		{"divided by semicolons", "a@b; c@d", []Address{{"", "a@b"}, {"", "c@d"}}},
		{"a name in a comment", "a@b.example (Anna (the \\( first))", []Address{{"Anna (the \\( first)", "a@b.example"}}},
		{"a comment in the name", "Anna (x, y) B <a@b>", []Address{{"Anna  B", "a@b"}}},
		{"encoded name", "=?utf-8?q?M=C3=BCller?= <a@b>", []Address{{"Müller", "a@b"}}},
		{"encoded name in quotes", `"=?iso-8859-1?q?M=FCller?=" <a@b>`, []Address{{"Müller", "a@b"}}},
		{"bytes in the name", "M\xfcller <a@b>", []Address{{"Müller", "a@b"}}},
		{"group", "friends: a@b, c@d;", []Address{{"", "a@b"}, {"", "c@d"}}},
		{"empty group", "undisclosed-recipients:;", nil},
		{"source route", "<@x.example,@y.example:a@b.example>", []Address{{"", "a@b.example"}}},
		{"null", "<>", nil},
		{"quoted local part", `"a b"@c.example`, []Address{{"", `"a b"@c.example`}}},
		{"bracket in a quote", `<"a>b"@c.example>`, []Address{{"", `"a>b"@c.example`}}},
		{"name without an address", "Mail Delivery System", []Address{{"Mail Delivery System", ""}}},
		{"local user", "root", []Address{{"", "root"}}},
		{"name and address without brackets", "Anna a@b.example", []Address{{"Anna", "a@b.example"}}},
		{"bracket never closed", "Anna <a@b.example", []Address{{"Anna", "<a@b.example"}}},
		{"quote never closed", `"Anna <a@b.example>, c@d`, []Address{{"Anna", "a@b.example"}, {"", "c@d"}}},
		{"comment never closed", "(Anna <a@b.example>", []Address{{"(Anna", "a@b.example"}}},
		{"blanks about the at sign", "a @ b, C <a @b>", []Address{{"", "a@b"}, {"C", "a@b"}}},
		{"only commas", ",,, ,", nil},
		{"an address as the name", `"x@y.example" <a@b.example>`, []Address{{"x@y.example", "a@b.example"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var kit tools
			got := slices.Collect(kit.addresses(tt.value, ""))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAddressParts(t *testing.T) {
	a := Address{Mail: `"x@y"@Example.ORG`}
	if a.Local() != `"x@y"` || a.Domain() != "Example.ORG" {
		t.Errorf("local %q, domain %q", a.Local(), a.Domain())
	}
	if a = (Address{Mail: "root"}); a.Local() != "root" || a.Domain() != "" {
		t.Errorf("local %q, domain %q", a.Local(), a.Domain())
	}
}

// FuzzAddresses holds that what go-message parses without an error is the same
// here, and that the work is in proportion to the text.
func FuzzAddresses(f *testing.F) {
	for _, s := range []string{"a@b", "A <a@b>, \"c, d\" <e@f>", "g: a@b;", "(x) a@b (y)", "=?utf-8?q?=C3=A9?= <a@b>", "<@x:a@b>", "((((", "\"\"\"<<<"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		scan := addressScan{rest: s}
		for scan.next() {
		}
		if scan.seen > 6*len(s) {
			t.Errorf("looked at %d bytes of %d", scan.seen, len(s))
		}
		var kit tools
		var got []Address
		for a := range kit.addresses(s, "") {
			got = append(got, Address{noSpace(a.Name), strings.ReplaceAll(a.Mail, `"`, "")}) // the library unquotes
		}
		if strings.ContainsAny(s, "()\\=\r\n\x00") || len(s) > 1000 {
			return // comments, escapes and encoded words are where the library and mail programs part
		}
		list, err := mail.ParseAddressList(s)
		if err != nil {
			return
		}
		var want []Address
		for _, a := range list {
			want = append(want, Address{noSpace(a.Name), strings.ReplaceAll(a.Address, `"`, "")})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("addresses differ from go-message's:\n%s", diff)
		}
	})
}

// noSpace drops blanks: the library puts one between a word and a quote.
func noSpace(s string) string { return strings.Join(strings.Fields(s), "") }
