package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"qclean/cmd/report"
	"qclean/cmd/ui"
	"qclean/replay"
	"qclean/scan/disk"
	"qclean/scan/spool"
)

// changeFlags are what every changing command takes besides a selector.
type changeFlags struct {
	spool    string
	old      string
	dryRun   bool
	yes      bool
	maxShare float64
}

const defaultShare = 0.95

func (f *changeFlags) add(cmd *cobra.Command, withShare bool) {
	flags := cmd.Flags()
	flags.StringVar(&f.spool, "spool", "", "`SPOOL` to work on (default the one of the last scan)")
	flags.StringVar(&f.old, "old", "", "`DIR` on another filesystem that takes the quarantined messages, or has them")
	flags.BoolVarP(&f.dryRun, "dry-run", "n", false, "print the plan and change nothing")
	flags.BoolVarP(&f.yes, "yes", "y", false, "do not ask")
	if withShare {
		flags.Float64Var(&f.maxShare, "max-share", defaultShare, "refuse a selector that matches a larger `SHARE` of the messages")
	}
}

// hand is a spool under qclean's lock, with nothing unfinished in it.
type hand struct {
	*replay.Mover
	unlock    func()
	recovered []replay.Run // what an earlier run had left, and is finished now
}

// take locks the spool and finishes what an earlier run left. A dry run does
// neither: it changes nothing.
func (a *app) take(ctx context.Context, t *target, dryRun bool, o replay.Options) (*hand, error) {
	o.Now = a.now
	m, err := replay.New(t.tree, t.Spool, o)
	if err != nil {
		return nil, err
	}
	if dryRun {
		return &hand{Mover: m, unlock: func() {}}, nil
	}
	lock, err := m.Lock(ctx)
	if err != nil {
		return nil, err
	}
	h := &hand{Mover: m, unlock: func() { lock.Close() }}
	runs, err := m.Recover(ctx)
	h.recovered = runs
	if err != nil {
		h.unlock()
		return nil, err
	}
	for _, r := range runs {
		a.ui.Say("recovered %s: %s moved, %s left where they were", r.Name, ui.Number(r.Done), ui.Number(skipped(r)))
		if doubts, err := m.InDoubt(r); err == nil {
			a.sayDoubts(r, doubts)
		}
	}
	return h, nil
}

// begin opens the spool of a changing command and takes it in hand. done lets
// go of both.
func (a *app) begin(ctx context.Context, f *changeFlags, what string, o replay.Options) (t *target, h *hand, done func(), err error) {
	if t, err = a.open(f.spool); err != nil {
		return nil, nil, nil, err
	}
	var bar *ui.Progress // made when the run begins: questions come before
	o.Progress = func(p replay.Progress) {
		if bar == nil {
			bar = a.ui.Progress(what, p.Total)
		}
		bar.Set(p.Done + p.Skipped)
	}
	if f.old != "" {
		if o.Old, err = disk.Open(f.old); err != nil {
			t.Close()
			return nil, nil, nil, fmt.Errorf("--old: %w", err)
		}
	}
	if h, err = a.take(ctx, t, f.dryRun, o); err != nil {
		t.Close()
		return nil, nil, nil, err
	}
	return t, h, func() {
		if bar != nil {
			bar.Close()
		}
		h.unlock()
		if o.Old != nil {
			o.Old.Close()
		}
		t.Close()
	}, nil
}

// picksOf is a choice as the mover takes it.
func picksOf(c *choice) []replay.Pick {
	out := make([]replay.Pick, 0, len(c.picked))
	for _, i := range c.picked {
		m := c.survey.Table.At(int(i))
		out = append(out, replay.Pick{Entry: m.Entry(), Note: string(m.Campaign())})
	}
	return out
}

// confirm asks before a change, or says why nobody could be asked.
func (a *app) confirm(f *changeFlags, question string, reversible bool) error {
	switch {
	case f.yes:
		return nil
	case a.ui.CanAsk():
		if a.ui.Confirm(question) {
			return nil
		}
		return &ui.Exit{Code: ui.Refused, Err: errDeclined}
	case reversible:
		return nil
	}
	return refused(errNeedsYes, "Look at it first with --dry-run, then add --yes.")
}

// refuseShare guards against a selector that says more than was meant.
func refuseShare(c *choice, f *changeFlags) error {
	if c.share() <= f.maxShare || c.survey.Table.Len() < 2 {
		return nil
	}
	return refused(fmt.Errorf("%w: %d of %d messages", errShare, len(c.picked), c.survey.Table.Len()),
		"Narrow it down, or if you mean it add: --max-share 1")
}

