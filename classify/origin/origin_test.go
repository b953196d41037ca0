package origin

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"qclean/scan/letter"
	"qclean/scan/spool"
)

// TestHops reads what MTAs really write.
func TestHops(t *testing.T) {
	for _, c := range []struct {
		name, field string
		want        Hop
	}{
		{"postfix", "from mail.example.net (mail.example.net [192.0.2.7]) by mx.example.com (Postfix) with ESMTP id 4F2 for <bob@example.com>; Mon, 1 Sep 2003 10:00:00 +0000",
			Hop{IP: "192.0.2.7", Name: "mail.example.net", Helo: "mail.example.net", By: "mx.example.com", to: "bob@example.com"}},
		{"postfix, no reverse name", "from pc (unknown [192.0.2.7]) by mx.example.com (Postfix) with SMTP id 4F2; x",
			Hop{IP: "192.0.2.7", Helo: "pc", By: "mx.example.com"}},
		{"postfix with login", "from [10.0.0.5] (dsl.example.net [192.0.2.8]) (using TLSv1.2 with cipher ECDHE (256/256 bits)) (No client certificate requested) (Authenticated sender: alice@example.com) by mx.example.com (Postfix) with ESMTPSA id 1; x",
			Hop{IP: "192.0.2.8", Name: "dsl.example.net", Helo: "[10.0.0.5]", By: "mx.example.com", Login: "alice@example.com", Auth: true}},
		{"postfix, IPv6", "from mail.example.net (mail.example.net [IPv6:2001:db8::25]) by mx.example.com (Postfix) with ESMTPS id 1; x",
			Hop{IP: "2001:db8::25", Name: "mail.example.net", Helo: "mail.example.net", By: "mx.example.com"}},
		{"postfix, local", "by mx.example.com (Postfix, from userid 33) id 1; x", Hop{By: "mx.example.com"}},
		{"exim", "from mail.example.net ([192.0.2.7]) by mx.example.com with esmtps (TLS1.3) tls TLS_AES_256 (Exim 4.96) (envelope-from <a@example.net>) id 1abcde-000001-1X for bob@example.com; x",
			Hop{IP: "192.0.2.7", Helo: "mail.example.net", By: "mx.example.com", to: "bob@example.com"}},
		{"exim, other name in HELO", "from dsl.example.net ([192.0.2.8] helo=pc) by mx.example.com with esmtp (Exim 4.96) id 1; x",
			Hop{IP: "192.0.2.8", Name: "dsl.example.net", Helo: "pc", By: "mx.example.com"}},
		{"exim, no reverse name, login", "from [192.0.2.8] (port=4711 helo=[10.0.0.5]) by mx.example.com with esmtpsa (TLS1.2) (Exim 4.96) id 1; x",
			Hop{IP: "192.0.2.8", Helo: "[10.0.0.5]", By: "mx.example.com", Auth: true}},
		{"exim, local", "from www-data by web.example.com with local (Exim 4.96) (envelope-from <www-data@web.example.com>) id 1; x",
			Hop{Helo: "www-data", By: "web.example.com"}},
		{"sendmail", "from mail.example.net (mail.example.net [192.0.2.7] (may be forged)) by mx.example.com (8.14.7/8.14.7) with ESMTP id h81; x",
			Hop{IP: "192.0.2.7", Name: "mail.example.net", Helo: "mail.example.net", By: "mx.example.com"}},
		{"sendmail with login", "from pc (dsl.example.net [192.0.2.8]) (authenticated bits=0) by mx.example.com (8.14.7/8.14.7) with ESMTP id h81 (version=TLSv1/SSLv3 cipher=AES verify=NOT); x",
			Hop{IP: "192.0.2.8", Name: "dsl.example.net", Helo: "pc", By: "mx.example.com", Auth: true}},
		{"sendmail with login named", "from pc (dsl.example.net [192.0.2.8]) (user=alice mech=PLAIN bits=0) by mx.example.com (8.12/8.12) with ESMTP id h81; x",
			Hop{IP: "192.0.2.8", Name: "dsl.example.net", Helo: "pc", By: "mx.example.com", Login: "alice", Auth: true}},
		{"exchange", "from EX1.example.net (192.0.2.9) by EX2.example.com (10.0.0.2) with Microsoft SMTP Server (version=TLS1_2) id 15.1.2507.6; x",
			Hop{IP: "192.0.2.9", Helo: "EX1.example.net", By: "EX2.example.com"}},
		{"exchange, IPv6", "from EX1.example.net (2001:db8::9) by EX2.example.com (2001:db8::2) with Microsoft SMTP Server id 15.20; x",
			Hop{IP: "2001:db8::9", Helo: "EX1.example.net", By: "EX2.example.com"}},
		{"internet mail service", "from mail.example.net ([192.0.2.7]) by mail.example.com with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2653.13) id ABCD1234; x",
			Hop{IP: "192.0.2.7", Helo: "mail.example.net", By: "mail.example.com"}},
		{"internet mail service, out of the store", "by mail.example.com with Internet Mail Service (5.5.2653.19) id <ABCD1234>; x", Hop{By: "mail.example.com"}},
		{"iis", "from pc ([192.0.2.8]) by mail.example.com with Microsoft SMTPSVC(6.0.3790.4675); x", Hop{IP: "192.0.2.8", Helo: "pc", By: "mail.example.com"}},
		{"qmail", "from unknown (HELO pc) (192.0.2.8) by mx.example.com with SMTP; x", Hop{IP: "192.0.2.8", Helo: "pc", By: "mx.example.com"}},
		{"qmail, reverse name", "from dsl.example.net (HELO pc) (192.0.2.8) by mx.example.com with SMTP; x",
			Hop{IP: "192.0.2.8", Name: "dsl.example.net", Helo: "pc", By: "mx.example.com"}},
		{"qmail, ident", "from dsl.example.net (HELO pc) (root@192.0.2.8) by mx.example.com with SMTP; x",
			Hop{IP: "192.0.2.8", Name: "dsl.example.net", Helo: "pc", By: "mx.example.com"}},
		{"qmail with login", "from unknown (HELO pc) (alice@example.com@192.0.2.8) by mx.example.com with ESMTPA; x",
			Hop{IP: "192.0.2.8", Helo: "pc", By: "mx.example.com", Login: "alice@example.com", Auth: true}},
		{"qmail queue", "(qmail 4711 invoked by uid 89); 1 Sep 2003 10:00:00 -0000", Hop{}},
		{"courier with login", "from pc (dsl.example.net [192.0.2.8]) (AUTH: LOGIN alice@example.com, TLS: TLSv1,128bits) by mx.example.com with ESMTP; x",
			Hop{IP: "192.0.2.8", Name: "dsl.example.net", Helo: "pc", By: "mx.example.com", Login: "alice@example.com", Auth: true}},
		{"mdaemon", "from dsl.example.net (pc [192.0.2.8]) by mx.example.com (MDaemon PRO v13.0.5) with ESMTPA id md50001; x",
			Hop{IP: "192.0.2.8", Helo: "dsl.example.net", By: "mx.example.com", Auth: true}},
		{"communigate", "from [192.0.2.8] (account alice@example.com HELO pc) by mx.example.com (CommuniGate Pro SMTP 5.1) with ESMTPA id 1; x",
			Hop{IP: "192.0.2.8", Helo: "[192.0.2.8]", By: "mx.example.com", Login: "alice@example.com", Auth: true}},
		{"squirrelmail", "from 192.0.2.8 (SquirrelMail authenticated user alice) by webmail.example.com with HTTP; x",
			Hop{IP: "192.0.2.8", Helo: "192.0.2.8", By: "webmail.example.com", Login: "alice", Auth: true, web: true}},
		{"gmail, internal", "by 2002:a05:6a10:1234:0:0:0:0 with SMTP id x1csp123; x", Hop{By: "2002:a05:6a10:1234:0:0:0:0"}},
		{"gmail", "from mail-wm1-f41.google.com (mail-wm1-f41.google.com. [192.0.2.41]) by mx.google.com with SMTPS id x for <bob@example.com> (Google Transport Security); x",
			Hop{IP: "192.0.2.41", Name: "mail-wm1-f41.google.com", Helo: "mail-wm1-f41.google.com", By: "mx.google.com", to: "bob@example.com"}},
		{"an address in HELO is not the client's", "from [10.9.9.9] (pc [192.0.2.8]) by mx.example.com with SMTP; x", Hop{IP: "192.0.2.8", Helo: "[10.9.9.9]", By: "mx.example.com"}},
		{"a comment and no name", "from (Authenticated sender: x) by mx.example.com with SMTP; x", Hop{By: "mx.example.com", Login: "x", Auth: true}},
		{"by in a name", "from by.example.net (by.example.net [192.0.2.7]) by mx.example.com with SMTP; x", Hop{IP: "192.0.2.7", Name: "by.example.net", Helo: "by.example.net", By: "mx.example.com"}},
		{"mapped IPv4", "from pc ([::ffff:192.0.2.8]) by mx.example.com with SMTP; x", Hop{IP: "192.0.2.8", Helo: "pc", By: "mx.example.com"}},
		{"empty", "", Hop{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, parse(c.field), cmp.AllowUnexported(Hop{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func trust(networks ...string) Trust {
	return func(ip string) bool {
		a, err := netip.ParseAddr(ip)
		for _, n := range networks {
			if err == nil && netip.MustParsePrefix(n).Contains(a) {
				return true
			}
		}
		return false
	}
}

const (
	edge    = "from mx1.example.com ([192.0.2.11]) by mail.example.com with SMTP; x"
	outside = "from bot.example.net (bot.example.net [198.51.100.7]) by mx1.example.com (Postfix) with ESMTP id 1 for <alice@example.com>; x"
	forged  = "from bank.example.org (bank.example.org [203.0.113.1]) by mx.example.net (Postfix) (Authenticated sender: boss) with ESMTPA id 1; x"
	filter  = "from localhost (localhost [127.0.0.1]) by mx1.example.com (amavisd-new) with ESMTP id 1; x"
	pipe    = "by mx1.example.com (Postfix, from userid 65534) id 1; x"
	login   = "from pc (dsl.example.net [198.51.100.9]) (Authenticated sender: alice) by mx1.example.com (Postfix) with ESMTPSA id 1; x"
)

// TestReadsNoFurtherThanTheLastTrustedHost holds the chain to what our own
// hosts wrote.
func TestReadsNoFurtherThanTheLastTrustedHost(t *testing.T) {
	ours := trust("192.0.2.0/28")
	for _, c := range []struct {
		name  string
		trace []string
		env   spool.Envelope
		trust Trust
		want  Facts
	}{
		{"no trust, one hop", []string{outside, forged}, spool.Envelope{}, nil,
			Facts{IP: "198.51.100.7", Name: "bot.example.net", Helo: "bot.example.net", By: "mx1.example.com", For: "alice@example.com", Hops: 1}},
		{"no trust stops at the relay", []string{edge, outside}, spool.Envelope{}, nil, Facts{IP: "192.0.2.11", Helo: "mx1.example.com", By: "mail.example.com", Hops: 1}},
		{"trusted relay", []string{edge, outside, forged}, spool.Envelope{}, ours,
			Facts{IP: "198.51.100.7", Name: "bot.example.net", Helo: "bot.example.net", By: "mail.example.com", For: "alice@example.com", Hops: 2}},
		{"content filter on the same host", []string{filter, outside, forged}, spool.Envelope{}, ours,
			Facts{IP: "198.51.100.7", Name: "bot.example.net", Helo: "bot.example.net", By: "mx1.example.com", For: "alice@example.com", Hops: 2}},
		{"what a local program wrote below its own host's field is read", []string{pipe, outside, forged}, spool.Envelope{}, ours,
			Facts{IP: "198.51.100.7", Name: "bot.example.net", Helo: "bot.example.net", By: "mx1.example.com", For: "alice@example.com", Hops: 2}},
		{"and what it made up of other hosts is not", []string{pipe, forged}, spool.Envelope{}, ours, Facts{By: "mx1.example.com", Hops: 1}},
		{"login at the edge", []string{edge, login, forged}, spool.Envelope{}, ours,
			Facts{IP: "198.51.100.9", Name: "dsl.example.net", Helo: "pc", AuthUser: "alice", Auth: true, By: "mail.example.com", Hops: 2}},
		{"a forged login below is none", []string{outside, forged}, spool.Envelope{}, ours,
			Facts{IP: "198.51.100.7", Name: "bot.example.net", Helo: "bot.example.net", By: "mx1.example.com", For: "alice@example.com", Hops: 1}},
		{"the queue's own record wins", []string{forged}, spool.Envelope{ClientIP: "198.51.100.7", ClientName: "c.example.net", Helo: "c", AuthUser: "carol"}, ours,
			Facts{IP: "198.51.100.7", Name: "c.example.net", Helo: "c", AuthUser: "carol", Auth: true, By: "mx.example.net", Hops: 1}},
		{"the queue's client is our relay", []string{edge, outside}, spool.Envelope{ClientIP: "192.0.2.11", ClientName: "mx1.example.com"}, ours,
			Facts{IP: "198.51.100.7", Name: "bot.example.net", Helo: "bot.example.net", By: "mail.example.com", For: "alice@example.com", Hops: 2}},
		{"no trace", nil, spool.Envelope{}, ours, Facts{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := &letter.Message{}
			for _, v := range c.trace {
				m.Header = append(m.Header, letter.Field{Name: "Received", Value: v})
			}
			if diff := cmp.Diff(c.want, Of(m, &c.env, c.trust), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLoginFieldsNeedALogin(t *testing.T) {
	m := &letter.Message{Header: letter.Header{
		{Name: "Received", Value: "from pc ([198.51.100.9]) by mx.example.com with esmtpsa (Exim 4.96) id 1; x"},
		{Name: "X-Authenticated-Sender", Value: "mx.example.com: alice@example.com"},
	}}
	if got := Of(m, &spool.Envelope{}, nil).AuthUser; got != "alice@example.com" {
		t.Errorf("login %q", got)
	}
	m.Header[0].Value = strings.Replace(m.Header[0].Value, "esmtpsa", "esmtp", 1)
	if got := Of(m, &spool.Envelope{}, nil).AuthUser; got != "" {
		t.Errorf("anybody can write that field, and got %q", got)
	}
}

func TestHopsAreBounded(t *testing.T) {
	m := &letter.Message{}
	for range 10 * maxHops {
		m.Header = append(m.Header, letter.Field{Name: "Received", Value: edge})
	}
	if got := Of(m, &spool.Envelope{}, trust("0.0.0.0/0")).Hops; got != maxHops {
		t.Errorf("%d hops", got)
	}
}

func FuzzReceived(f *testing.F) {
	for _, v := range []string{edge, outside, forged, filter, pipe, login, "from ((((((", "from [::1", "from x (AUTH:", "by ", "from x ([IPv6:]) by y", "from a (b@c@1.2.3.4) by d with ESMTPA for <e@f>"} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		h := parse(v)
		if h.IP != "" {
			if _, err := netip.ParseAddr(h.IP); err != nil {
				t.Errorf("%q is no address: %v", h.IP, err)
			}
		}
		for _, s := range []string{h.By, h.Login, h.to, h.Name} {
			if strings.ContainsAny(s, " \t()") {
				t.Errorf("%q is no word", s)
			}
		}
	})
}
