package fingerprint

import (
	"slices"
	"testing"

	"qclean/scan/letter"
	"qclean/scan/spool"
)

func TestClassOf(t *testing.T) {
	const body = "\r\n\r\nDear customer, your statement is ready, please see "
	for name, c := range map[string]struct {
		raw  string
		null bool
		want Class
	}{
		"plain":                  {"From: a@b.example" + body + "it.", false, Mail},
		"null sender":            {"From: a@b.example" + body + "it.", true, Report},
		"daemon":                 {"From: MAILER-DAEMON@b.example" + body + "it.", false, Report},
		"exim bounce":            {"From: a@b.example\r\nX-Failed-Recipients: c@d.example" + body + "it.", false, Report},
		"vacation":               {"From: a@b.example\r\nAuto-Submitted: auto-replied (vacation)" + body + "it.", false, Automatic},
		"generated notice":       {"From: a@b.example\r\nAuto-Submitted: auto-generated" + body + "it.", false, Mail},
		"invitation":             {"From: a@b.example\r\nContent-Type: text/calendar" + body + "it.", false, Calendar},
		"quoting":                {"From: a@b.example\r\n\r\nMe too.\r\n\r\n> Dear customer, your statement is ready,\r\n> please see it.\r\n", false, Quoted},
		"one quoted line":        {"From: a@b.example" + body + "it, and read it with care, since it is long and has much to say about you.\r\n> click\r\n", false, Mail},
		"aligned":                {"From: Bank <service@mail.bank.example.com>" + body + "http://www.example.com/login", false, Aligned},
		"aligned under a suffix": {"From: <x@shop.co.uk>" + body + "https://shop.co.uk/", false, Aligned},
		"leads elsewhere":        {"From: Bank <service@bank.example.com>" + body + "http://bank.example.com.evil.example.net/login", false, Mail},
		"same ending":            {"From: <x@notexample.com>" + body + "http://example.com/", false, Mail},
		"same suffix":            {"From: <x@mine.co.uk>" + body + "http://yours.co.uk/", false, Mail},
	} {
		t.Run(name, func(t *testing.T) {
			m := letter.NewReader(letter.Limits{}).Read([]byte(c.raw))
			if got := ClassOf(m, &spool.Envelope{Null: c.null}); got != c.want {
				t.Errorf("class %v, want %v", got, c.want)
			}
		})
	}
}

// TestReportShowsWhatItReturns: bounces by two servers of one spam have its
// shingles, and a bounce that returns nothing has the server's words.
func TestReportShowsWhatItReturns(t *testing.T) {
	report := func(words, returned string) *Features {
		m := letter.NewReader(letter.Limits{}).Read([]byte("From: MAILER-DAEMON@mx.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n" +
			words + "\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nAction: failed\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@b.example\r\n\r\n" + returned + "\r\n--b--\r\n"))
		f := *New().Features(m, ClassOf(m, nil))
		f.Shingles = slices.Clone(f.Shingles)
		return &f
	}
	const server = "I am sorry to have to inform you that your message could not be delivered to one or more recipients"
	a, b, none := report(server, plain), report("This is a permanent error and I have given up on it", plain), report(server, "")
	if a.Class != Report || !slices.Equal(a.Shingles, b.Shingles) || !slices.Equal(a.Shingles, shinglesOf(plain)) {
		t.Errorf("class %v: %d and %d shingles of bounces of one spam, which has %d", a.Class, len(a.Shingles), len(b.Shingles), len(shinglesOf(plain)))
	}
	if !slices.Equal(none.Shingles, shinglesOf(server)) {
		t.Errorf("%d shingles of a bounce without an original", len(none.Shingles))
	}
	hasOrigin := func(f *Features) bool {
		return slices.ContainsFunc(f.Media, func(m Media) bool { return m.Kind() == Origin })
	}
	if !hasOrigin(a) || hasOrigin(none) {
		t.Error("a bounce does not tell whether its shingles are of the original")
	}
}
