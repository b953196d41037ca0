package main

import (
	"context"

	"github.com/spf13/cobra"

	"qclean/cmd/ui"
	"qclean/replay"
	"qclean/scan/spool"
)

func newRecover(a *app) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "recover",
		Short: "Finish what an interrupted run left",
		Long: `Finishes or forgets what a run that was killed had begun, message by message, as
its journal says. Every changing command does this by itself before anything else.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.recover(cmd.Context(), path) },
	}
	cmd.Flags().StringVar(&path, "spool", "", "`SPOOL` to work on (default the one of the last scan)")
	return cmd
}

func (a *app) recover(ctx context.Context, path string) error {
	t, err := a.open(path)
	if err != nil {
		return err
	}
	defer t.Close()
	m, err := replay.New(t.tree, t.Spool, replay.Options{Now: a.now})
	if err != nil {
		return err
	}
	lock, err := m.Lock(ctx)
	if err != nil {
		return err
	}
	defer lock.Close()
	runs, err := m.Recover(ctx)
	if err != nil {
		return err
	}
	if a.json {
		list := make([]*runJSON, 0, len(runs))
		for _, r := range runs {
			list = append(list, jsonRun(r))
		}
		return a.ui.JSON(map[string]any{"schema": ui.Schema, "kind": "recover", "spool": spool.EscapeName(t.path), "runs": list})
	}
	if len(runs) == 0 {
		a.ui.Say("Nothing to recover.")
	}
	for _, r := range runs {
		a.ui.Say("%s: %s moved, %s left where they were", r.Name, ui.Number(r.Done), ui.Number(skipped(r)))
		if doubts, err := m.InDoubt(r); err == nil {
			a.sayDoubts(r, doubts)
		}
	}
	return nil
}
