package main

import (
	"strings"

	"qclean/cmd/ui"
	"qclean/scan/dnsbl"
)

func (a *app) sayBlocklist(r *dnsbl.Report) error {
	for _, s := range r.Skipped {
		a.ui.Say("%s is %s: never looked up", ui.Safe(s.String()), s.Skip)
	}
	if err := a.listingTable(r); err != nil {
		return err
	}
	for _, h := range r.Zones {
		if h.Known && !h.Good {
			a.ui.Warn("%s is left out for %s: %s", h.Zone, h.Kind, h.Why)
		}
	}
	a.sayRemoval(r)
	switch {
	case len(r.Listings) == 0:
		a.ui.Say("Nothing to ask about. Name the public address: qclean blocklist ADDRESS")
	case r.Listed() > 0:
		a.ui.Say("%s. Stop the abuse first: a list that is asked too early lists again.", ui.Plural(r.Listed(), "listing"))
	case r.Unknown() > 0:
		a.ui.Say("No listing is known, but %s unanswered: that is not \"clean\".", left(r.Unknown()))
	default:
		a.ui.Say("Not listed.")
	}
	return nil
}

func left(n int) string {
	if n == 1 {
		return "1 question is"
	}
	return ui.Number(n) + " questions are"
}

func (a *app) listingTable(r *dnsbl.Report) error {
	columns := []ui.Column{{Name: "address", Wide: true}, {Name: "list"}, {Name: "result"}, {Name: "answers"}, {Name: "what it says", Wide: true}}
	var rows [][]ui.Cell
	for i := range r.Listings {
		l := &r.Listings[i]
		rows = append(rows, []ui.Cell{ui.Text(l.Subject.String()), ui.Text(l.Zone.Name), ui.Text(l.State.String()), ui.Text(codes(l)), ui.Text(says(l))})
	}
	if len(rows) == 0 {
		return nil
	}
	return a.ui.Table(columns, rows)
}

func codes(l *dnsbl.Listing) string {
	var out []string
	for _, c := range l.Codes {
		out = append(out, c.String())
	}
	return strings.Join(out, " ")
}

// says joins what the codes mean and the zone's own words.
func says(l *dnsbl.Listing) string {
	parts := append([]string(nil), l.Means...)
	if l.State == dnsbl.Listed && len(parts) == 0 {
		parts = append(parts, l.Zone.Means)
	}
	for _, s := range []string{l.Reason, l.Why} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "; ")
}

// sayRemoval names the way out of each list, once.
func (a *app) sayRemoval(r *dnsbl.Report) {
	said := map[string]bool{}
	for i := range r.Listings {
		l := &r.Listings[i]
		if l.State != dnsbl.Listed || said[l.Zone.Name] || l.Zone.Remove == "" {
			continue
		}
		said[l.Zone.Name] = true
		a.ui.Say("removal   %s: %s", l.Zone.Name, l.Zone.Remove)
	}
}

// listingJSON is one answer in the JSON form.
type listingJSON struct {
	Subject string   `json:"subject"`
	Zone    string   `json:"zone"`
	State   string   `json:"state"`
	Answers []string `json:"answers,omitempty"`
	Means   []string `json:"means,omitempty"`
	Reason  string   `json:"reason,omitempty"`
	Why     string   `json:"why,omitempty"`
	Remove  string   `json:"remove,omitempty"`
}

func jsonListing(l *dnsbl.Listing) listingJSON {
	out := listingJSON{Subject: l.Subject.String(), Zone: l.Zone.Name, State: l.State.String(), Means: l.Means, Reason: valid(l.Reason), Why: valid(l.Why)}
	for _, c := range l.Codes {
		out.Answers = append(out.Answers, c.String())
	}
	if l.State == dnsbl.Listed {
		out.Remove = l.Zone.Remove
	}
	return out
}

func jsonBlocklist(r *dnsbl.Report) map[string]any {
	listings := make([]listingJSON, 0, len(r.Listings))
	for i := range r.Listings {
		listings = append(listings, jsonListing(&r.Listings[i]))
	}
	zones := make([]map[string]any, 0, len(r.Zones))
	for _, h := range r.Zones {
		zones = append(zones, map[string]any{"zone": h.Zone, "kind": h.Kind.String(), "good": h.Good, "known": h.Known, "why": valid(h.Why)})
	}
	skipped := map[string]string{}
	for _, s := range r.Skipped {
		skipped[s.String()] = s.Skip
	}
	return map[string]any{"schema": ui.Schema, "kind": "blocklist", "listed": r.Listed(), "unknown": r.Unknown(),
		"listings": listings, "zones": zones, "skipped": skipped, "queries": r.Queries, "cached": r.Cached}
}
