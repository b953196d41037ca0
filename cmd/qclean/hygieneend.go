package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"qclean/classify/baseline"
	"qclean/classify/index"
	"qclean/classify/policy"
	"qclean/classify/survey"
	"qclean/cmd/report"
	"qclean/cmd/ui"
	"qclean/replay"
)

// tellAll writes down how the night went, and tells those who want to know.
func (n *night) tellAll(ctx context.Context) error {
	word, code := n.outcome()
	err := n.note(ctx, word)
	j := newJournal(n.ui)
	for _, text := range n.alarms {
		j.line(priorityWarning, "alarm: "+text)
	}
	if !n.json && code != ui.Done {
		fmt.Fprintln(n.ui.Out, n.summary(word))
	}
	doc := n.document(word, code, nil)
	if n.wantsTelling(word) {
		err = errors.Join(err, tell(ctx, n.policy.Notify, doc, n.now()))
	}
	if err != nil {
		for _, line := range strings.Split(err.Error(), "\n") {
			j.line(priorityError, line)
		}
		if doc.Error = ui.Safe(err.Error()); code != ui.Alarm {
			code = ui.Failed
		}
	}
	if doc.Exit = code; n.json {
		if err := n.ui.JSON(doc); err != nil {
			j.line(priorityError, err.Error())
			code = max(code, ui.Failed)
		}
	}
	if code == ui.Done {
		return nil
	}
	return &ui.Exit{Code: code}
}

// wantsTelling: an alarm always; what a rule did when the rule says so.
func (n *night) wantsTelling(word string) bool {
	return word == baseline.Alarmed || word == baseline.Acted && slices.ContainsFunc(n.decision.Rules, func(t policy.Taken) bool {
		return t.Notify && len(t.Messages) > 0 && t.Passed == ""
	})
}

// failed ends a night that could not be lived through. Somebody who is told of
// alarms is told of that too, but not that a person is at work here.
func (n *night) failed(ctx context.Context, err *ui.Exit) error {
	var errs []error
	if n.measured() && !n.f.dryRun {
		errs = append(errs, n.note(context.WithoutCancel(ctx), baseline.Failed))
	}
	doc := n.document(baseline.Failed, err.Code, err)
	if n.json {
		errs = append(errs, n.ui.JSON(doc))
	}
	busy := errors.Is(err, replay.ErrLocked) || err.Code == ui.Interrupted
	if n.policy != nil && !busy && !n.f.dryRun {
		errs = append(errs, tell(ctx, n.policy.Notify, doc, n.now()))
	}
	j := newJournal(n.ui)
	for _, e := range errs {
		if e != nil {
			j.line(priorityError, inOneLine(e).Error())
		}
	}
	if j.prefix {
		j.line(priorityError, err.Error())
		return &ui.Exit{Code: err.Code}
	}
	return err
}

func (n *night) measured() bool { return !n.measure.At.IsZero() }

// note adds the night to the history and writes the metrics.
func (n *night) note(ctx context.Context, word string) error {
	m := &n.measure
	m.Outcome, m.Alarm = word, n.unusual
	m.Quarantined, m.Released, m.Purged = n.done(replay.Quarantine), n.done(replay.PutBack), n.done(replay.Purge)
	m.Duration = max(n.now().Sub(n.at), 0)
	if err := n.history.Add(*m); err != nil || n.f.metrics == "" {
		return err
	}
	return n.writeMetrics(ctx, word)
}

// writeMetrics writes the queue as it is after the night; after one that
// failed, as it was found, since to read it again may fail as well.
func (n *night) writeMetrics(ctx context.Context, word string) error {
	v := n.queued
	if len(n.runs) > 0 && word != baseline.Failed {
		var err error
		if v, err = n.survey(ctx, n.target, index.Queued, survey.Options{}); err != nil {
			return fmt.Errorf("metrics: %w", err)
		}
	}
	m := report.Metrics{Spool: n.path, Version: version, MTA: v.MTA, Taken: v.Taken, Table: v.Table, Campaigns: v.Campaigns, Usual: n.usual}
	for _, q := range n.Layout().Queues {
		m.Queues = append(m.Queues, q.Name)
	}
	if run, ok := n.history.Last(); ok {
		m.Run = &run
	}
	return report.WriteMetrics(n.f.metrics, m)
}
