package main

import (
	"context"

	"github.com/spf13/cobra"

	"qclean/classify/index"
	"qclean/classify/survey"
	"qclean/cmd/ui"
	"qclean/replay"
)

func newReindex(a *app) *cobra.Command {
	var f changeFlags
	cmd := &cobra.Command{
		Use:   "reindex",
		Short: "Rebuild the queue's index",
		Long: `Moves the stale queue index (Queue.dat) into the run's folder, where it stays as
evidence: the service makes a new one from the files it finds. Reads the spool
anew into qclean's own index. Stop the service first.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.reindex(cmd.Context(), &f) },
	}
	f.add(cmd, false)
	return cmd
}

func (a *app) reindex(ctx context.Context, f *changeFlags) error {
	t, h, done, err := a.begin(ctx, f, "", replay.Options{})
	if err != nil {
		return err
	}
	defer done()
	plan, err := replay.NewReindex(t.Spool, a.now())
	if err != nil {
		return err
	}
	o := a.outcomeOf(t, replay.Reindex, nil)
	o.Matched = len(plan.Steps)
	if f.dryRun {
		return a.sayPlan(plan, o)
	}
	if err := a.confirm(f, "Put "+ui.Plural(len(plan.Steps), "index file")+" aside?", true); err != nil {
		return err
	}
	if err := a.apply(ctx, h, plan, o); err != nil {
		return err
	}
	if _, err := a.survey(ctx, t, index.Queued, survey.Options{Fresh: true}); err != nil {
		return err
	}
	return nil
}
