package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"qclean/classify"
	"qclean/classify/survey"
	"qclean/cmd/ui"
)

// Text writes the view for a person: totals, then one table for each grouping.
func (v *View) Text(s *ui.Streams) error {
	v.sayTotals(s)
	for _, by := range v.By {
		if by == "fingerprint" {
			if err := v.campaigns(s); err != nil {
				return err
			}
			continue
		}
		key, ok := keyOf(by)
		if !ok {
			return fmt.Errorf("no grouping %q", by)
		}
		if err := v.groups(s, key); err != nil {
			return err
		}
	}
	return nil
}

func (v *View) sayTotals(s *ui.Streams) {
	t := v.over
	s.Say("%s  (%s, %s)", ui.Safe(v.Path), v.MTA, v.Set)
	s.Say("%s   %s   %s   oldest %s   newest %s", ui.Plural(t.Count, "message"), ui.Bytes(t.Bytes),
		ui.Plural(t.Recipients, "recipient"), ui.Ago(t.First, v.Now), ui.Ago(t.Last, v.Now))
	s.Say("%s, %s from the null sender, %s with defects",
		ui.Plural(t.NDRs, "non-delivery report"), ui.Number(t.Null), ui.Number(t.Broken))
	if v.Left.Total() > 0 {
		s.Say("left alone: %s", tolls(v.Left))
	}
	v.sayVerdicts(s)
	if v.Gone > 0 {
		s.Say("%s vanished while this ran", ui.Plural(v.Gone, "message"))
	}
	if v.Trouble.Total() > 0 {
		s.Warn("could not be read: %s", tolls(v.Trouble))
	}
	for _, err := range v.Folders {
		s.Warn("%s", ui.Safe(err.Error()))
	}
	s.Say("")
}

// tolls writes "2 symbolic link (Out/a, Out/b), 1 folder (Out/Archive)", most frequent first.
func tolls(all survey.Tolls) string {
	reasons := slices.Collect(maps.Keys(all))
	slices.SortFunc(reasons, func(a, b string) int {
		return cmp.Or(cmp.Compare(all[b].Count, all[a].Count), cmp.Compare(a, b))
	})
	var parts []string
	for _, r := range reasons {
		examples := strings.Join(all[r].Examples[:min(2, len(all[r].Examples))], ", ")
		if all[r].Count > 2 {
			examples += ", …"
		}
		parts = append(parts, fmt.Sprintf("%s %s (%s)", ui.Number(all[r].Count), ui.Safe(r), examples))
	}
	return strings.Join(parts, "; ")
}

func (v *View) campaigns(s *ui.Streams) error {
	columns := []ui.Column{{Name: "fingerprint"}, {Name: "count", Right: true}, {Name: "size", Right: true},
		{Name: "ndr", Right: true}, {Name: "sender", Wide: true}, {Name: "subject", Wide: true}, {Name: "first – last"},
		{Name: "verdict"}, {Name: "handed in by", Wide: true}}
	var rows [][]ui.Cell
	for _, c := range top(v.Campaigns, v.Top) {
		row := []ui.Cell{{Human: v.Short(c.ID) + weakMark(c.Weak), Script: string(c.ID)}}
		row = append(row, v.cells(c.Summary)...)
		rows = append(rows, append(row, ui.Text(callOf(c)), ui.Text(sourceOf(c.Summary))))
	}
	if err := s.Table(columns, rows); err != nil {
		return err
	}
	if rest := v.all - len(rows); rest > 0 {
		s.Say("… and %s (--top 0 shows all)", ui.Plural(rest, "smaller group"))
	}
	if hasWeak(top(v.Campaigns, v.Top)) {
		s.Say("~ weak: too little text in common to be selected by fingerprint alone")
	}
	return nil
}

func weakMark(weak string) string {
	if weak != "" {
		return "~"
	}
	return ""
}

func hasWeak(list []*classify.Campaign) bool {
	for _, c := range list {
		if c.Weak != "" {
			return true
		}
	}
	return false
}

func (v *View) groups(s *ui.Streams, key classify.Key) error {
	columns := []ui.Column{{Name: key.Name, Wide: true}, {Name: "count", Right: true}, {Name: "size", Right: true},
		{Name: "ndr", Right: true}, {Name: "sender", Wide: true}, {Name: "subject", Wide: true}, {Name: "first – last"}}
	all := classify.GroupBy(v.Table, key)
	var rows [][]ui.Cell
	for _, r := range top(all, v.Top) {
		label := r.Label
		if label == "" {
			label = "(none)"
		}
		rows = append(rows, append([]ui.Cell{{Human: label}}, v.cells(r.Summary)...))
	}
	if err := s.Table(columns, rows); err != nil {
		return err
	}
	if rest := len(all) - len(rows); rest > 0 {
		s.Say("… and %s (--top 0 shows all)", ui.Plural(rest, "smaller group"))
	}
	s.Say("")
	return nil
}

// cells is what every grouping shows behind its label.
func (v *View) cells(t classify.Summary) []ui.Cell {
	return []ui.Cell{
		{Human: ui.Number(t.Count), Script: fmt.Sprint(t.Count)},
		{Human: ui.Bytes(t.Bytes), Script: fmt.Sprint(t.Bytes)},
		ndrCell(t),
		{Human: one(t.Senders, "sender"), Script: one(t.Senders, "sender")},
		{Human: one(t.Subjects, "subject")},
		{Human: v.span(t.First, t.Last), Script: ui.Stamp(t.First) + "/" + ui.Stamp(t.Last)},
	}
}

func ndrCell(t classify.Summary) ui.Cell {
	human := ""
	switch {
	case t.NDRs == t.Count:
		human = "yes"
	case t.NDRs > 0:
		human = fmt.Sprintf("%d%%", max(1, 100*t.NDRs/t.Count))
	}
	return ui.Cell{Human: human, Script: fmt.Sprint(t.NDRs)}
}

// one names the only value, or says how many there are and the most frequent.
func one(t classify.Tally, noun string) string {
	switch {
	case t.Distinct == 0:
		return ""
	case t.Distinct == 1:
		return t.First()
	case t.Top[0].Count > 1:
		return fmt.Sprintf("%s: %s …", ui.Plural(t.Distinct, noun), t.First())
	}
	return ui.Plural(t.Distinct, noun)
}

func (v *View) span(first, last time.Time) string {
	if first.IsZero() {
		return "–"
	}
	day, clock := "Jan 2 15:04", "15:04"
	if first.Year() != v.Now.Year() {
		day = time.DateOnly
	}
	if last.Sub(first) < time.Minute {
		return first.Format(day)
	}
	if first.Format(time.DateOnly) == last.Format(time.DateOnly) {
		return first.Format("2006-01-02 15:04") + " – " + last.Format(clock)
	}
	return first.Format(day) + " – " + last.Format(day)
}
