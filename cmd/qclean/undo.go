package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"qclean/classify/index"
	"qclean/cmd/ui"
	"qclean/replay"
)

func newUndo(a *app) *cobra.Command {
	f := undoFlags{}
	cmd := &cobra.Command{
		Use:   "undo [RUN]",
		Short: "Take a run back",
		Long: `Takes a run back, the last one if none is named. RUN is a name from "qclean log",
or the run's folder: the journal lies in it, so that nothing else is needed.
Undo is a run as well and can be undone.

When the last run is one of "qclean hygiene", the whole of that night is taken back,
newest run first; what it deleted cannot be, and is named.`,
		Example: "  qclean undo\n  qclean undo 20261122-054300-quarantine\n  qclean undo /spool/out.old/20261122-054300-quarantine",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := ""
			if len(args) > 0 {
				name = args[0]
			}
			return a.undo(cmd.Context(), &f, name)
		},
	}
	f.add(cmd, false)
	cmd.Flags().BoolVar(&f.inDoubt, "in-doubt", false, "also what is in doubt: you have looked, and it was not delivered")
	return cmd
}

type undoFlags struct {
	changeFlags
	inDoubt bool
}

func (a *app) undo(ctx context.Context, f *undoFlags, name string) error {
	if strings.Contains(name, "/") {
		path, err := spoolOf(name)
		if err != nil {
			return err
		}
		f.spool, name = path, filepath.Base(name)
	}
	t, h, done, err := a.begin(ctx, &f.changeFlags, "undoing", replay.Options{InDoubt: f.inDoubt})
	if err != nil {
		return err
	}
	defer done()
	if night, err := a.nightOf(ctx, h, name); err != nil || night != "" {
		if err != nil {
			return err
		}
		return a.undoNight(ctx, t, h, f, night)
	}
	run, err := a.runToUndo(ctx, h, name)
	if err != nil {
		return err
	}
	plan, err := h.UndoPlan(ctx, run)
	if err != nil {
		return err
	}
	o := a.outcomeOf(t, replay.Undo, nil)
	o.Selector, o.Matched, o.Of, o.Bytes = run.Selector, plan.Messages(), run.Done, plan.Bytes
	if !a.json {
		a.ui.Say("run       %s  %s", run.Name, ui.Safe(run.Selector))
		a.ui.Say("takes back %s, %s", ui.Plural(plan.Messages(), "message"), ui.Bytes(plan.Bytes))
	}
	if f.dryRun {
		return a.sayPlan(plan, o)
	}
	if err := a.confirm(&f.changeFlags, "Take back "+run.Name+"?", true); err != nil {
		return err
	}
	err = a.apply(ctx, h, plan, o)
	a.moved(t, index.Queued)
	return err
}

// runToUndo finds the run by name, or the last one that can be taken back.
func (a *app) runToUndo(ctx context.Context, h *hand, name string) (replay.Run, error) {
	if name == "" {
		return h.LastRun(ctx)
	}
	return h.FindRun(ctx, name)
}

// spoolOf finds the spool that a run's folder belongs to: the queue beside
// its .old folder, or the spool directory with the quarantines of all queues in
// one .old folder.
func spoolOf(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(abs); err != nil {
		return "", fmt.Errorf("run: %w", err)
	}
	old := filepath.Dir(abs)
	if all := filepath.Dir(old); filepath.Base(all) == ".old" {
		return filepath.Dir(all), nil
	}
	queue, ok := strings.CutSuffix(old, ".old")
	if !ok || filepath.Base(queue) == "" {
		return "", &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("%s is not the folder of a run", abs),
			Hint: "Name a folder such as /spool/out.old/20261122-054300-quarantine, or a run from: qclean log"}
	}
	return queue, nil
}
