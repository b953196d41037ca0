package letter

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReport(t *testing.T) {
	for _, tt := range []struct {
		name, raw, typ string
		groups         string // fields of a group joined by "|", groups by "||"
	}{
		{
			"delivery status", postfixBounce, "delivery-status",
			"Reporting-MTA=dns; mx.example.net|X-Postfix-Queue-ID=9B7F2|Arrival-Date=Tue,  3 Mar 2026 10:15:00 +0100 (CET)||" +
				"Final-Recipient=rfc822; nobody@example.org|Action=failed|Status=5.1.1|Diagnostic-Code=smtp; 550 5.1.1 User    unknown||" +
				"Final-Recipient=rfc822; other@example.org|Action=delayed|Status=4.4.1",
		},
		{"complaint", complaint, "feedback-report", "Feedback-Type=abuse|User-Agent=SomeGenerator/1.0|Version=1"},
		{"receipt", receipt, "disposition-notification", "Reporting-UA=joes-pc.cs.example.com; Foomail 97.1|Disposition=manual-action/MDN-sent-manually; displayed"},
		{"in base64", "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\nQTogYgoKQzogZAo=\n", "delivery-status", "A=b||C=d"},
		{"lines that are no fields", "Content-Type: message/delivery-status\n\nhello there\n\nA: b\n\n\n\n\nC: d\nrubbish\nE: f", "delivery-status", "A=b||C=d|E=f"},
		{"of a newer kind", "Content-Type: message/global-delivery-status\n\nA: b\n", "delivery-status", "A=b"},
		{"of connections", "Content-Type: application/tlsrpt+gzip\n\n\x1f\x8b", "tlsrpt", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := read(tt.raw)
			if m.Report == nil || m.Report.Type != tt.typ {
				t.Fatalf("report %+v", m.Report)
			}
			var groups []string
			for _, g := range m.Report.Groups {
				var fields []string
				for _, f := range g {
					fields = append(fields, f.Name+"="+f.Value)
				}
				groups = append(groups, strings.Join(fields, "|"))
			}
			if diff := cmp.Diff(tt.groups, strings.Join(groups, "||")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNoReport(t *testing.T) {
	r := NewReader(Limits{})
	r.Read([]byte(postfixBounce))
	if m := r.Read([]byte(plainMail)); m.Report != nil || m.Returned != nil {
		t.Errorf("the last message's report is still there: %+v", m.Report)
	}
	if m := read("Content-Type: message/rfc822\n\n" + postfixBounce); m.Report != nil {
		t.Error("a report inside of a forwarded message is none of ours")
	}
}

func TestReturnedPrefersTheWholeMessage(t *testing.T) {
	const mail = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n-----Original Message-----\nmarked\n--b\nContent-Type: text/rfc822-headers\n\nSubject: header\n--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogd2hvbGU=\n--b\nContent-Type: message/rfc822\n\nSubject: second\n--b--\n"
	if got := string(read(mail).Returned); got != "Subject: whole" {
		t.Errorf("returned %q", got)
	}
}

func TestReportIsBounded(t *testing.T) {
	m := NewReader(Limits{Fields: 100}).Read([]byte("Content-Type: message/delivery-status\n\n" + strings.Repeat("A: b\n\n", 5000)))
	if n := len(m.Report.Groups); n != 100 {
		t.Errorf("%d groups", n)
	}
	m = read("Content-Type: message/delivery-status\n\n" + strings.Repeat("x\n", 5000))
	if n := len(m.Report.Groups); n != 0 {
		t.Errorf("%d groups", n)
	}
}
