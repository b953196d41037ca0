package kind

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/letter"
	"qclean/scan/spool"
)

const qmailBounce = "From: MAILER-DAEMON@mx.example.org\r\nTo: bob@example.com\r\nSubject: failure notice\r\n\r\n" +
	"Hi. This is the qmail-send program at mx.example.org.\r\nI'm afraid I wasn't able to deliver your message to the following addresses.\r\n" +
	"This is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n<nobody@example.org>:\r\n192.0.2.9 does not like recipient.\r\n" +
	"Remote host said: 550 5.1.1 <nobody@example.org>: User unknown\r\nGiving up on 192.0.2.9.\r\n\r\n--- Below this line is a copy of the message.\r\n\r\n" +
	"Return-Path: <bob@example.com>\r\nReceived: (qmail 3217 invoked from network); 1 Sep 2003 09:00:00 -0000\r\nMessage-ID: <77.1@example.com>\r\n" +
	"From: Bob <bob@example.com>\r\nTo: nobody@example.org\r\nSubject: hello\r\n\r\nHello there.\r\n"

// samples reads testdata/samples: a folder for each kind, a message a file,
// named after what is hard about it.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/samples/*/*.eml")
	if err != nil || len(files) < 80 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	out := map[string][]byte{}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(f), "testdata/samples/"), ".eml")] = raw
	}
	return out
}

// plainEnvelope is all that is known of a file without a queue: its Return-Path, if any.
func plainEnvelope(m *letter.Message) *spool.Envelope {
	if from, ok := m.ReturnPath(); ok {
		return &spool.Envelope{From: from, Null: from == "", Source: spool.FromTrace}
	}
	return &spool.Envelope{Source: spool.FromHeaders}
}

// TestSamples reads each sample as a file alone. The wanted kind is the folder.
func TestSamples(t *testing.T) {
	for name, raw := range samples(t) {
		t.Run(name, func(t *testing.T) {
			want, _, _ := strings.Cut(name, "/")
			m := letter.NewReader(letter.Limits{}).Read(raw)
			if got := Of(m, plainEnvelope(m)); got.Kind.String() != want {
				t.Errorf("%s: %s (%s)", want, got.Kind, got.Why)
			}
		})
	}
}

// TestNullSenderAloneIsNoNDR gives every sample that is no report the null
// sender, as certain as a queue's own record. What people write by hand
// never has it.
func TestNullSenderAloneIsNoNDR(t *testing.T) {
	for name, raw := range samples(t) {
		want, title, _ := strings.Cut(name, "/")
		if want != "mail" && want != "autoreply" && want != "mdn" || title == "persons-forward-pasted" || title == "newsletter-about-delivery" || title == "system-administrator-writes" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			m := letter.NewReader(letter.Limits{}).Read(raw)
			if got := Of(m, &spool.Envelope{Null: true, Source: spool.FromQueue}); got.Kind == NDRFailed || got.Kind == NDRDelayed {
				t.Errorf("%s (%s)", got.Kind, got.Why)
			}
		})
	}
}

// TestAutoRepliedOnABounce gives every NDR the header of an auto-reply: two in
// five real ones carry it.
func TestAutoRepliedOnABounce(t *testing.T) {
	for name, raw := range samples(t) {
		want, _, _ := strings.Cut(name, "/")
		if !strings.HasPrefix(want, "ndr-") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			m := letter.NewReader(letter.Limits{}).Read(append([]byte("Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\nPrecedence: auto_reply\r\n"), raw...))
			if got := Of(m, plainEnvelope(m)); got.Kind.String() != want {
				t.Errorf("%s: %s (%s)", want, got.Kind, got.Why)
			}
		})
	}
}

func TestFacts(t *testing.T) {
	all := samples(t)
	all["qmail"] = []byte(qmailBounce)
	for _, c := range []struct {
		name string
		want Facts
	}{
		{"ndr-failed/auto-submitted-auto-replied", Facts{Kind: NDRFailed, Failed: []string{"nobody@example.org"}, Status: "5.1.1", Diagnostic: "550 5.1.1 user unknown", ReportingMTA: "forward.example.ru", MessageID: "20080505.7@example.com", From: "bob@example.com"}},
		{"ndr-failed/any-failed-wins", Facts{Kind: NDRFailed, Failed: []string{"one@example.org", "two@example.org", "three@example.org"}, Status: "2.0.0", ReportingMTA: "mx.example.org"}},
		{"qmail", Facts{Kind: NDRFailed, Failed: []string{"nobody@example.org"}, Status: "5.1.1", Diagnostic: "Remote host said: 550 5.1.1 <nobody@example.org>: User unknown", ReportingMTA: "mx.example.org", MessageID: "77.1@example.com", From: "bob@example.com"}},
		{"ndr-failed/exim", Facts{Kind: NDRFailed, Failed: []string{"nobody@example.org"}, Status: "5.1.1", Diagnostic: "host mx.example.org [192.0.2.40]: 550 5.1.1 unknown user", ReportingMTA: "mx.example.org", MessageID: "20080505.7@example.com", From: "bob@example.com"}},
		{"ndr-failed/exchange55", Facts{Kind: NDRFailed, Failed: []string{"nobody@example.org"}, ReportingMTA: "example.org", MessageID: "20080505.7@example.com", From: "bob@example.com"}},
		{"ndr-failed/gmail-new", Facts{Kind: NDRFailed, Failed: []string{"nobody@example.org"}, Status: "5.1.1", Diagnostic: "550 5.1.1 User unknown", ReportingMTA: "googlemail.com", MessageID: "20080505.7@example.com"}},
		{"ndr-failed/courier", Facts{Kind: NDRFailed, Failed: []string{"nobody@example.org"}, Diagnostic: "550 User unknown.", ReportingMTA: "mx.example.org"}},
		{"ndr-failed/domino-plain", Facts{Kind: NDRFailed, Failed: []string{"nobody@example.org"}, ReportingMTA: "example.org"}},
		{"ndr-failed/imail", Facts{Kind: NDRFailed, Failed: []string{"nobody@example.org"}, ReportingMTA: "example.org", MessageID: "20080505.7@example.com", From: "bob@example.com"}},
		{"ndr-failed/xmail", Facts{Kind: NDRFailed, Failed: []string{"nobody@example.org"}, Diagnostic: "[<00>] XMail bounce: Rcpt=[nobody@example.org];Error=[550 Mailbox unavailable]", ReportingMTA: "example.org"}},
		{"ndr-failed/chinese", Facts{Kind: NDRFailed, Failed: []string{"nobody@example.cn"}, Diagnostic: "550 User not found", ReportingMTA: "example.cn"}},
		{"ndr-delayed/sendmail", Facts{Kind: NDRDelayed, Failed: []string{"nobody@example.net"}, ReportingMTA: "mx.example.org"}},
		{"mdn/thunderbird", Facts{Kind: MDN, Failed: []string{"carla@example.org"}, ReportingMTA: "Thunderbird", MessageID: "20080505.7@example.com"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := letter.NewReader(letter.Limits{}).Read(all[c.name])
			got := Of(m, plainEnvelope(m))
			got.Why = ""
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestKindNames(t *testing.T) {
	for k := Mail; k <= Report; k++ {
		if Parse(k.String()) != k {
			t.Errorf("%d: %s", k, k)
		}
	}
	if Parse("no such kind") != Mail || Kind(99).String() != "mail" {
		t.Error("an unknown kind is mail")
	}
}
