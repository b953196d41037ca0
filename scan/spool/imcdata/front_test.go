package imcdata

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"qclean/scan/spool"
)

func TestFront(t *testing.T) {
	const text = "Received: from x\r\nSubject: s\r\n\r\nbody\r\n"
	for name, c := range map[string]struct {
		file string
		text string // what is left as text
		want spool.Envelope
	}{
		"head": {ims("helo.example", "host.example", "s@x.example", text, "a@y.example"), text,
			spool.Envelope{From: "s@x.example", To: []string{"a@y.example"}, Source: spool.FromHead, Helo: "helo.example", ClientName: "host.example"}},
		"head, null sender": {ims("helo.example", "[2001:db8::7]", "", text, "a@y.example", "b@y.example"), text,
			spool.Envelope{Null: true, To: []string{"a@y.example", "b@y.example"}, Source: spool.FromHead, Helo: "helo.example", ClientIP: "2001:db8::7"}},
		"head, no host": {ims("helo.example", "", "s@x.example", text, "a@y.example"), text,
			spool.Envelope{From: "s@x.example", To: []string{"a@y.example"}, Source: spool.FromHead, Helo: "helo.example"}},
		"head without addresses": {"\xf7ImCr\x01\x00" + text, text, spool.Envelope{Source: spool.Unknown}},
		"head, text behind a letter": {"\xf7ImCr\x00<s@x.example>\x00<a@y.example>\x00RReceived: from x\r\n\r\n", "RReceived: from x\r\n\r\n",
			spool.Envelope{From: "s@x.example", To: []string{"a@y.example"}, Source: spool.FromHead}},
		"head, text behind a sign": {"\xf7ImCr\x00<s@x.example>\x00<a@y.example>\x00*Received: from x\r\n\r\n", "Received: from x\r\n\r\n",
			spool.Envelope{From: "s@x.example", To: []string{"a@y.example"}, Source: spool.FromHead}},
		"head, text without a known name": {"\xf7ImCr\x00<s@x.example>\x00X-Odd: x\r\n\r\n", "X-Odd: x\r\n\r\n",
			spool.Envelope{From: "s@x.example", Source: spool.FromHead}},
		"head, colons before the text": {"\xf7ImCr\x00[2001:db8::7]\x00<s@x.example>\x00c=US:x\x00" + text, text,
			spool.Envelope{From: "s@x.example", Source: spool.FromHead, Helo: "[2001:db8::7]"}},
		"head, junk that is no address": {"\xf7ImCr\x00<\x01\x02>\x00<a b><s@x.example>\x00<<r@y.example>\x00" + text, text,
			spool.Envelope{From: "s@x.example", To: []string{"r@y.example"}, Source: spool.FromHead}},
		"x-lines": {"x-sender: a@x.example\r\nx-receiver: b@y.example\r\nX-Receiver: <c@y.example>\r\n" + text, text,
			spool.Envelope{From: "a@x.example", To: []string{"b@y.example", "c@y.example"}, Source: spool.FromXLines}},
		"x-lines, null sender": {"X-Sender: <>\nX-Receiver: <b@y.example>\n" + text, text,
			spool.Envelope{Null: true, To: []string{"b@y.example"}, Source: spool.FromXLines}},
		"x-lines, receiver first, parameters": {"X-Receiver: <b@y.example> NOTIFY=NEVER\r\nX-Sender: <\"a b\"@x.example> BODY=8bitmime\r\nX-EndOfInjectedXHeaders: 12\r\n" + text, text,
			spool.Envelope{From: `"a b"@x.example`, To: []string{"b@y.example"}, Source: spool.FromXLines}},
		"x-lines, session": {"X-Sender: a@x.example\r\nX-Receiver: b@y.example\r\nX-HeloDomain: helo.example\r\nX-SourceIPAddress: 192.0.2.7\r\n" + text, text,
			spool.Envelope{From: "a@x.example", To: []string{"b@y.example"}, Source: spool.FromXLines, Helo: "helo.example", ClientIP: "192.0.2.7"}},
		"x-sender of a mail program": {"X-Sender: me@x.example\r\nTo: b@y.example\r\n\r\n", "X-Sender: me@x.example\r\nTo: b@y.example\r\n\r\n",
			spool.Envelope{To: []string{"b@y.example"}, Source: spool.FromHeaders}},
		"x-receiver below other fields": {"To: b@y.example\r\nX-Receiver: c@y.example\r\n\r\n", "To: b@y.example\r\nX-Receiver: c@y.example\r\n\r\n",
			spool.Envelope{To: []string{"b@y.example"}, Source: spool.FromHeaders}},
		"trace": {text2, text2, envelope2},
		"Return-Path, recipients as people see them": {"Return-Path: <s@x.example>\nTo: b@y.example\n\n", "Return-Path: <s@x.example>\nTo: b@y.example\n\n",
			spool.Envelope{From: "s@x.example", To: []string{"b@y.example"}, Source: spool.FromHeaders}},
		"the first Return-Path counts": {"Return-Path: <>\nReturn-Path: <s@x.example>\nTo: b@y.example\n\n", "Return-Path: <>\nReturn-Path: <s@x.example>\nTo: b@y.example\n\n",
			spool.Envelope{Null: true, To: []string{"b@y.example"}, Source: spool.FromHeaders}},
		"Sender wins over From": {"From: a@x.example\nSender: list@x.example\nBcc: b@y.example\n\n", "From: a@x.example\nSender: list@x.example\nBcc: b@y.example\n\n",
			spool.Envelope{From: "list@x.example", To: []string{"b@y.example"}, Source: spool.FromHeaders}},
		"only the first Received is ours": {"Received: from x by y; d\nReceived: from x by y for <evil@y.example>; d\nFrom: a@x.example\n\n", "Received: from x by y; d\nReceived: from x by y for <evil@y.example>; d\nFrom: a@x.example\n\n",
			spool.Envelope{From: "a@x.example", Source: spool.FromHeaders}},
		"addresses in the body are none": {"Subject: s\n\nFrom: a@x.example\nTo: b@y.example\n", "Subject: s\n\nFrom: a@x.example\nTo: b@y.example\n", spool.Envelope{Source: spool.Unknown}},
		"mbox line first":                {"From a@x.example Mon Jan 1\nFrom: a@x.example\n\n", "From a@x.example Mon Jan 1\nFrom: a@x.example\n\n", spool.Envelope{From: "a@x.example", Source: spool.FromHeaders}},
		"no header":                      {"just text\n", "just text\n", spool.Envelope{Source: spool.Unknown}},
		"empty":                          {"", "", spool.Envelope{Source: spool.Unknown}},
	} {
		t.Run(name, func(t *testing.T) {
			got := readFront(nil, []byte(c.file))
			if diff := cmp.Diff(c.want, got.envelope, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("envelope (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.text, c.file[got.text:]); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
			if got.endless {
				t.Error("a head without end")
			}
		})
	}
}

func TestHeadWithoutEnd(t *testing.T) {
	for name, file := range map[string]string{
		"cut":           "\xf7ImCr\x01\x00\x00<s@x.example>\x00",
		"nothing known": "\xf7ImCr" + strings.Repeat("\x00\xff", 500),
		"longer than the bound": ims("h.example", "", "s@x.example", strings.Repeat("\x00", maxFront)+
			"Received: from x\r\n\r\n", "a@y.example")[:maxFront],
	} {
		t.Run(name, func(t *testing.T) {
			if got := readFront(nil, []byte(file)); !got.endless || got.text != 0 {
				t.Errorf("text at %d, endless %v", got.text, got.endless)
			}
		})
	}
}

func TestTooManyRecipients(t *testing.T) {
	var many []string
	for i := range spool.MaxRecipients + 7 {
		many = append(many, fmt.Sprintf("u%d@x.example", i))
	}
	for name, file := range map[string]string{
		"head":    ims("h.example", "", "s@x.example", "Received: x\r\n\r\n", many...),
		"x-lines": "X-Sender: <>\nX-Receiver: " + strings.Join(many, "\nX-Receiver: ") + "\n\n",
		"headers": "From: s@x.example\nTo: " + strings.Join(many, ",\n ") + "\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			env := readFront(nil, []byte(file)).envelope
			if len(env.To) != spool.MaxRecipients || env.More != 7 {
				t.Errorf("%d recipients and %d more", len(env.To), env.More)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	for name, c := range map[string]struct {
		list string
		want []string
	}{
		"one":                    {"a@x.example", []string{"a@x.example"}},
		"names":                  {"A <a@x.example>, \"B, C\" <b@x.example>", []string{"a@x.example", "b@x.example"}},
		"comments":               {"a@x.example (A, (nested) one), (first) b@x.example", []string{"a@x.example", "b@x.example"}},
		"group":                  {"friends: a@x.example, b@x.example;, c@x.example", []string{"a@x.example", "b@x.example", "c@x.example"}},
		"empty group":            {"undisclosed-recipients:;", nil},
		"route":                  {"<@r.example,@s.example:a@x.example>", []string{"a@x.example"}},
		"quoted local part":      {`<"a <b>, c"@x.example>`, []string{`"a <b>, c"@x.example`}},
		"escaped quote":          {`"a \" b" <a@x.example>`, []string{"a@x.example"}},
		"no at":                  {"postmaster, <root>", nil},
		"unclosed":               {"\"never <a@x.example>, b@x.example", nil},
		"unclosed bracket":       {"A <a@x.example", []string{"a@x.example"}},
		"bytes above 127":        {"J\xfcrgen <j\xfcrgen@x.example>", []string{"j\xfcrgen@x.example"}},
		"NUL":                    {"a\x00@x.example", nil},
		"blank inside":           {"a b@x.example", nil},
		"nothing but commas":     {",,, ,", nil},
		"longer than an address": {strings.Repeat("a", maxAddress) + "@x.example", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, slices.Collect(addresses(c.list))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestForPath(t *testing.T) {
	for received, want := range map[string]string{
		"from x by y for <a@x.example>; date":                 "a@x.example",
		"from x by y with SMTP id Z FOR a@x.example ; date":   "a@x.example",
		"from for <evil@y.example> by y for <a@x.example>; d": "a@x.example",
		"from x (for <evil@y.example>) by y; d":               "",
		"from x by y; for <evil@y.example>":                   "",
		"from x by y for postmaster; d":                       "",
		"from x by y for":                                     "",
		"":                                                    "",
	} {
		if got := forPath(nil, []byte(received)); got != want {
			t.Errorf("%q is for %q, want %q", received, got, want)
		}
	}
}

func FuzzFront(f *testing.F) {
	for _, s := range []string{file1(), file4, text2, text3, "", "\xf7ImCr", "x-receiver:\n", "X-Sender: <\"", "To: (((((\"", "To: <<<<", "Received: (for for for", "A:\n \n"} {
		f.Add([]byte(s))
	}
	var lender spool.Lender // as a view's: full of the ones before
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > maxFront {
			return
		}
		got := readFront(nil, b)
		lender.Begin()
		if lent := readFront(&lender, b); !reflect.DeepEqual(lent, got) {
			t.Fatalf("lent %+v, given %+v", lent, got)
		}
		if got.text < 0 || got.text > len(b) {
			t.Fatalf("text at %d of %d bytes", got.text, len(b))
		}
		env := got.envelope
		if len(env.To) > spool.MaxRecipients || env.More > 0 && len(env.To) < spool.MaxRecipients {
			t.Fatalf("%d recipients and %d more", len(env.To), env.More)
		}
		if env.Null && env.From != "" {
			t.Fatalf("null sender %q", env.From)
		}
		for _, s := range append(env.To, env.From, env.Helo, env.ClientName) {
			if len(s) > maxAddress || strings.ContainsAny(s, "\r\n") {
				t.Fatalf("%d bytes: %q", len(s), s)
			}
		}
	})
}
