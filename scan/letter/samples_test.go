package letter

import "strings"

// crlf writes a sample as it travels.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

// samples are messages such as stand in queues, sound and broken.
var samples = []string{
	plainMail, newsletter, postfixBounce, qmailBounce, eximBounce, exchangeReply, gmailForward,
	complaint, receipt, pictureMail, clearsigned, invitation, brokenBoundary, nested,
	"", "\n", "no header at all\nand some text\n", "From nobody Thu Jan  1 00:00:00 1970\nSubject: x\n\ny\n",
	"Subject: a\rFrom: b@c\r\rtext\rmore\r", "\xef\xbb\xbfSubject: mark\n\ntext",
	"Subject: =?utf-8?B?w6k=?= =?iso-8859-1?q?=E9_x?= =?broken?Q?\n\n",
	"Content-Type: text/html\n\n<p hidden>a<p>b<a href=http://1071396130/>c",
}

var plainMail = crlf(`Return-Path: <anna@example.org>
Received: from mail.example.org (mail.example.org [192.0.2.7])
	by mx.example.net (Postfix) with ESMTP id 4F2A1
	for <bob@example.net>; Tue, 3 Mar 2026 10:15:00 +0100 (CET)
From: "Müller, Anna" <anna@example.org>
To: bob@example.net, Carol <carol@example.net>
Subject: =?utf-8?Q?Caf=C3=A9_um_drei=3F?=
Date: Tue, 3 Mar 2026 10:14:58 +0100
Message-ID: <20260303101458.GA1234@example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Hallo Bob,

treffen wir uns um drei im Caf=E9? Der Plan steht auf http://example.org=
/plan.html.

On Monday, Bob wrote:
> Hallo Anna,
> wann?

Gr=FC=DFe
-- =20
Anna
`)

var newsletter = crlf(`From: Shop <news@shop.example>
To: list@example.com
Subject: Deals
Date: Mon, 02 Mar 2026 08:00:00 GMT
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_part"

This is a multi-part message in MIME format.
--=_part
Content-Type: text/plain; charset=utf-8

Plain deals at http://shop.example/plain
--=_part
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

PGh0bWw+PGhlYWQ+PHRpdGxlPnRoZSB0aXRsZTwvdGl0bGU+PHN0eWxlPnAge2NvbG9yOnJlZH08
L3N0eWxlPjwvaGVhZD48Ym9keT48ZGl2IHN0eWxlPSJkaXNwbGF5Om5vbmUiPnByZWhlYWRlcjwv
ZGl2PjxwPkRlYWxzIGZvciA8Yj55b3U8L2I+ITwvcD48YSBocmVmPSJodHRwOi8vY2xpY2suc2hv
cC5leGFtcGxlL2E/Yj0xJmFtcDtjPTIiPkNsaWNrIGhlcmU8L2E+PGltZyBzcmM9Imh0dHBzOi8v
aW1nLnNob3AuZXhhbXBsZS9waXhlbC5naWYiPjwvYm9keT48L2h0bWw+
--=_part--
epilogue
`)

var postfixBounce = crlf(`Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: spammer@example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="9B7F2.1234567890/mx.example.net"

This is a MIME-encapsulated message.

--9B7F2.1234567890/mx.example.net
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.net.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<nobody@example.org>: host mail.example.org[192.0.2.9] said: 550 5.1.1 User unknown

--9B7F2.1234567890/mx.example.net
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 9B7F2
Arrival-Date: Tue,  3 Mar 2026 10:15:00 +0100 (CET)

Final-Recipient: rfc822; nobody@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User
    unknown

Final-Recipient: rfc822; other@example.org
Action: delayed
Status: 4.4.1

--9B7F2.1234567890/mx.example.net
Content-Description: Undelivered Message
Content-Type: message/rfc822

From: spammer@example.com
Subject: buy
Message-ID: <1@example.com>

Buy now at http://pills.example/
--9B7F2.1234567890/mx.example.net--
`)

var qmailBounce = `From: MAILER-DAEMON@host.example
To: anna@example.org
Subject: failure notice

Hi. This is the qmail-send program at host.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<bob@example.net>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <anna@example.org>
Subject: hello
From: anna@example.org

the original text
`

var eximBounce = `From: Mail Delivery System <Mailer-Daemon@exim.example>
To: anna@example.org
Subject: Mail delivery failed: returning message to sender
X-Failed-Recipients: bob@example.net

This message was created automatically by mail delivery software.

  bob@example.net
    unrouteable address

------ This is a copy of the message, including all the headers. ------
------ The body of the message is 8907 characters long; only the first
------ 100 or so are included here.

Return-path: <anna@example.org>
From: anna@example.org
Subject: hello

the original text
`

