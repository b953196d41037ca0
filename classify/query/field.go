package query

import (
	"strings"
	"time"

	"qclean/classify"
)

// Item is one message as the selector sees it.
type Item struct {
	Record      *classify.Record
	Message     classify.Message   // the same where it lies; only for who keeps it
	Campaign    *classify.Campaign // nil when it was not grouped
	Quarantined bool
	Since       time.Time // what age counts from; zero: its arrival
	// Text reads the message again and gives its decoded subject and visible
	// text. It is only called by selectors that ask for text.
	Text func() (string, error)
	// Match reads the message again and holds it against a portable fingerprint.
	Match func(print string) (bool, error)
}

func (i *Item) since() time.Time {
	if i.Since.IsZero() {
		return i.Record.Arrived
	}
	return i.Since
}

// Field is one fact that a selector can name. One row here is a name in
// --where, and with Flag set also a flag, its help and its completion.
type Field struct {
	Name  string // in an expression
	Help  string
	Get   func(*Item, time.Time) any
	Flag  string                                   // without dashes; "" when there is no flag for it
	Value string                                   // what the flag takes, for help: ADDR, DOMAIN; "" for a flag that is only set
	Terms func(name, value string) (string, error) // the expression for one value of the flag
}

// CampaignFacts is what `campaign.` offers in an expression.
type CampaignFacts struct {
	ID      string `expr:"id"`
	Count   int    `expr:"count"`
	Bytes   int    `expr:"bytes"`
	Senders int    `expr:"senders"`
	NDRs    int    `expr:"ndrs"`
	Weak    bool   `expr:"weak"`
	Verdict string `expr:"verdict"`
	Score   int    `expr:"score"`
}

