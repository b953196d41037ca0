package relay

// Family is a kind of form: what falls for one member falls for all of them.
type Family uint8

// The families, in the order of their first form.
const (
	Plain Family = iota
	NullSender
	OwnSender
	Percent
	Quoted
	TwoAts
	Route
	Bang
	Bare
	NullDomain
	Dot
	Literal
	Encapsulated
)

// sender tells whether the sender is what the family tries, and not the recipient.
func (f Family) sender() bool {
	return f == Plain || f == NullSender || f == OwnSender || f == Bare
}

// Page is what is known about a family.
type Page struct {
	Name   string
	Falls  string    // which servers fall for it
	Closes []Setting // one for each of Postfix, Exim, sendmail and Exchange
}

// Setting is what closes a hole in one server.
type Setting struct{ Server, Text string }

func closes(postfix, exim, sendmail, exchange string) []Setting {
	return []Setting{{"Postfix", postfix}, {"Exim", exim}, {"sendmail", sendmail}, {"Exchange", exchange}}
}

// Page gives the family's page.
func (f Family) Page() Page { return pages()[f] }

// String is the family's name.
func (f Family) String() string { return f.Page().Name }

func pages() [Encapsulated + 1]Page {
	return [...]Page{
		Plain: {"plain", "sendmail before 8.9, Exchange 5.5 with rerouting on, every server whose trusted networks are too wide.", closes(
			"mynetworks with our own networks only (postconf mynetworks), and smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination",
			"hostlist relay_from_hosts with our own hosts only; in acl_check_rcpt: require domains = +local_domains : +relay_to_domains",
			"remove FEATURE(`promiscuous_relay'), FEATURE(`relay_based_on_MX') and wide RELAY lines from the access map",
			"5.5: Internet Mail Service, Routing, \"Do not reroute incoming SMTP mail\", or Routing Restrictions by address and login; 2000/2003: virtual server, Access, Relay, \"Only the list below\"; later: take ms-Exch-SMTP-Accept-Any-Recipient from ANONYMOUS LOGON on the receive connector (Remove-ADPermission)")},
		NullSender: {"null sender", "Lotus SMTP MTA up to 4.6.4, and servers whose access table allows the null sender before the recipient is looked at.", closes(
			"no OK for <> in check_sender_access (smtpd_null_access_lookup_key) before reject_unauth_destination",
			"no accept with senders = : before the relay check in acl_check_rcpt",
			"no RELAY or OK for <> in the access map",
			"as for the plain form; the null sender has no permission of its own")},
		OwnSender: {"our own sender", "Servers that let mail out by its sender: anybody can write one.", closes(
			"no check_sender_access with OK before reject_unauth_destination; reject_sender_login_mismatch for logins",
			"no accept with sender_domains = +local_domains; relay only by host (relay_from_hosts) and login (authenticated = *)",
			"remove FEATURE(`relay_local_from') and FEATURE(`relay_mail_from')",
			"5.5: in Routing Restrictions go by address or login, never by sender; later: take ms-Exch-SMTP-Accept-Authoritative-Domain-Sender from ANONYMOUS LOGON, which also stops spoofing")},
		Percent: {"percent hack", "sendmail with loose_relay_check, Lotus SMTP MTA up to 4.6.4, qmail with control/percenthack, Exim with percent_hack_domains. Exchange 5.5 and 2000, MS SMTP and qmail accept it as local and bounce it later: no relay, but a source of backscatter.", closes(
			"allow_untrusted_routing = no (the default); allow_percent_hack = yes (the default) resolves it before the check",
			"leave percent_hack_domains empty (the default); deny local_parts = ^[./|] : ^.*[@%!] as in the default acl_check_rcpt",
			"remove FEATURE(`loose_relay_check')",
			"5.5: Service Pack 3 or later, and rerouting off; 2003 and later: recipient filter on, so that it is refused and not bounced")},
		Quoted: {"quoted local part", "Backup MX hosts that hand on what they cannot read, and OpenSMTPD 5.7.3 at RCPT. Exchange, MS SMTP and qmail accept it as local and bounce it later.", closes(
			"resolve_dequoted_address = yes and allow_untrusted_routing = no (the defaults)",
			"deny local_parts = ^.*[@%!/|] in acl_check_rcpt; require verify = recipient",
			"remove FEATURE(`loose_relay_check'); check_rcpt takes the quotes off since 8.9",
			"5.5: Service Pack 3 or later; 2003 and later: recipient filter on (Set-RecipientFilterConfig -RecipientValidationEnabled $true)")},
		TwoAts: {"two @", "A Postfix with resolve_dequoted_address = no in front of a sendmail; old gateways that cut at the last @ and look again.", closes(
			"resolve_dequoted_address = yes and allow_untrusted_routing = no (the defaults); strict_rfc821_envelopes = yes",
			"nothing: two @ are a syntax error; keep deny local_parts = ^.*[@%!/|]",
			"remove FEATURE(`loose_relay_check')",
			"5.5: Service Pack 3 or later; later versions answer with a syntax error")},
		Route: {"source route", "Gateways that check the first host of a route and not the last address.", closes(
			"reject_unauth_destination in smtpd_relay_restrictions: Postfix drops the route before it checks",
			"require domains = +local_domains : +relay_to_domains: Exim drops the route before it checks",
			"remove FEATURE(`loose_relay_check')",
			"as for the plain form")},
		Bang: {"UUCP path", "Mail gateways with UUCP rewriting, sendmail without nouucp. qmail and MS SMTP accept it as local and bounce it later.", closes(
			"allow_untrusted_routing = no (the default); swap_bangpath = yes (the default) resolves it before the check",
			"deny local_parts = ^.*[@%!/|] in acl_check_rcpt",
			"FEATURE(`nouucp', `reject')",
			"2003 and later: recipient filter on, so that it is refused and not bounced")},
		Bare: {"sender without domain", "Servers that complete addresses for everybody and then trust their own domain.", closes(
			"no check_sender_access with OK before reject_unauth_destination; reject_non_fqdn_sender; local_header_rewrite_clients = permit_inet_interfaces",
			"leave sender_unqualified_hosts unset (the default)",
			"remove FEATURE(`accept_unqualified_senders') and FEATURE(`relay_local_from')",
			"as for the plain form; 5.5 completes nothing once rerouting is off")},
		NullDomain: {"empty domain", "Postfix before 2.1 and OpenSMTPD 5.7.3, which take it for local.", closes(
			"resolve_null_domain = no (the default since 2.1)",
			"nothing: it is a syntax error",
			"remove FEATURE(`loose_relay_check')",
			"nothing: it is a syntax error")},
		Dot: {"trailing dot", "Filters in front of a server that compare strings where the server asks the DNS.", closes(
			"reject_unauth_destination: Postfix drops the dot before it checks",
			"strip_trailing_dot = no (the default), which makes it a syntax error",
			"check_rcpt drops the dot; look for wide entries in the access map",
			"as for the plain form")},
		Literal: {"address literal", "Servers whose list of relay domains is of names only, with a rule that lets the rest through.", closes(
			"reject_unauth_destination; resolve_numeric_domain = no (the default)",
			"allow_domain_literals = no (the default)",
			"no RELAY for bare networks that are not ours in the access map",
			"as for the plain form")},
		Encapsulated: {"encapsulated address", "Exchange 5.5 before the hotfix of MS99-027 (KB 237927) or Service Pack 3: it relays the address inside, with rerouting off.", closes(
			"nothing: it is a local part like any other; local_recipient_maps refuses it",
			"nothing: it is a local part like any other; require verify = recipient refuses it",
			"nothing: it is a local part like any other; the mailer refuses an unknown user",
			"5.5: Service Pack 3 or later; 2003 and later: recipient filter on")},
	}
}
