package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"qclean/cmd/ui"
	"qclean/replay"
	"qclean/scan/spool"
)

func newVerify(a *app) *cobra.Command {
	var f changeFlags
	cmd := &cobra.Command{
		Use:   "verify [RUN]",
		Short: "Hold journal, quarantine and spool against each other",
		Long: `Looks whether every file lies where the journals say, and prints what differs:
from the hash that was recorded when it was moved (in place); without one, from
its inode, size and times, when nothing may have touched it since (untouched).
Of files that a later run moved once more without a hash, the time of that is
all that their times tell (no hash). Without RUN, all runs. Nothing is changed.
Exit code 3 when something differs.`,
		Example: "  qclean verify\n  qclean verify 20261122-054300-quarantine",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.verify(cmd.Context(), &f, args)
		},
	}
	cmd.Flags().StringVar(&f.spool, "spool", "", "`SPOOL` to look into (default the one of the last scan)")
	cmd.Flags().StringVar(&f.old, "old", "", "`DIR` on another filesystem that has quarantined messages")
	return cmd
}

func (a *app) verify(ctx context.Context, f *changeFlags, args []string) error {
	f.dryRun = true // looks only: no lock, nothing recovered
	t, h, done, err := a.begin(ctx, f, "", replay.Options{})
	if err != nil {
		return err
	}
	defer done()
	runs, err := a.runsNamed(ctx, h, args)
	if err != nil {
		return err
	}
	var reports []replay.Report
	var failed error
	for _, r := range runs {
		rep, err := h.Verify(ctx, r)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		reports = append(reports, rep)
	}
	if a.json {
		err = a.verifyJSON(t, reports)
	} else {
		err = a.verifyTable(reports)
	}
	wrong := 0
	for _, r := range reports {
		wrong += len(r.Wrong) + r.More
	}
	if err = errors.Join(failed, err); err != nil {
		return err
	}
	if wrong > 0 {
		return &ui.Exit{Code: ui.InPart, Err: fmt.Errorf("%s", ui.Plural(wrong, "difference"))}
	}
	return nil
}

// runsNamed gives the run that was named, or all of them.
func (a *app) runsNamed(ctx context.Context, h *hand, args []string) ([]replay.Run, error) {
	if len(args) == 1 {
		r, err := h.FindRun(ctx, args[0])
		return []replay.Run{r}, err
	}
	var runs []replay.Run
	for r, err := range h.Runs(ctx) {
		if err != nil {
			return nil, err
		}
		runs = append(runs, r)
	}
	return runs, nil
}

func (a *app) verifyTable(reports []replay.Report) error {
	if len(reports) == 0 {
		a.ui.Say("No runs yet.")
		return nil
	}
	columns := []ui.Column{{Name: "run"}, {Name: "in place", Right: true}, {Name: "untouched", Right: true}, {Name: "moved on", Right: true},
		{Name: "no hash", Right: true}, {Name: "elsewhere", Right: true}, {Name: "differ", Right: true}}
	var rows [][]ui.Cell
	for _, r := range reports {
		rows = append(rows, []ui.Cell{ui.Text(r.Run.Name), ui.Text(fmt.Sprint(r.OK)), ui.Text(fmt.Sprint(r.Untouched)), ui.Text(fmt.Sprint(r.MovedOn)),
			ui.Text(fmt.Sprint(r.NoSum)), ui.Text(fmt.Sprint(r.Far)), ui.Text(fmt.Sprint(len(r.Wrong) + r.More))})
	}
	if err := a.ui.Table(columns, rows); err != nil {
		return err
	}
	for _, r := range reports {
		for _, w := range r.Wrong {
			a.ui.Warn("%s: %s: %s", ui.Safe(r.Run.Name), ui.Safe(w.Name), ui.Safe(w.Problem))
		}
		if r.More > 0 {
			a.ui.Warn("%s: and %s more", ui.Safe(r.Run.Name), ui.Number(r.More))
		}
	}
	return nil
}

func (a *app) verifyJSON(t *target, reports []replay.Report) error {
	type finding struct {
		ID      string `json:"id,omitempty"`
		File    string `json:"file"`
		Problem string `json:"problem"`
	}
	type one struct {
		Run     string    `json:"run"`
		OK      int       `json:"in_place"`
		Same    int       `json:"untouched"`
		MovedOn int       `json:"moved_on"`
		NoSum   int       `json:"no_hash"`
		Far     int       `json:"elsewhere"`
		Wrong   []finding `json:"differ"`
		More    int       `json:"more"`
	}
	list := []one{}
	for _, r := range reports {
		o := one{Run: r.Run.Name, OK: r.OK, Same: r.Untouched, MovedOn: r.MovedOn, NoSum: r.NoSum, Far: r.Far, Wrong: []finding{}, More: r.More}
		for _, w := range r.Wrong {
			o.Wrong = append(o.Wrong, finding{spool.EscapeName(w.ID), spool.EscapeName(w.Name), w.Problem})
		}
		list = append(list, o)
	}
	return a.ui.JSON(map[string]any{"schema": ui.Schema, "kind": "verify", "spool": spool.EscapeName(t.path), "runs": list})
}