// outcome is a changing command in JSON.
type outcome struct {
	Schema   int              `json:"schema"`
	Kind     string           `json:"kind"`
	Spool    string           `json:"spool"`
	Selector string           `json:"selector,omitempty"`
	Matched  int              `json:"matched"`
	Of       int              `json:"of"`
	Bytes    int64            `json:"bytes"`
	DryRun   bool             `json:"dry_run"`
	Samples  []report.Message `json:"samples,omitempty"`
	Plan     *replay.Plan     `json:"plan,omitempty"`
	Run      *runJSON         `json:"run,omitempty"`
	InDoubt  []doubtJSON      `json:"in_doubt,omitempty"`

	Elsewhere []elsewhere `json:"elsewhere,omitempty"` // of a purge: what stays on filesystems that were not named
}

// runJSON is a run in JSON.
type runJSON struct {
	Name     string         `json:"name"`
	Verb     string         `json:"verb"`
	Selector string         `json:"selector,omitempty"`
	Of       string         `json:"of,omitempty"`
	Night    string         `json:"night,omitempty"` // of the hygiene run that made it
	Began    string         `json:"began"`
	Ended    string         `json:"ended,omitempty"`
	Done     int            `json:"done"`
	Skipped  map[string]int `json:"skipped,omitempty"`
	Bytes    int64          `json:"bytes"`
	Outcome  string         `json:"outcome,omitempty"`
	Dir      string         `json:"dir"`
	UndoneBy string         `json:"undone_by,omitempty"`
}

func jsonRun(r replay.Run) *runJSON {
	return &runJSON{Name: r.Name, Verb: string(r.Verb), Selector: r.Selector, Of: r.Of, Night: r.Night, Began: ui.Stamp(r.Began),
		Ended: ui.Stamp(r.Ended), Done: r.Done, Skipped: r.Skipped, Bytes: r.Bytes, Outcome: r.Outcome,
		Dir: spool.EscapeName(r.Dir), UndoneBy: r.UndoneBy}
}

func (a *app) outcomeOf(t *target, verb replay.Verb, c *choice) outcome {
	o := outcome{Schema: ui.Schema, Kind: string(verb), Spool: spool.EscapeName(t.path)}
	if c != nil {
		o.Selector, o.Matched, o.Of, o.Bytes = c.expression, len(c.picked), c.survey.Table.Len(), c.bytes
		for _, r := range c.some(3) {
			o.Samples = append(o.Samples, report.JSONMessage(&r))
		}
	}
	return o
}

// apply carries a plan out and says how it went.
func (a *app) apply(ctx context.Context, h *hand, plan *replay.Plan, o outcome) error {
	run, err := h.Apply(ctx, plan)
	if run.Name != "" {
		o.Run = jsonRun(run)
		doubts, doubtErr := h.InDoubt(run)
		err = errors.Join(err, doubtErr)
		o.InDoubt = jsonDoubts(doubts)
		if a.json {
			err = errors.Join(err, a.ui.JSON(o))
		} else {
			a.sayRun(run)
			a.sayDoubts(run, doubts)
			a.sayHeld(run)
		}
	}
	if errors.Is(err, context.Canceled) {
		return &ui.Exit{Code: ui.Interrupted, Err: errors.New("interrupted; what was moved is journalled"),
			Hint: "Take it back: qclean undo\nOr give the same command again to go on."}
	}
	if err != nil {
		return err
	}
	if n := skipped(run); n > 0 {
		return &ui.Exit{Code: ui.InPart, Err: fmt.Errorf("done in part: %s", reasons(run.Skipped))}
	}
	return nil
}

// sayRun tells a person what a run did and how to take it back.
func (a *app) sayRun(r replay.Run) {
	verbs := map[replay.Verb]string{replay.Quarantine: "moved to quarantine", replay.Inject: "given to pickup",
		replay.Submit:  "taken by the other server",
		replay.PutBack: "put back into the queue", replay.Undo: "taken back", replay.Reindex: "stale index files put aside",
		replay.Swap: "queue folders exchanged for empty ones", replay.Purge: "deleted for good"}
	a.ui.Say("%s %s, %s   run %s", ui.Number(r.Done), verbs[r.Verb], ui.Bytes(r.Bytes), r.Name)
	if n := skipped(r); n > 0 {
		a.ui.Say("left alone: %s", reasons(r.Skipped))
	}
	switch {
	case r.Done == 0, r.Verb == replay.Purge, r.Verb == replay.Submit:
	case r.Verb == replay.Undo && strings.Contains(r.Of, "-"+string(replay.Inject)):
		a.ui.Say("Send them again: qclean replay …")
	case r.Verb == replay.Quarantine && r.Old != "":
		a.ui.Say("Take it back: qclean undo %s --old %s", r.Name, ui.Safe(r.Old))
	default:
		a.ui.Say("Take it back: qclean undo %s", r.Name)
	}
}

func skipped(r replay.Run) int {
	n := 0
	for _, c := range r.Skipped {
		n += c
	}
	return n
}

func reasons(counts map[string]int) string {
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %s", ui.Number(counts[reason]), ui.Safe(reason)))
	}
	return strings.Join(parts, ", ")
}
