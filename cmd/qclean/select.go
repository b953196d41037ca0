package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"qclean/classify"
	"qclean/classify/fingerprint"
	"qclean/classify/index"
	"qclean/classify/query"
	"qclean/classify/survey"
	"qclean/cmd/ui"
	"qclean/scan"
	"qclean/scan/spool"
)

// choice is what a selector picked out of a survey.
type choice struct {
	survey     *survey.Survey
	expression string
	picked     []int32 // numbers in the survey's table
	bytes      int64
	unread     int // messages whose text was asked for and could not be read
}

// choose runs the selector over a spool. It refuses what nobody can have
// meant: no selector at all, and campaigns that are too vague to go by.
func (a *app) choose(ctx context.Context, t *target, set index.Set, sel query.Selection) (*choice, error) {
	if sel.Empty() {
		return nil, refused(errEmptySelector, "Say which messages: --fingerprint, --from-domain, --ndr … (see --help), or --where true for all of them.")
	}
	if _, err := query.Compile(sel.Where, query.Context{Now: a.now()}); err != nil {
		return nil, &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("--where: %w", err), Hint: "See: qclean help where"}
	}
	if _, err := sel.Expression(); err != nil {
		return nil, &ui.Exit{Code: ui.Usage, Err: err, Hint: "See: qclean help where"}
	}
	v, err := a.survey(ctx, t, set, survey.Options{})
	if err != nil {
		return nil, err
	}
	sel, named, err := sel.Resolve(v.Campaigns, v.Before)
	if err != nil {
		return nil, err
	}
	if err := refuseWeak(sel, named, v); err != nil {
		return nil, err
	}
	return a.pick(ctx, t, v, sel)
}

func refuseWeak(sel query.Selection, named []*classify.Campaign, v *survey.Survey) error {
	if !sel.ByTextAlone() {
		return nil
	}
	for _, c := range named {
		if c.Weak != "" && c.Count > 1 {
			short := classify.ShortIDs(v.Campaigns)[c.ID]
			return refused(fmt.Errorf("campaign %s is weak: %s", short, c.Weak),
				fmt.Sprintf("Add a second key, for example: --fingerprint %s --from-domain %s", short, secondKey(c)))
		}
	}
	return nil
}

func secondKey(c *classify.Campaign) string {
	if d := c.Domains.First(); d != "" {
		return d
	}
	return "DOMAIN"
}

// pick holds every record against the expression.
func (a *app) pick(ctx context.Context, t *target, v *survey.Survey, sel query.Selection) (*choice, error) {
	source, err := sel.Expression()
	if err != nil {
		return nil, &ui.Exit{Code: ui.Usage, Err: err}
	}
	x, err := query.Compile(source, query.Context{Now: a.now(), Ours: v.Judgement.Site.Local})
	if err != nil {
		return nil, &ui.Exit{Code: ui.Usage, Err: err, Hint: "See: qclean help where"}
	}
	campaigns := map[fingerprint.ID]*classify.Campaign{}
	for _, c := range v.Campaigns {
		campaigns[c.ID] = c
	}
	out := &choice{survey: v, expression: source}
	again := &reread{ctx: ctx, target: t, sketcher: fingerprint.New()}
	bar := a.ui.Progress("selecting", v.Table.Len())
	defer bar.Close()
	for i, r := range v.Table.All() {
		if i%1024 == 0 {
			bar.Set(i)
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		again.record = r
		ok, err := x.Match(&query.Item{Record: r, Campaign: campaigns[r.Campaign], Quarantined: v.Set == index.Quarantined,
			Text: again.text, Match: again.matches})
		switch {
		case errors.Is(err, fingerprint.ErrPrint):
			return nil, &ui.Exit{Code: ui.Usage, Err: err, Hint: "A portable fingerprint begins with qf1- and comes from: qclean show FINGERPRINT"}
		case err != nil && !errors.Is(err, spool.ErrGone):
			out.unread++
		}
		if ok {
			out.picked = append(out.picked, int32(i))
			out.bytes += r.Size
		}
	}
	return out, nil
}

// reread reads a message again for selectors that look at its text.
type reread struct {
	ctx      context.Context
	target   *target
	sketcher *fingerprint.Sketcher
	record   *classify.Record
}

func (r *reread) text() (string, error) {
	m, err := scan.One(r.ctx, r.target.Spool, r.record.Entry(), scan.Options{})
	if err != nil {
		return "", err
	}
	return r.record.Subject + "\n" + string(m.Letter.Text), nil
}

func (r *reread) matches(text string) (bool, error) {
	print, err := fingerprint.ParsePrint(text)
	if err != nil {
		return false, err
	}
	m, err := scan.One(r.ctx, r.target.Spool, r.record.Entry(), scan.Options{})
	if err != nil {
		return false, err
	}
	_, ok := print.Match(r.sketcher.Features(m.Letter, r.record.Class))
	return ok, nil
}

// share is the part of the queue that was picked, 0 to 1.
func (c *choice) share() float64 {
	if c.survey.Table.Len() == 0 {
		return 0
	}
	return float64(len(c.picked)) / float64(c.survey.Table.Len())
}

// say prints the selector back with the true count and a few samples.
func (c *choice) say(s *ui.Streams) {
	s.Say("selector  %s", ui.Safe(c.expression))
	s.Say("matches   %s of %s, %s", ui.Number(len(c.picked)), ui.Plural(c.survey.Table.Len(), "message"), ui.Bytes(c.bytes))
	if c.unread > 0 {
		s.Warn("%s could not be read and are left out", ui.Plural(c.unread, "message"))
	}
	for _, r := range c.some(3) {
		s.Say("  %-12s %-28s → %-28s %s", ui.Cut(ui.Safe(r.ID.Short()), 12), ui.Cut(ui.Safe(r.Sender()), 28),
			ui.Cut(ui.Safe(strings.Join(r.To, ", ")), 28), ui.Cut(ui.Safe(r.Subject), 30))
	}
}

// some gives up to n of what was picked, from all over it.
func (c *choice) some(n int) []classify.Record {
	var out []classify.Record
	for _, i := range spread(c.picked, n) {
		out = append(out, c.survey.Table.At(int(i)).Record())
	}
	return out
}
