package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"qclean/classify"
	"qclean/classify/baseline"
	"qclean/classify/index"
	"qclean/classify/survey"
	"qclean/cmd/ui"
	"qclean/replay"
)

// careQueue is what the spool itself says.
func (a *app) careQueue(ctx context.Context, t *target) ([]care, error) {
	named := a.namedAccounts(t) // before the survey replaces what the last scan saw
	v, err := a.survey(ctx, t, index.Queued, survey.Options{})
	if err != nil {
		return nil, err
	}
	q, err := a.survey(ctx, t, index.Quarantined, survey.Options{})
	if err != nil {
		return nil, err
	}
	h, err := baseline.Open(t.store.Folder(t.path))
	if err != nil {
		return nil, err
	}
	return []care{careAccounts(named, v, a.now()), careBaseline(v, h, a.now()), careQuarantine(q), a.careRuns(ctx, t), a.careRules(t)}, nil
}

const (
	manyOfOne = 20        // messages of one login that make it worth naming
	lately    = time.Hour // a login that sent in this time still sends
	maxNamed  = 5
)

// namedAccounts are the logins behind the messages that the last scans saw,
// in the queue and in quarantine: most messages first.
func (a *app) namedAccounts(t *target) []string {
	count := map[string]int{}
	for _, set := range []index.Set{index.Queued, index.Quarantined} {
		snap, err := t.store.Load(t.path, set)
		if err != nil {
			continue // nothing remembered: the survey that follows says what is wrong
		}
		addLogins(count, snap.Table)
	}
	return topLogins(count)
}

func addLogins(count map[string]int, t *classify.Table) {
	for i := range t.Len() {
		if user := t.At(i).AuthUser(); user != "" {
			count[user]++
		}
	}
}

func topLogins(count map[string]int) []string {
	names := slices.DeleteFunc(slices.Collect(maps.Keys(count)), func(n string) bool { return count[n] < manyOfOne })
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	return names[:min(len(names), maxNamed)]
}

func careAccounts(named []string, v *survey.Survey, now time.Time) care {
	c := care{Topic: "account locked", State: careUnknown, Detail: "the last scan named no account: the queue records no logins, or none stands out"}
	if len(named) == 0 {
		return c
	}
	recent := map[string]int{}
	for i := range v.Table.Len() {
		m := v.Table.At(i)
		if user := m.AuthUser(); slices.Contains(named, user) && now.Sub(m.Arrived()) < lately {
			recent[user]++
		}
	}
	var still []string
	for _, name := range named {
		if n := recent[name]; n > 0 {
			still = append(still, fmt.Sprintf("%s (%s)", name, ui.Plural(n, "message")))
		}
	}
	if len(still) == 0 {
		c.State, c.Detail = careDone, "nothing in the last hour from "+strings.Join(named, ", ")
		return c
	}
	c.State, c.Detail = careOpen, "still sending in the last hour: "+strings.Join(still, ", ")
	c.Command = "qclean scan --by auth-user"
	return c
}

// careBaseline holds the queue against what earlier runs have found at this
// hour. An empty one needs nothing to be held against.
func careBaseline(v *survey.Survey, h *baseline.History, now time.Time) care {
	c := care{Topic: "queue at baseline", State: careUnknown, Command: "qclean scan"}
	if v.Table.Len() == 0 {
		c.State, c.Detail, c.Command = careDone, "the queue is empty", ""
		return c
	}
	m, usual := baseline.Of(v.Table, now), h.Usual(now)
	c.Detail = fmt.Sprintf("%s, oldest %s", ui.Plural(m.Messages, "message"), ui.Ago(now.Add(-m.Oldest), now))
	text, alarm := usual.Alarm(m, baseline.DefaultFactor)
	switch {
	case !usual.Known():
		c.Detail += "; what is usual here is not known before qclean hygiene has run for some nights"
	case alarm:
		c.State, c.Detail = careOpen, text
	default:
		c.State, c.Command = careDone, ""
		c.Detail += fmt.Sprintf("; usual are %.0f, %s", usual.Messages.Median, usual.Behind())
	}
	return c
}

func careQuarantine(q *survey.Survey) care {
	c := care{Topic: "quarantine", State: careDone, Detail: "empty"}
	if n := q.Table.Len(); n > 0 {
		c.State = careOpen
		c.Detail = ui.Plural(n, "message") + " wait for review, replay or purge"
		c.Command = "qclean scan --quarantined; qclean purge --older-than 30d --dry-run"
	}
	return c
}

// careRuns looks for a run that stopped half way.
func (a *app) careRuns(ctx context.Context, t *target) care {
	c := care{Topic: "runs finished", State: careUnknown, Command: "qclean log"}
	m, err := replay.New(t.tree, t.Spool, replay.Options{Now: a.now})
	if err != nil {
		c.Detail = err.Error()
		return c
	}
	n := 0
	var damaged error
	for r, err := range m.Runs(ctx) {
		switch {
		case err != nil:
			damaged = errors.Join(damaged, err)
		case r.Outcome == "":
			c.State, c.Detail, c.Command = careOpen, r.Name+" did not finish", "qclean recover"
			return c
		}
		n++
	}
	if damaged != nil {
		c.Detail = damaged.Error()
		return c
	}
	c.State, c.Detail, c.Command = careDone, ui.Plural(n, "run")+" on this spool, none half way", ""
	return c
}

// careRules asks whether the campaigns will be known the next time.
func (a *app) careRules(t *target) care {
	c := care{Topic: "rules to keep", State: careUnknown, Command: "qclean fp add FINGERPRINT NOTE"}
	list, err := t.store.Known()
	switch {
	case err != nil:
		c.Detail = err.Error()
	case len(list) > 0:
		c.State, c.Detail, c.Command = careDone, ui.Plural(len(list), "fingerprint")+" kept for the next time", ""
	default:
		c.Detail = "no fingerprint is kept: add those of the campaigns that were taken out"
	}
	return c
}
