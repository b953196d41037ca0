package letter

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// read reads a message with the default limits.
func read(raw string) *Message { return NewReader(Limits{}).Read([]byte(raw)) }

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		name, raw string
		typ       string
		text      string
		aside     string
		links     string
		returned  string // how it begins
		hidden    int
		defects   Defect
	}{
		{
			name: "plain mail in quoted-printable", raw: plainMail, typ: "text/plain",
			text:  "Hallo Bob,\n\ntreffen wir uns um drei im Café? Der Plan steht auf http://example.org/plan.html.\n\nOn Monday, Bob wrote:\n\nGrüße\n--  \nAnna\n",
			aside: "> Hallo Anna,\n> wann?\n", links: "http://example.org/plan.html",
		},
		{
			name: "newsletter: the HTML is shown", raw: newsletter, typ: "multipart/alternative",
			text: "Deals for you!\nClick here\n", links: "http://click.shop.example/a?b=1&c=2 https://img.shop.example/pixel.gif", hidden: 9,
		},
		{
			name: "bounce of Postfix", raw: postfixBounce, typ: "multipart/report",
			text:     "This is the mail system at host mx.example.net.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n<nobody@example.org>: host mail.example.org[192.0.2.9] said: 550 5.1.1 User unknown\n",
			returned: "From: spammer@example.com\r\nSubject: buy",
		},
		{
			name: "bounce of qmail", raw: qmailBounce, typ: "text/plain",
			text:     "Hi. This is the qmail-send program at host.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<bob@example.net>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n",
			aside:    "--- Below this line is a copy of the message.\nReturn-Path: <anna@example.org>\nSubject: hello\nFrom: anna@example.org\nthe original text\n",
			returned: "Return-Path: <anna@example.org>\nSubject: hello",
		},
		{
			name: "bounce of Exim", raw: eximBounce, typ: "text/plain",
			text:     "This message was created automatically by mail delivery software.\n\n  bob@example.net\n    unrouteable address\n\n",
			aside:    "------ This is a copy of the message, including all the headers. ------\n------ The body of the message is 8907 characters long; only the first\n------ 100 or so are included here.\nReturn-path: <anna@example.org>\nFrom: anna@example.org\nSubject: hello\nthe original text\n",
			returned: "Return-path: <anna@example.org>\nFrom: anna@example.org",
		},
		{
			name: "answer of Outlook", raw: exchangeReply, typ: "text/html",
			text:     "Fine with me.\nJohn\n",
			aside:    "From: Anna <anna@example.org>\nSent: Tuesday, March 3, 2026 10:14 AM\nTo: John\nSubject: plan\nThe old text, see here.\n",
			returned: "Sent: Tuesday",
		},
		{
			name: "forward of Gmail", raw: gmailForward, typ: "text/html",
			text:     "Is this spam?\n",
			aside:    "---------- Forwarded message ---------\nFrom: Crook <crook@example.com>\nSubject: offer\nBuy at crook.example\n",
			returned: "From: Crook <crook@example.com>\nSubject: offer",
		},
		{
			name: "complaint", raw: complaint, typ: "multipart/report", text: "This is an email abuse report.\n",
			returned: "From: <somespammer@example.net>\r\nSubject: Earn money",
		},
		{name: "picture alone", raw: pictureMail, typ: "multipart/related"},
		{
			name: "signed with PGP", raw: clearsigned, typ: "text/plain",
			text: "Hello there, this is signed.\n\nAfter the signature.\n",
		},
		{name: "invitation", raw: invitation, typ: "multipart/alternative", text: "Come to the meeting.\n"},
		{
			name: "another boundary than the one that is named", raw: brokenBoundary, typ: "multipart/mixed",
			text: "first\n\nsecond\n", defects: NoBoundary | Unclosed,
		},
		{name: "nested", raw: nested, typ: "multipart/mixed", text: "rich\n", returned: "Subject: inner\n\ninner text"},
		{name: "empty", raw: "", typ: "text/plain", defects: Empty | NoHeader},
		{name: "blanks", raw: " \r\n\t\n", typ: "text/plain", defects: Empty | NoHeader},
		{name: "no header", raw: "hello\nthere\n", typ: "text/plain", text: "hello\nthere\n", defects: NoHeader},
		{name: "carriage returns alone", raw: "Subject: a\r\rtext\rmore\r", typ: "text/plain", text: "text\nmore\n"},
		{name: "mbox", raw: "From x Mon\nSubject: a\n\n>From here on\n", typ: "text/plain", text: "From here on\n"},
		{name: "quoted mbox line", raw: ">From x Mon\nSubject: a\n\ntext\n", typ: "text/plain", text: "text\n"},
		{name: "NUL bytes", raw: "Subject: a\n\nte\x00xt\n", typ: "text/plain", text: "te\x00xt\n", defects: Binary},
		{name: "two subjects", raw: "Subject: a\nFrom: x@y\nsubject: b\n\nx\n", typ: "text/plain", text: "x\n", defects: DuplicateField},
		{name: "unknown encoding", raw: "Content-Transfer-Encoding: x-rot13\n\nuryyb\n", typ: "text/plain", text: "uryyb\n", defects: UnknownEncoding},
		{name: "unknown charset", raw: "Content-Type: text/plain; charset=x-klingon\n\ncaf\xe9\n", typ: "text/plain", text: "café\n", defects: UnknownCharset},
		{name: "broken base64", raw: "Content-Transfer-Encoding: base64\n\naGVs*bG8gd29y\nbGQ\n", typ: "text/plain", text: "hello world\n", defects: BadEncoding},
		{name: "all is hidden", raw: "Content-Type: text/html\n\n<div style='display:none'>text <a href='http://a.example/'>x</a></div>", typ: "text/html", text: "text x\n", links: "http://a.example/", hidden: 5},
		{name: "all is quoted", raw: "Subject: a\n\n> one\n> two\n", typ: "text/plain", aside: "> one\n> two\n"},
		{name: "HTML without text: the first part tells more", raw: "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: text/html\n\n<a href='http://a.example/'><img src='http://b.example/c.png'></a>\n--b--\n", typ: "multipart/alternative", text: "plain\n", links: "http://a.example/ http://b.example/c.png"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := read(tt.raw)
			if m.Type != tt.typ || m.Defects != tt.defects || m.Hidden != tt.hidden {
				t.Errorf("type %q, defects %b, hidden %d, want %q, %b, %d", m.Type, m.Defects, m.Hidden, tt.typ, tt.defects, tt.hidden)
			}
			if diff := cmp.Diff(tt.text, string(m.Text)); diff != "" {
				t.Errorf("text:\n%s", diff)
			}
			if diff := cmp.Diff(tt.aside, string(m.Aside)); diff != "" {
				t.Errorf("aside:\n%s", diff)
			}
			var links []string
			for _, l := range m.Links {
				links = append(links, l.URL)
			}
			if diff := cmp.Diff(tt.links, strings.Join(links, " ")); diff != "" {
				t.Errorf("links:\n%s", diff)
			}
			if !strings.HasPrefix(string(m.Returned), tt.returned) || (m.Returned == nil) != (tt.returned == "") {
				t.Errorf("returned %q, want %q", m.Returned, tt.returned)
			}
			if (m.Quoted > 0) != (len(m.Aside) > 0 || m.Report != nil || m.Returned != nil || tt.name == "invitation" || tt.name == "signed with PGP") {
				t.Errorf("%d bytes quoted", m.Quoted)
			}
		})
	}
}

