package dnsbl

// Zones is the default list: well kept, in wide use, and with a way out.
func Zones() []Zone {
	return []Zone{
		{
			Name: "zen.spamhaus.org", Lists: IPv4 | IPv6,
			Means:  "most of the world's mail servers refuse mail from here",
			Remove: "https://check.spamhaus.org/ (a listing in XBL or CSS ends by itself once the abuse does)",
			Codes: []Code{
				{Value: [3]byte{0, 0, 2}, Means: "SBL: spam source or spam support"},
				{Value: [3]byte{0, 0, 3}, Means: "CSS: sends mail of low reputation"},
				{Value: [3]byte{0, 0, 4}, Means: "XBL: infected or abused host"},
				{Value: [3]byte{0, 0, 9}, Means: "DROP: hijacked or criminal network"},
				{Value: [3]byte{0, 0, 10}, Means: "PBL: the provider says that no mail comes from here directly"},
				{Value: [3]byte{0, 0, 11}, Means: "PBL: no mail is expected from here directly"},
				{Value: [3]byte{0, 0, 30}, Means: "BCL: botnet controller"},
			},
		},
		{
			Name: "bl.spamcop.net", Lists: IPv4,
			Means:  "recipients or spam traps reported mail from here in the last hours",
			Remove: "ends by itself about 24 hours after the last report; https://www.spamcop.net/bl.shtml",
		},
		{
			Name: "b.barracudacentral.org", Lists: IPv4,
			Means:  "Barracuda's filters saw spam from here; the list answers registered resolvers only",
			Remove: "https://www.barracudacentral.org/rbl/removal-request",
		},
		{
			Name: "psbl.surriel.com", Lists: IPv4,
			Means:  "sent mail to a spam trap and is no known mail server",
			Remove: "https://psbl.org/remove",
		},
		{
			Name: "ips.backscatterer.org", Lists: IPv4,
			Means:  "sent bounces to people who never wrote (backscatter), or checks senders by calling back",
			Remove: "ends by itself four weeks after the last bounce; https://www.backscatterer.org/",
		},
		{
			Name: "dbl.spamhaus.org", Lists: Names,
			Means:  "the domain is seen in spam, as a sender or a link",
			Remove: "https://check.spamhaus.org/",
			Tests:  []string{"dbltest.com"},
			Codes: []Code{
				{Value: [3]byte{0, 1, 2}, Means: "spam domain"},
				{Value: [3]byte{0, 1, 4}, Means: "phishing domain"},
				{Value: [3]byte{0, 1, 5}, Means: "malware domain"},
				{Value: [3]byte{0, 1, 6}, Means: "domain of a botnet controller"},
				{Value: [3]byte{0, 1, 102}, Means: "an honest domain, abused for spam"},
				{Value: [3]byte{0, 1, 103}, Means: "an honest redirector, abused for spam"},
				{Value: [3]byte{0, 1, 104}, Means: "an honest domain, abused for phishing"},
				{Value: [3]byte{0, 1, 105}, Means: "an honest domain, abused for malware"},
				{Value: [3]byte{0, 1, 106}, Means: "an honest domain, abused by a botnet controller"},
				{Value: [3]byte{0, 1, 255}, Means: "asked about an address, which this list does not take", Refused: true},
			},
		},
		{
			Name: "multi.surbl.org", Lists: Names, Bits: true,
			Means:  "the domain is linked to from spam",
			Remove: "https://surbl.org/surbl-analysis",
			Tests:  []string{"test.surbl.org", "surbl-org-permanent-test-point.com"},
			Codes: []Code{
				{Value: [3]byte{0, 0, 8}, Means: "PH: phishing"},
				{Value: [3]byte{0, 0, 16}, Means: "MW: malware"},
				{Value: [3]byte{0, 0, 64}, Means: "ABUSE: linked to from spam"},
				{Value: [3]byte{0, 0, 128}, Means: "CR: cracked site"},
			},
		},
		{
			Name: "multi.uribl.com", Lists: Names, Bits: true,
			Means:  "the domain is linked to from spam",
			Remove: "https://admin.uribl.com/",
			Tests:  []string{"test.uribl.com"},
			Codes: []Code{
				{Value: [3]byte{0, 0, 2}, Means: "black: a spammer's domain"},
				{Value: [3]byte{0, 0, 4}, Means: "grey: bulk mail, perhaps wanted by some"},
				{Value: [3]byte{0, 0, 8}, Means: "red: young or hidden, seen in much mail"},
			},
		},
	}
}
