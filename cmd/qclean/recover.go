package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"qclean/cmd/ui"
	"qclean/replay"
	"qclean/scan/disk"
	"qclean/scan/spool"
)

func newRecover(a *app) *cobra.Command {
	var f changeFlags
	cmd := &cobra.Command{
		Use:   "recover",
		Short: "Finish what an interrupted run left",
		Long: `Finishes or forgets what a run that was killed had begun, message by message, as
its journal says. Every changing command does this by itself before anything else.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.recover(cmd.Context(), &f) },
	}
	cmd.Flags().StringVar(&f.spool, "spool", "", "`SPOOL` to work on (default the one of the last scan)")
	cmd.Flags().StringVar(&f.old, "old", "", "`DIR` on another filesystem that has quarantined messages")
	return cmd
}

func (a *app) recover(ctx context.Context, f *changeFlags) error {
	t, err := a.open(f.spool)
	if err != nil {
		return err
	}
	defer t.Close()
	o := replay.Options{Now: a.now}
	if f.old != "" {
		if o.Old, err = disk.Open(f.old); err != nil {
			return fmt.Errorf("--old: %w", err)
		}
		defer o.Old.Close()
	}
	m, err := replay.New(t.tree, t.Spool, o)
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
	waits := 0
	for r, err := range m.Runs(ctx) {
		if err == nil && r.Ended.IsZero() {
			waits++
			a.ui.Warn("%s is unfinished: what it deletes lies in %s; to look at it add: --old %s", r.Name, ui.Safe(r.Old), ui.Safe(r.Old))
		}
	}
	if len(runs)+waits == 0 {
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