// Fields lists every fact, in the order in which help shows them.
func Fields() []Field {
	return []Field{
		{Name: "fingerprint", Help: "campaign: its ID or any unique prefix, or a portable qf1-… fingerprint",
			Flag: "fingerprint", Value: "FP", Terms: campaignTerm,
			Get: func(i *Item, _ time.Time) any { return string(i.Record.Campaign) }},
		{Name: "from", Help: "envelope sender; * stands for anything, <> for the null sender",
			Flag: "from", Value: "ADDR", Terms: likeTerm,
			Get: func(i *Item, _ time.Time) any { return i.Record.Sender() }},
		{Name: "from_domain", Help: "domain of the envelope sender, or one below it",
			Flag: "from-domain", Value: "DOMAIN", Terms: underTerm,
			Get: func(i *Item, _ time.Time) any { return classify.Domain(i.Record.From) }},
		{Name: "to", Help: "an envelope recipient; * stands for anything",
			Flag: "to", Value: "ADDR", Terms: likeTerm,
			Get: func(i *Item, _ time.Time) any { return i.Record.To }},
		{Name: "to_domain", Help: "domain of an envelope recipient, or one below it",
			Flag: "to-domain", Value: "DOMAIN", Terms: underTerm,
			Get: func(i *Item, _ time.Time) any { return classify.Domains(i.Record.To) }},
		{Name: "subject", Help: "part of the decoded subject; with * the whole of it",
			Flag: "subject", Value: "TEXT", Terms: hasTerm,
			Get: func(i *Item, _ time.Time) any { return i.Record.Subject }},
		{Name: "size", Help: "bytes on disk: 10k..50k, 1M.., ..2k",
			Flag: "size", Value: "RANGE", Terms: sizeTerm,
			Get: func(i *Item, _ time.Time) any { return int(i.Record.Size) }},
		{Name: "age", Help: "time in the queue: 2d.., ..6h, 1h..3d",
			Flag: "age", Value: "RANGE", Terms: ageTerm,
			Get: func(i *Item, now time.Time) any { return now.Sub(i.since()) }},
		{Name: "queue", Help: "queue that the message lies in, or was taken from",
			Flag: "queue", Value: "NAME", Terms: likeTerm,
			Get: func(i *Item, _ time.Time) any { return i.Record.Queue }},
		{Name: "id", Help: "queue ID or file name",
			Flag: "id", Value: "ID", Terms: idTerm,
			Get: func(i *Item, _ time.Time) any { return string(i.Record.ID) }},
		{Name: "ndr", Help: "the message says that mail was not delivered, or not yet",
			Get: func(i *Item, _ time.Time) any { return i.Record.NDR() }},
		{Name: "kind", Help: "ndr-failed, ndr-delayed, dsn-success, mdn, arf, autoreply, report or mail",
			Get: func(i *Item, _ time.Time) any { return i.Record.Kind.String() }},
		{Name: "null", Help: "the envelope sender is <>",
			Get: func(i *Item, _ time.Time) any { return i.Record.Null }},
		{Name: "rcpt", Help: "envelope recipients, the same as to",
			Get: func(i *Item, _ time.Time) any { return i.Record.To }},
		{Name: "recipients", Help: "how many recipients still wait",
			Get: func(i *Item, _ time.Time) any { return i.Record.Recipients }},
		{Name: "header_from", Help: "address in the From field",
			Get: func(i *Item, _ time.Time) any { return i.Record.HeaderFrom }},
		{Name: "auth_user", Help: "login that handed the message in",
			Flag: "auth-user", Value: "LOGIN", Terms: likeTerm,
			Get: func(i *Item, _ time.Time) any { return i.Record.AuthUser }},
		{Name: "source_ip", Help: "address of the client that handed it in, or a network",
			Flag: "source-ip", Value: "IP", Terms: netTerm,
			Get: func(i *Item, _ time.Time) any { return i.Record.SourceIP }},
		{Name: "reason", Help: "why the last delivery was put off",
			Get: func(i *Item, _ time.Time) any { return i.Record.Reason }},
		{Name: "frozen", Help: "held or frozen by the MTA",
			Get: func(i *Item, _ time.Time) any { return i.Record.Frozen }},
		{Name: "links", Help: "domains that the message links to",
			Get: func(i *Item, _ time.Time) any { return i.Record.Links }},
		{Name: "verdict", Help: "what the message is doing in the queue: " + strings.Join(verdicts(), ", "),
			Flag: "verdict", Value: "WORD,…", Terms: verdictTerm,
			Get: func(i *Item, _ time.Time) any { return i.Record.Call.String() }},
		{Name: "likely", Help: "the evidence for the verdict is thin",
			Get: func(i *Item, _ time.Time) any { return i.Record.Likely }},
		{Name: "unwanted", Help: "the verdict is one of those for mail to clean up",
			Get: func(i *Item, _ time.Time) any { return i.Record.Call.Unwanted() }},
		{Name: "known", Help: "matches the list of known fingerprints (qclean fp)",
			Flag: "known", Terms: trueTerm,
			Get: func(i *Item, _ time.Time) any { return i.Record.Known != "" }},
		{Name: "bounce_of", Help: "campaign of the message that this report is about",
			Get: func(i *Item, _ time.Time) any { return string(i.Record.BounceOf) }},
		{Name: "weak", Help: "the campaign's text alone is too little to go by",
			Get: func(i *Item, _ time.Time) any { return i.Record.Weak }},
		{Name: "quarantined", Help: "the message lies in quarantine",
			Get: func(i *Item, _ time.Time) any { return i.Quarantined }},
		{Name: "campaign", Help: "its campaign: campaign.id, .count, .bytes, .senders, .ndrs, .weak, .verdict, .score",
			Get: func(i *Item, _ time.Time) any { return factsOf(i.Campaign) }},
	}
}

func factsOf(c *classify.Campaign) CampaignFacts {
	if c == nil {
		return CampaignFacts{}
	}
	return CampaignFacts{ID: string(c.ID), Count: c.Count, Bytes: int(c.Bytes), Senders: c.Senders.Distinct, NDRs: c.NDRs, Weak: c.Weak != "",
		Verdict: c.Verdict.Call.String(), Score: c.Verdict.Score}
}