var exchangeReply = crlf(`From: "Smith, John" <john@corp.example>
To: anna@example.org
Subject: RE: plan
Content-Type: text/html; charset="us-ascii"

<html><body><p>Fine with me.</p><p>John</p>
<div style="border:none;border-top:solid #E1E1E1 1.0pt">
<p><b>From:</b> Anna &lt;anna@example.org&gt;<br><b>Sent:</b> Tuesday, March 3, 2026 10:14 AM<br>
<b>To:</b> John<br><b>Subject:</b> plan</p></div>
<p>The old text, see <a href="http://old.example/">here</a>.</p></body></html>
`)

var gmailForward = crlf(`From: Anna <anna@gmail.example>
To: bob@example.net
Subject: Fwd: offer
Content-Type: text/html; charset="UTF-8"

<div dir="ltr">Is this spam?<br><div class="gmail_quote"><div dir="ltr">---------- Forwarded message ---------<br>
From: <b>Crook</b> &lt;crook@example.com&gt;<br>Subject: offer<br></div>Buy at <a href="http://crook.example/x">crook.example</a></div></div>
`)

var complaint = crlf(`From: <abusedesk@example.com>
Subject: FW: Earn money
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
     boundary="part1_13d.2e68ed54_boundary"

--part1_13d.2e68ed54_boundary
Content-Type: text/plain; charset="US-ASCII"
Content-Transfer-Encoding: 7bit

This is an email abuse report.

--part1_13d.2e68ed54_boundary
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1

--part1_13d.2e68ed54_boundary
Content-Type: text/rfc822-headers
Content-Disposition: inline

From: <somespammer@example.net>
Subject: Earn money

--part1_13d.2e68ed54_boundary--
`)

var receipt = crlf(`From: Joe <joe@example.com>
Subject: Disposition notification
Content-Type: multipart/report; report-type=disposition-notification; boundary="RAA14128.773615765/example.com"

--RAA14128.773615765/example.com

The message was displayed.

--RAA14128.773615765/example.com
Content-Type: message/disposition-notification

Reporting-UA: joes-pc.cs.example.com; Foomail 97.1
Disposition: manual-action/MDN-sent-manually; displayed

--RAA14128.773615765/example.com--
`)

var pictureMail = crlf(`From: a@b.example
Subject: picture
Content-Type: multipart/related; boundary=rel

--rel
Content-Type: text/html

<img src="cid:1">
--rel
Content-Type: image/gif; name*0*=utf-8''caf%C3%A9; name*1=.gif
Content-Transfer-Encoding: base64
Content-Disposition: inline; filename="=?utf-8?Q?caf=C3=A9.gif?="

R0lGODlhAwAFAIAAAAAAAP///yH5BAAAAAAALAAAAAADAAUAAAIEhI+pWQA7
--rel--
`)

var clearsigned = `From: a@b.example
Subject: signed

-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

Hello there, this is signed.
-----BEGIN PGP SIGNATURE-----
Version: GnuPG v2

iQEcBAEBCAAGBQJTxample1234567890abcdefghijklmnopqrstuvwxyzABCDEF
=abcd
-----END PGP SIGNATURE-----

After the signature.
`

var invitation = crlf(`From: a@b.example
Subject: meeting
Content-Type: multipart/alternative; boundary=cal

--cal
Content-Type: text/plain

Come to the meeting.
--cal
Content-Type: text/calendar; method=REQUEST

BEGIN:VCALENDAR
END:VCALENDAR
--cal--
`)

var brokenBoundary = `From: a@b.example
Subject: broken
Content-Type: multipart/mixed; boundary="not-the-one"

--the-one
Content-Type: text/plain

first
--the-one
Content-Type: text/plain

second
`

var nested = `From: a@b.example
Subject: nested
Content-Type: multipart/mixed; boundary="a"

--a
Content-Type: multipart/alternative; boundary="ab"

--ab

plain
--ab
Content-Type: multipart/related; boundary="c"

--c
Content-Type: text/html

<p>rich</p>
--c--
--ab--
--a
Content-Type: text/plain; name=notes.txt
Content-Disposition: attachment; filename=notes.txt

attached
--a
Content-Type: message/rfc822

Subject: inner

inner text
--a--
`

// pages are pieces of HTML that lexers get wrong.
var pages = []string{
	"<p>a<b>b</b> c&amp;d</p>", "<!-- x --><!--><!---><!-- a --!>b<!--x", "<a href='x' b=c d>e</a x>", "<script>a<b></script>c",
	"<style>x</styl></style >y", "<title>a&lt;b</title>", "<textarea><b></textarea>", "a<b", "a < b <", "</>a</ b>c", "<?php x ?>y", "<!doctype html>z",
	"<![CDATA[x]]>y", "<script><!--<script></script>--></script>z", "<plaintext>a</plaintext>b", "<xmp><b></xmp>", "<a/b=c/d>", "<a =x=y>", "<p a=\">\">b",
	"<iframe>a</iframe>b", "<a b='", "<a b=c", "<br/>", "<IMG SRC=x>", "<a\x00b c\x00=d>", "&#x41;&#65&notit;&copy=1", "<a href=?a&copy=1&amp;lt=2&lt>", "<<<<", "<a b = \"c\"d>",
}
