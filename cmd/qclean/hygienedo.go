package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"qclean/classify"
	"qclean/classify/baseline"
	"qclean/classify/fingerprint"
	"qclean/classify/index"
	"qclean/classify/policy"
	"qclean/classify/query"
	"qclean/classify/survey"
	"qclean/cmd/ui"
	"qclean/replay"
)

// stock surveys the queue, and the quarantine if a rule looks there.
func (a *app) stock(ctx context.Context, t *target, p *policy.Policy) (queued, held *survey.Survey, err error) {
	if queued, err = a.survey(ctx, t, index.Queued, survey.Options{}); err != nil {
		return nil, nil, err
	}
	if p.LooksInQuarantine() {
		held, err = a.survey(ctx, t, index.Quarantined, survey.Options{})
	}
	return queued, held, err
}

// decide holds every message against the rules.
func (a *app) decide(ctx context.Context, t *target, p *policy.Policy, surveys ...*survey.Survey) (*policy.Decision, error) {
	c := query.Context{Now: a.now(), Ours: surveys[0].Judgement.Site.Local}
	d, err := p.Decide(c, func(yield func(*query.Item) bool) {
		for _, v := range surveys {
			if v == nil {
				continue
			}
			for item := range items(ctx, t, v) {
				if ctx.Err() != nil || !yield(item) {
					return
				}
			}
		}
	})
	return d, errors.Join(err, ctx.Err())
}

// items are the messages of a survey as rules see them.
func items(ctx context.Context, t *target, v *survey.Survey) iter.Seq[*query.Item] {
	return func(yield func(*query.Item) bool) {
		campaigns := map[fingerprint.ID]*classify.Campaign{}
		for _, c := range v.Campaigns {
			campaigns[c.ID] = c
		}
		layout := t.Layout()
		again := &reread{ctx: ctx, target: t, sketcher: fingerprint.New()}
		for i, r := range v.Table.All() {
			again.record = r
			item := &query.Item{Record: r, Message: v.Table.At(i), Campaign: campaigns[r.Campaign], Text: again.text, Match: again.matches}
			if v.Set == index.Quarantined {
				item.Quarantined = true
				item.Since, _ = replay.QuarantinedAt(layout, r.Entry())
			}
			if !yield(item) {
				return
			}
		}
	}
}

// steps are what is done with what was decided, in this order, each as one run.
func steps() []struct {
	do   policy.Action
	verb replay.Verb
} {
	return []struct {
		do   policy.Action
		verb replay.Verb
	}{{policy.Quarantine, replay.Quarantine}, {policy.Release, replay.PutBack}, {policy.Purge, replay.Purge}}
}

// act carries the decision out.
func (n *night) act(ctx context.Context) error {
	if err := n.findName(ctx); err != nil {
		return err
	}
	for _, s := range steps() {
		if n.holdsBack(s.do) {
			continue
		}
		if err := n.carryOut(ctx, s.do, s.verb); err != nil {
			return err
		}
	}
	if len(n.runs) > 0 {
		n.remember(ctx, n.target, index.Quarantined)
	}
	return nil
}

// findName gives the night a name that no other has: two may begin in one second.
func (n *night) findName(ctx context.Context) error {
	base := n.at.UTC().Format("20060102-150405")
	for i := 1; ; i++ {
		if n.name = base; i > 1 {
			n.name = fmt.Sprintf("%s-%d", base, i)
		}
		_, _, err := n.hand.Night(ctx, n.name)
		if errors.Is(err, replay.ErrNoRun) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (n *night) carryOut(ctx context.Context, do policy.Action, verb replay.Verb) error {
	var picks []replay.Pick
	var rules []string
	for t, m := range n.decision.Of(do) {
		picks = append(picks, replay.Pick{Entry: m.Entry(), Note: string(m.Campaign())})
		if name := t.Name; len(rules) == 0 || rules[len(rules)-1] != name {
			rules = append(rules, name)
		}
	}
	if len(picks) == 0 {
		return nil
	}
	plan, err := replay.NewPlan(n.Spool, verb, "policy: "+strings.Join(rules, ", "), picks, n.now())
	if errors.Is(err, replay.ErrEmpty) {
		return nil
	}
	if err != nil {
		return err
	}
	plan.Night = n.name
	run, err := n.hand.Apply(ctx, plan)
	if run.Name != "" {
		n.runs = append(n.runs, run)
		for reason, c := range run.Skipped {
			n.untouched[reason] += c
		}
	}
	if errors.Is(err, context.Canceled) {
		return &ui.Exit{Code: ui.Interrupted, Err: errors.New("interrupted; what was moved is journalled"), Hint: "Take it back: qclean undo"}
	}
	return err
}

// done is how many messages the runs of one verb have moved or deleted.
func (n *night) done(verb replay.Verb) int {
	sum := 0
	for _, r := range n.runs {
		if r.Verb == verb {
			sum += r.Done
		}
	}
	return sum
}

// outcome is the word for how the night went, and its exit code.
func (n *night) outcome() (string, int) {
	acted := n.recovered() > 0 || slices.ContainsFunc(n.runs, func(r replay.Run) bool { return r.Done > 0 })
	if n.f.dryRun {
		acted = n.would() > 0
	}
	switch {
	case len(n.alarms) > 0:
		return baseline.Alarmed, ui.Alarm
	case acted:
		return baseline.Acted, ui.Acted
	case len(n.untouched) > 0:
		return baseline.Quiet, ui.InPart
	}
	return baseline.Quiet, ui.Done
}

func (n *night) recovered() int {
	if n.hand == nil {
		return 0
	}
	return len(n.hand.recovered)
}

// would is how many messages the rules would move or delete.
func (n *night) would() int {
	sum := 0
	for _, s := range steps() {
		if n.holdsBack(s.do) {
			continue
		}
		for range n.decision.Of(s.do) {
			sum++
		}
	}
	return sum
}
