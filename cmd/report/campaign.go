package report

import (
	"fmt"
	"strings"

	"qclean/classify"
	"qclean/cmd/ui"
)

// Campaign writes all that is known of one campaign for a person.
func (v *View) Campaign(s *ui.Streams, c *classify.Campaign) {
	p := func(name, format string, args ...any) {
		fmt.Fprintf(s.Out, "%-14s %s\n", name, fmt.Sprintf(format, args...))
	}
	p("campaign", "%s", c.ID)
	p("fingerprint", "%s", c.Print)
	p("messages", "%s, %s, %s", ui.Number(c.Count), ui.Bytes(c.Bytes), ui.Plural(c.Recipients, "recipient"))
	p("class", "%s", c.Class)
	p("verdict", "%s, %s", callOf(c), ui.Plural(c.Verdict.Score, "point"))
	writeEvidence(s, &c.Verdict)
	if c.Weak != "" {
		p("weak", "%s", c.Weak)
	} else {
		p("in common", "about %s", ui.Plural(c.Words, "word"))
	}
	p("first – last", "%s", v.span(c.First, c.Last))
	if c.NDRs > 0 {
		p("NDRs", "%s", ui.Number(c.NDRs))
	}
	if len(c.Bounces) > 0 {
		p("bounces", "%s returned from it", ui.Plural(len(c.Bounces), "report"))
	}
	for _, t := range []struct {
		name  string
		tally classify.Tally
	}{
		{"kinds", c.Kinds}, {"senders", c.Senders}, {"subjects", c.Subjects}, {"to domains", c.RcptDomains},
		{"links to", c.Links}, {"from hosts", c.Sources}, {"logins", c.Users},
	} {
		writeTally(s, t.name, t.tally)
	}
	p("hours (UTC)", "%s", hours(c.Hours))
}

func writeTally(s *ui.Streams, name string, t classify.Tally) {
	if t.Distinct == 0 {
		return
	}
	for i, c := range top(t.Top, 5) {
		if i > 0 {
			name = ""
		}
		fmt.Fprintf(s.Out, "%-14s %9s  %s\n", name, ui.Number(c.Count), ui.Safe(c.Value))
	}
	if rest := t.Distinct - min(5, len(t.Top)); rest > 0 {
		fmt.Fprintf(s.Out, "%-14s %9s  %s\n", "", "", "and "+ui.Number(rest)+" more")
	}
}

// hours draws arrivals by hour of the day, one column an hour.
func hours(counts [24]int) string {
	bars := []rune("▁▂▃▄▅▆▇█")
	most := 0
	for _, c := range counts {
		most = max(most, c)
	}
	var b strings.Builder
	for _, c := range counts {
		switch {
		case c == 0:
			b.WriteRune('·')
		default:
			b.WriteRune(bars[c*(len(bars)-1)/most])
		}
	}
	return b.String() + "  00–23"
}
