package kind

import (
	"strings"
	"testing"

	"qclean/scan/letter"
	"qclean/scan/spool"
)

const ordinary = "Received: from mail.example.net (mail.example.net [192.0.2.7])\r\n\tby mx.example.com (Postfix) with ESMTP id 4F2; Mon, 1 Sep 2003 10:00:00 +0000\r\n" +
	"From: Carla Jensen <carla.jensen@example.net>\r\nTo: Bob <bob@example.com>\r\nSubject: Minutes of the meeting on Tuesday\r\n" +
	"Date: Mon, 1 Sep 2003 10:00:00 +0000\r\nMessage-ID: <20030901.1@example.net>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n" +
	"X-Mailer: Some Program 1.0\r\nReferences: <1@example.com>\r\n\r\nDear Bob,\r\n\r\nplease find below what we agreed upon. The delivery of the pumps is in week 40.\r\n"

// BenchmarkOrdinary is the common case: no hint at all.
func BenchmarkOrdinary(b *testing.B) {
	raw := []byte(ordinary + strings.Repeat("Some more lines of text, as people write them.\r\n", 40))
	m := letter.NewReader(letter.Limits{}).Read(raw)
	e := &spool.Envelope{From: "carla.jensen@example.net", To: []string{"bob@example.com"}}
	m.From()
	b.ReportAllocs()
	for b.Loop() {
		if f := Of(m, e); f.Kind != Mail {
			b.Fatal(f.Kind)
		}
	}
}

// BenchmarkBounce is a report in plain text.
func BenchmarkBounce(b *testing.B) {
	m := letter.NewReader(letter.Limits{}).Read([]byte(qmailBounce))
	e := &spool.Envelope{Null: true, To: []string{"bob@example.com"}}
	b.ReportAllocs()
	for b.Loop() {
		if f := Of(m, e); f.Kind != NDRFailed {
			b.Fatal(f.Kind)
		}
	}
}
