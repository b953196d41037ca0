package main

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"qclean/cmd/ui"
	"qclean/replay"
	"qclean/scan/spool"
)

func newLog(a *app) *cobra.Command {
	var path string
	var most int
	cmd := &cobra.Command{
		Use:   "log",
		Short: "List the runs so far",
		Long:  "Lists the runs on a spool, newest first: when, what, selector, how many, and how it ended.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.log(cmd.Context(), path, most) },
	}
	cmd.Flags().StringVar(&path, "spool", "", "`SPOOL` whose runs to list (default the one of the last scan)")
	cmd.Flags().IntVar(&most, "top", 0, "`N` newest runs only, 0 for all")
	return cmd
}

func (a *app) log(ctx context.Context, path string, most int) error {
	t, err := a.open(path)
	if err != nil {
		return err
	}
	defer t.Close()
	m, err := replay.New(t.tree, t.Spool, replay.Options{Now: a.now})
	if err != nil {
		return err
	}
	var runs []replay.Run
	var damaged error
	for r, err := range m.Runs(ctx) {
		if err != nil {
			damaged = errors.Join(damaged, err)
			continue
		}
		runs = append(runs, r)
	}
	slices.Reverse(runs)
	if most > 0 && len(runs) > most {
		runs = runs[:most]
	}
	if a.json {
		list := make([]*runJSON, 0, len(runs))
		for _, r := range runs {
			list = append(list, jsonRun(r))
		}
		return errors.Join(damaged, a.ui.JSON(map[string]any{"schema": ui.Schema, "kind": "log", "spool": spool.EscapeName(t.path), "runs": list}))
	}
	return errors.Join(damaged, a.logTable(runs))
}

func (a *app) logTable(runs []replay.Run) error {
	if len(runs) == 0 {
		a.ui.Say("No runs yet.")
		return nil
	}
	columns := []ui.Column{{Name: "run"}, {Name: "what"}, {Name: "when"}, {Name: "messages", Right: true},
		{Name: "left alone", Right: true}, {Name: "ended"}, {Name: "selector", Wide: true}}
	var rows [][]ui.Cell
	for _, r := range runs {
		ended := r.Outcome
		if ended == "" {
			ended = "unfinished"
		}
		if r.UndoneBy != "" {
			ended += ", undone"
		}
		selector := r.Selector
		if r.Of != "" {
			selector = "of " + r.Of
		}
		rows = append(rows, []ui.Cell{ui.Text(r.Name), ui.Text(string(r.Verb)),
			{Human: ui.Ago(r.Began, a.now()), Script: ui.Stamp(r.Began)}, {Human: ui.Number(r.Done)},
			{Human: ui.Number(skipped(r))}, ui.Text(ended), ui.Text(selector)})
	}
	return a.ui.Table(columns, rows)
}
