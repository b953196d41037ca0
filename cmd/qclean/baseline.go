package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"qclean/classify/baseline"
	"qclean/classify/index"
	"qclean/classify/query"
	"qclean/classify/survey"
	"qclean/cmd/ui"
)

type baselineFlags struct {
	record, forget bool
	accept         string
	factor         float64
}

func newBaseline(a *app) *cobra.Command {
	var f baselineFlags
	cmd := &cobra.Command{
		Use:   "baseline [SPOOL]",
		Short: "Show the usual course of a queue by hour and weekday, with now beside it",
		Long: `Shows how full a queue usually is, by weekday and hour of the wall clock, and how it
is now. The usual is a median over earlier measures: every "qclean hygiene" adds one,
and so does "qclean baseline --record", which a timer may call every hour. Measures
that were out of the usual themselves do not count, so that a flood never becomes the
usual; --accept makes it so.

On a terminal this draws a chart; in a pipe it writes one tab-separated row an hour of
the week: weekday, hour, measures, messages (median), spread, bytes, non-delivery
reports, senders, and in the row of this hour the messages now.`,
		Example: "  qclean baseline\n  qclean baseline --record -q        # hourly, from a timer: 11 when out of the usual\n  qclean baseline --accept 7d        # the alarms of the last week were growth",
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.baseline(cmd.Context(), first(args), &f) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.record, "record", false, "add a measure of now; ends with 11 when it is out of the usual")
	flags.Float64Var(&f.factor, "factor", baseline.DefaultFactor, "`N` times the usual is out of it")
	flags.StringVar(&f.accept, "accept", "", "the alarms of the last `TIME` are the usual from now on")
	flags.BoolVar(&f.forget, "forget-future", false, "drop measures that a wrong clock has put into the future")
	cmd.MarkFlagsMutuallyExclusive("record", "accept", "forget-future")
	return cmd
}

func (a *app) baseline(ctx context.Context, path string, f *baselineFlags) error {
	if !(f.factor >= 1) { // NaN is none either
		return &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("--factor %v: at least 1 is wanted", f.factor), Hint: "Try: --factor 5"}
	}
	t, err := a.open(path)
	if err != nil {
		return err
	}
	defer t.Close()
	h, err := t.history()
	if err != nil {
		return err
	}
	switch {
	case f.accept != "":
		return a.acceptUsual(h, f.accept)
	case f.forget:
		n, err := h.ForgetAfter(a.now())
		if err == nil {
			a.ui.Say("%s dropped.", ui.Plural(n, "measure"))
		}
		return err
	}
	a.sayHistory(h)
	c, err := a.courseNow(ctx, t, h, f)
	if err != nil {
		return err
	}
	if f.record {
		return c.record(a.ui, a.json)
	}
	return c.write(a.ui, a.json)
}

// history is what earlier measures of the spool were.
func (t *target) history() (*baseline.History, error) {
	dir := t.store.Folder(t.path)
	h, err := baseline.Open(dir)
	if err != nil {
		return nil, &ui.Exit{Code: ui.Failed, Err: err, Hint: "Look at it, and move it away: " + filepath.Join(dir, baseline.FileName)}
	}
	return h, nil
}

// sayHistory warns of what is wrong with the measures.
func (a *app) sayHistory(h *baseline.History) {
	if n := h.Damaged(); n > 0 {
		a.ui.Warn("%s of the history could not be read and were passed over", ui.Plural(n, "line"))
	}
	if last, ok := h.Last(); ok && last.At.After(a.now().Add(time.Minute)) {
		a.ui.Warn("the last measure is of %s, after now: a clock was wrong. When it is right now: qclean baseline --forget-future", ui.Stamp(last.At))
	}
}

func (a *app) acceptUsual(h *baseline.History, age string) error {
	d, err := query.ParseAge(age)
	if err != nil || d <= 0 {
		return &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("--accept %s: a time such as 7d is wanted", age), Hint: "Try: --accept 7d"}
	}
	n, err := h.Accept(a.now().Add(-d))
	if err != nil {
		return err
	}
	if n == 0 {
		a.ui.Say("No measure of the last %s was out of the usual: nothing was changed.", age)
		return nil
	}
	a.ui.Say("%s of the last %s may be the usual from now on; what lies before counts no more.", ui.Plural(n, "measure"), age)
	return nil
}

// course is a history with now beside it.
type course struct {
	path    string
	history *baseline.History
	now     baseline.Measure
	usual   baseline.Usual
	hours   [7][24]baseline.Usual
	alarm   string // why now is out of the usual
}

// courseNow takes stock of the queue.
func (a *app) courseNow(ctx context.Context, t *target, h *baseline.History, f *baselineFlags) (*course, error) {
	began := a.now()
	v, err := a.survey(ctx, t, index.Queued, survey.Options{})
	if err != nil {
		return nil, err
	}
	c := &course{path: t.path, history: h, now: baseline.Of(v.Table, began), usual: h.Usual(began), hours: h.Course(began)}
	c.now.Duration = max(a.now().Sub(began), 0)
	c.alarm, c.now.Alarm = c.usual.Alarm(c.now, f.factor)
	return c, nil
}

// record adds now to the history.
func (c *course) record(s *ui.Streams, json bool) error {
	if err := c.history.Add(c.now); err != nil {
		return err
	}
	if json {
		if err := s.JSON(c.document()); err != nil {
			return err
		}
	} else {
		s.Say("%s", c.nowLine())
	}
	if c.now.Alarm {
		return &ui.Exit{Code: ui.Alarm, Err: errors.New("out of the usual: " + c.alarm), Hint: "See what it is: qclean scan"}
	}
	return nil
}

func (c *course) write(s *ui.Streams, json bool) error {
	switch {
	case json:
		return s.JSON(c.document())
	case s.OutTTY:
		return c.chart(s)
	}
	return s.Table(nil, c.rows())
}