func TestMessageFields(t *testing.T) {
	m := read(plainMail)
	if got := m.Subject(); got != "Café um drei?" {
		t.Errorf("subject %q", got)
	}
	if diff := cmp.Diff([]Address{{"Müller, Anna", "anna@example.org"}}, m.From()); diff != "" {
		t.Errorf("from:\n%s", diff)
	}
	if diff := cmp.Diff([]Address{{"", "bob@example.net"}, {"Carol", "carol@example.net"}}, m.Addresses("to")); diff != "" {
		t.Errorf("to:\n%s", diff)
	}
	if at, ok := m.Date(); !ok || at.String() != "2026-03-03 09:14:58 +0000 UTC" {
		t.Errorf("date %v, %v", at, ok)
	}
	if got := m.MessageID(); got != "20260303101458.GA1234@example.org" {
		t.Errorf("message ID %q", got)
	}
	if got, ok := m.ReturnPath(); !ok || got != "anna@example.org" {
		t.Errorf("return path %q, %v", got, ok)
	}
	if a, ok := m.Sender(); ok {
		t.Errorf("sender %v", a)
	}
	if got, ok := read(postfixBounce).ReturnPath(); !ok || got != "" {
		t.Errorf("the null sender is %q, %v", got, ok)
	}
	if got, ok := read("A: b\n\n").ReturnPath(); ok {
		t.Errorf("return path %q without the field", got)
	}
}

// A teammate's test may build a Message by hand.
func TestMessageWithoutReader(t *testing.T) {
	m := &Message{Header: Header{{"Subject", "=?utf-8?q?=C3=A9?="}, {"From", "a@b"}}}
	if m.Subject() != "é" || len(m.From()) != 1 || m.MessageID() != "" {
		t.Errorf("subject %q, from %v", m.Subject(), m.From())
	}
}

func TestReadsOrdinaryMailWithoutAllocating(t *testing.T) {
	r := NewReader(Limits{})
	for _, s := range []string{plainMail, newsletter, qmailBounce, postfixBounce, exchangeReply} {
		raw := []byte(s)
		if n := testing.AllocsPerRun(100, func() {
			m := r.Read(raw)
			m.Subject()
			m.From()
			m.Date()
		}); n > 1 {
			t.Errorf("%.20q: %v allocations", s, n)
		}
	}
}
