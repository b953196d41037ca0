package kind

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"qclean/scan/letter"
	"qclean/scan/spool"
)

// FuzzOf reads any message: whatever it is, the facts are bounded and come
// out the same the second time.
func FuzzOf(f *testing.F) {
	f.Add([]byte(qmailBounce), true)
	for _, raw := range samples(f) {
		f.Add(raw, false)
	}
	reader := letter.NewReader(letter.Limits{})
	f.Fuzz(func(t *testing.T, raw []byte, null bool) {
		e := &spool.Envelope{Null: null}
		got := Of(reader.Read(raw), e)
		if got.Kind > Report || len(got.Failed) > MaxFailed {
			t.Fatalf("kind %d, %d recipients", got.Kind, len(got.Failed))
		}
		if got.Status != "" && firstStatus(got.Status) != got.Status {
			t.Errorf("status %q", got.Status)
		}
		kind, status := got.Kind, strings.Clone(got.Status)
		if again := Of(letter.NewReader(letter.Limits{}).Read(raw), e); again.Kind != kind || again.Status != status {
			t.Errorf("%s %s, then %s %s", kind, status, again.Kind, again.Status)
		}
	})
}

// FuzzDeliveryStatus reads any machine-readable part.
func FuzzDeliveryStatus(f *testing.F) {
	f.Add("Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; a@example.org\r\nAction: failed\r\nStatus: 5.1.1 (bad)\r\nDiagnostic-Code: smtp; 550 no\r\n")
	f.Add("Action: \r\nAction: delayed;\r\nStatus: 4.\r\n\r\n\r\n")
	f.Add("Final-Recipient: rfc822\r\nFinal-Recipient: ;<<>>\r\nStatus: 5.1.1.1\r\n")
	head := "From: MAILER-DAEMON@example.org\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
	reader := letter.NewReader(letter.Limits{})
	f.Fuzz(func(t *testing.T, status string) {
		got := Of(reader.Read([]byte(head+status+"\r\n--b--\r\n")), &spool.Envelope{})
		if len(got.Failed) > MaxFailed {
			t.Errorf("%d recipients", len(got.Failed))
		}
		for _, to := range got.Failed {
			if to == "" || strings.ContainsAny(to, "\r\n") {
				t.Errorf("recipient %q", to)
			}
		}
	})
}

// FuzzMatcher holds the one-pass matcher against a search for each phrase.
func FuzzMatcher(f *testing.F) {
	f.Add("This is the mail system at host mx.\r\nI'm sorry to have to inform you that your message could not be delivered")
	f.Add("К сожалению, Ваше письмо не может быть доставлено")
	f.Add("次の宛先への メールは、\n配送できませんでした")
	f.Add("wasn’t delivered\u00a0to\u200b x")
	all := texts()
	f.Fuzz(func(t *testing.T, text string) {
		folded := fold(nil, text, maxRead)
		if len(folded) > maxRead+utf8.UTFMax+1 {
			t.Fatalf("%d bytes", len(folded))
		}
		var got tallies
		all.find(folded, &got)
		for s := range sorts {
			if want := naive(all, folded, s); got.at[s] != want {
				t.Errorf("sort %d: first at %d, want %d", s, got.at[s], want)
			}
		}
	})
}

// naive is where the first phrase of a sort stands, counted from 1.
func naive(m *matcher, text []byte, s sort) int32 {
	first := -1
	for i := range m.phrases {
		p := &m.phrases[i]
		if p.says != s {
			continue
		}
		for from := 0; ; {
			n := bytes.Index(text[from:], []byte(p.text))
			if n < 0 {
				break
			}
			at := from + n
			if starts := at == 0 || !inWords[text[at-1]] || !inWords[text[at]]; starts && (at == 0 || !p.start) {
				if first < 0 || at < first {
					first = at
				}
				break
			}
			from = at + 1
		}
	}
	return int32(first + 1)
}
