package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"qclean/classify"
	"qclean/cmd/ui"
	"qclean/scan/spool"
)

// callOf writes a verdict in a word or two: "relayed?" when it is only likely.
func callOf(c *classify.Campaign) string {
	s := c.Verdict.Call.String()
	if c.Verdict.Likely {
		s += "?"
	}
	if c.Verdict.Mixed {
		s += " (mixed)"
	}
	return s
}

// sourceOf says who handed a campaign in: the login, the address, or how many there were.
func sourceOf(s classify.Summary) string {
	switch {
	case s.Users.Distinct == 1:
		return "login " + s.Users.First()
	case s.Users.Distinct > 1:
		return fmt.Sprintf("%s: %s …", ui.Plural(s.Users.Distinct, "login"), s.Users.First())
	case s.Sources.Distinct == 1:
		return s.Sources.First()
	case s.Sources.Distinct > 1:
		return ui.Plural(s.Sources.Distinct, "host")
	}
	return ""
}

// sayVerdicts counts the messages by what they are called, unwanted first.
func (v *View) sayVerdicts(s *ui.Streams) {
	counts := v.over.Calls
	part := func(want bool) string {
		var calls []classify.Call
		for c := range counts {
			if c.Unwanted() == want {
				calls = append(calls, c)
			}
		}
		slices.SortFunc(calls, func(a, b classify.Call) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
		var words []string
		for _, c := range calls {
			words = append(words, fmt.Sprintf("%s %s", ui.Number(counts[c]), c))
		}
		return strings.Join(words, ", ")
	}
	if u := part(true); u != "" {
		s.Say("unwanted: %s", u)
	}
	if w := part(false); w != "" {
		s.Say("the rest: %s", w)
	}
	v.saySite(s)
}

// saySite tells what was taken for ours when nobody said it, and how to say it.
func (v *View) saySite(s *ui.Streams) {
	site := &v.Judgement.Site
	switch {
	case site.Empty():
		s.Say("what is ours is not known, so that much is called unknown: add --local-domain DOMAIN, or to /etc/qclean.toml: local-domains = [\"DOMAIN\"]")
	case len(site.Guessed) > 0:
		s.Say("what is ours was guessed: %s", ui.Safe(strings.Join(site.Guessed, "; ")))
		s.Say("say it in /etc/qclean.toml: %s", ui.Safe(siteLine(site)))
	}
}

func siteLine(site *classify.Site) string {
	quoted := func(list []string) string {
		out := make([]string, len(list))
		for i, v := range list {
			out[i] = fmt.Sprintf("%q", v)
		}
		return "[" + strings.Join(out, ", ") + "]"
	}
	line := "local-domains = " + quoted(site.Domains)
	relays := slices.Clone(site.Hosts)
	for _, p := range site.Relays {
		relays = append(relays, p.String())
	}
	if len(relays) > 0 {
		line += "   trusted-relays = " + quoted(relays)
	}
	return line
}

// evidence writes the rules that spoke, most points first.
func writeEvidence(s *ui.Streams, v *classify.Verdict) {
	list := slices.Clone(v.Evidence)
	slices.SortStableFunc(list, func(a, b classify.Evidence) int { return cmp.Compare(b.Points, a.Points) })
	for _, e := range list {
		fmt.Fprintf(s.Out, "  %+4d  %-22s %s\n", e.Points, e.Rule, ui.Safe(e.Text))
		if len(e.Samples) > 0 {
			fmt.Fprintf(s.Out, "        %-22s %s\n", "", ui.Safe(strings.Join(shortIDs(e.Samples), " ")))
		}
	}
}

func shortIDs(ids []spool.ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.Short()
	}
	return out
}

// Evidence is one rule that spoke, in JSON.
type Evidence struct {
	Rule    string   `json:"rule"`
	For     string   `json:"for"`
	Points  int      `json:"points"`
	Text    string   `json:"text"`
	Samples []string `json:"samples"`
}

// Verdict is a verdict in JSON.
type Verdict struct {
	Call     string     `json:"call"`
	Score    int        `json:"score"`
	Likely   bool       `json:"likely"`
	Mixed    bool       `json:"mixed,omitempty"`
	Unwanted bool       `json:"unwanted"`
	Evidence []Evidence `json:"evidence"`
}

func jsonVerdict(v *classify.Verdict) *Verdict {
	out := &Verdict{Call: v.Call.String(), Score: v.Score, Likely: v.Likely, Mixed: v.Mixed, Unwanted: v.Call.Unwanted(), Evidence: []Evidence{}}
	for _, e := range v.Evidence {
		samples := []string{}
		for _, id := range e.Samples {
			samples = append(samples, spool.EscapeName(string(id)))
		}
		out.Evidence = append(out.Evidence, Evidence{e.Rule, e.For.String(), e.Points, e.Text, samples})
	}
	return out
}

// Site is what was taken for ours, in JSON.
type Site struct {
	Domains []string `json:"local_domains"`
	Relays  []string `json:"trusted_relays"`
	Guessed []string `json:"guessed,omitempty"`
}

func jsonSite(s *classify.Site) Site {
	out := Site{Domains: append([]string{}, s.Domains...), Relays: append([]string{}, s.Hosts...), Guessed: s.Guessed}
	for _, p := range s.Relays {
		out.Relays = append(out.Relays, p.String())
	}
	return out
}
