package main

import (
	"context"
	"errors"
	"fmt"

	"qclean/classify/index"
	"qclean/cmd/ui"
	"qclean/replay"
	"qclean/scan/spool"
)

// nightOf finds the unattended run that a name means, or that the last run is
// a part of: "" when it was a person's.
func (a *app) nightOf(ctx context.Context, h *hand, name string) (string, error) {
	if name != "" {
		_, _, err := h.Night(ctx, name)
		if errors.Is(err, replay.ErrNoRun) {
			return "", nil
		}
		return name, err
	}
	last, err := h.LastRun(ctx)
	return last.Night, err
}

// undoneJSON is the undo of a night in JSON.
type undoneJSON struct {
	Schema int            `json:"schema"`
	Kind   string         `json:"kind"`
	Spool  string         `json:"spool"`
	Night  string         `json:"night"`
	DryRun bool           `json:"dry_run"`
	Plans  []*replay.Plan `json:"plans,omitempty"`
	Runs   []*runJSON     `json:"runs"`
	Gone   []*runJSON     `json:"gone"` // deleted, and not to be taken back
}

// undoNight takes back all that an unattended run did, newest first, but for
// what it deleted: that is said.
func (a *app) undoNight(ctx context.Context, t *target, h *hand, f *undoFlags, night string) error {
	runs, gone, err := h.Night(ctx, night)
	if err != nil {
		return err
	}
	for _, r := range gone {
		a.ui.Say("deleted for good, and not to be taken back: %s, run %s", ui.Plural(r.Done, "message"), r.Name)
	}
	if len(runs) == 0 {
		why := "everything that can be taken back has been"
		if len(gone) > 0 {
			why = "what is left of it was to delete"
		}
		return refused(fmt.Errorf("night %s: %w: %s", night, replay.ErrNoUndo, why), "See the runs: qclean log")
	}
	doc := undoneJSON{Schema: ui.Schema, Kind: string(replay.Undo), Spool: spool.EscapeName(t.path), Night: night, DryRun: f.dryRun, Runs: []*runJSON{}, Gone: jsonRuns(gone)}
	if !f.dryRun {
		if err := a.confirm(&f.changeFlags, fmt.Sprintf("Take back the night %s (%s)?", night, ui.Plural(len(runs), "run")), true); err != nil {
			return err
		}
	}
	left := map[string]int{}
	for _, r := range runs {
		if err = a.undoOne(ctx, h, r, &doc, left); err != nil {
			break
		}
	}
	if a.json {
		err = errors.Join(err, a.ui.JSON(doc))
	}
	if f.dryRun {
		a.ui.Say("Nothing was changed (--dry-run).")
		return err
	}
	a.moved(t, index.Queued)
	if err == nil && len(left) > 0 {
		err = &ui.Exit{Code: ui.InPart, Err: fmt.Errorf("done in part: %s", reasons(left))}
	}
	return err
}

func (a *app) undoOne(ctx context.Context, h *hand, r replay.Run, doc *undoneJSON, left map[string]int) error {
	plan, err := h.UndoPlan(ctx, r)
	if errors.Is(err, replay.ErrEmpty) { // later runs have taken all of it on
		return nil
	}
	if err != nil {
		return err
	}
	if doc.DryRun {
		doc.Plans = append(doc.Plans, plan)
		if a.json {
			return nil
		}
		a.ui.Say("takes back %s: %s, %s", r.Name, ui.Plural(plan.Messages(), "message"), ui.Bytes(plan.Bytes))
		return nil
	}
	run, err := h.Apply(ctx, plan)
	if run.Name != "" {
		doc.Runs = append(doc.Runs, jsonRun(run))
		for reason, n := range run.Skipped {
			left[reason] += n
		}
		if !a.json {
			a.sayRun(run)
		}
	}
	if errors.Is(err, context.Canceled) {
		return &ui.Exit{Code: ui.Interrupted, Err: errors.New("interrupted; what was moved is journalled"), Hint: "Give the same command again to go on: qclean undo " + doc.Night}
	}
	return err
}
