package kind

import (
	"strings"
	"testing"
	"unicode"
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

// FuzzMatcher holds the one-pass matcher against a search for each phrase, and
// fold against a plain one.
func FuzzMatcher(f *testing.F) {
	f.Add("This is the mail system at host mx.\r\nI'm sorry to have to inform you that your message could not be delivered")
	f.Add("К сожалению, Ваше письмо не может быть доставлено")
	f.Add("次の宛先への メールは、\n配送できませんでした")
	f.Add("wasn’t delivered\u00a0to\u200b x")
	f.Add("  UNDELIVERED \t mail\x7f\x00returned  to sender \r\n\r\n")
	f.Add("is no   longer valid\xff The message\u3000 was ｎｏｔ delivered ")
	all := texts()
	f.Fuzz(func(t *testing.T, text string) {
		for _, limit := range []int{7, 30, maxRead} {
			folded := fold([]byte("x"), text, limit)
			if len(folded) > 1+limit+utf8.UTFMax+1 {
				t.Fatalf("%d bytes", len(folded))
			}
			if want := plainFold([]byte("x"), text, limit); string(folded) != string(want) {
				t.Fatalf("%q folds to %q, want %q", text, folded, want)
			}
		}
		var got tallies
		folded := fold(nil, text, maxRead)
		all.find(folded, &got)
		if want := naive(all, string(folded)); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}

// naive looks for each phrase at each place.
func naive(m *matcher, text string) (t tallies) {
	for at := range len(text) {
		if at > 0 && inWord(text[at-1]) && inWord(text[at]) {
			continue
		}
		for i := range m.phrases {
			if p := &m.phrases[i]; strings.HasPrefix(text[at:], p.text) && (at == 0 || !p.start) {
				t.add(p, at)
			}
		}
	}
	return t
}

// plainFold is fold, one character after the other.
func plainFold(dst []byte, text string, limit int) []byte {
	end := len(dst) + limit
	wide, gap := false, false
	for _, r := range text {
		if len(dst) >= end {
			break
		}
		if r <= ' ' || r == 0x7f {
			gap = true
			continue
		}
		switch r = plainRune(r); {
		case r == 0:
			continue
		case r == ' ':
			gap = true
			continue
		}
		if isWide := r >= 0x2e80; gap && !(wide && isWide) {
			dst = append(dst, ' ')
		}
		gap, wide = false, r >= 0x2e80
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// TestPlain holds the short way against the long one, for each character.
func TestPlain(t *testing.T) {
	for r := range rune(unicode.MaxRune + 1) {
		if got, want := plain(r), plainRune(r); got != want {
			t.Errorf("%U folds to %U, want %U", r, got, want)
		}
	}
}
