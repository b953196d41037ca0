package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"qclean/classify/query"
	"qclean/cmd/ui"
)

type watchFlags struct {
	changeFlags
	every, lasting string
	quiet          int
}

func newWatch(a *app) *cobra.Command {
	var f watchFlags
	var sel *selector
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Repeat a quarantine while the flood goes on",
		Long: `Repeats a quarantine: after the queue was emptied, messages keep coming out of the
store for 20 to 30 minutes. Ends after --for, or earlier when nothing has
matched for --quiet-rounds rounds in a row, and says so. Each round is a run of
its own that "qclean undo" takes back.`,
		Example: "  qclean watch --every 5m --for 30m --fingerprint 4bXk",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.watch(cmd.Context(), &f, sel.selection()) },
	}
	sel = addSelector(cmd)
	f.add(cmd, true)
	cmd.Flags().StringVar(&f.every, "every", "5m", "`TIME` between two rounds")
	cmd.Flags().StringVar(&f.lasting, "for", "30m", "`TIME` after which to end")
	cmd.Flags().IntVar(&f.quiet, "quiet-rounds", 3, "end after `N` rounds without a match, 0 never")
	return cmd
}

func (a *app) watch(ctx context.Context, f *watchFlags, sel query.Selection) error {
	every, err1 := query.ParseAge(f.every)
	lasting, err2 := query.ParseAge(f.lasting)
	if err := errors.Join(err1, err2); err != nil || every <= 0 {
		return &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("--every and --for: %w", errors.Join(err, errors.New("a time such as 5m is wanted"))),
			Hint: "Try: --every 5m --for 30m"}
	}
	if err := a.confirm(&f.changeFlags, fmt.Sprintf("Quarantine what matches every %s for %s?", every, lasting), true); err != nil {
		return err
	}
	f.yes = true // asked once, not every round
	end := a.now().Add(lasting)
	calm, partly := 0, error(nil)
	for round := 1; ; round++ {
		n, err := a.quarantine(ctx, &quarantineFlags{changeFlags: f.changeFlags}, sel)
		switch {
		case ui.CodeOf(err) == ui.InPart:
			partly = err
		case err != nil:
			return err
		}
		if calm++; n > 0 {
			calm = 0
		}
		if f.quiet > 0 && calm >= f.quiet {
			a.ui.Say("Quiet: nothing matched for %s.", ui.Plural(calm, "round"))
			return partly
		}
		if !a.now().Add(every).Before(end) {
			a.ui.Say("Ended after %s; %s.", ui.Plural(round, "round"),
				map[bool]string{true: "the last one found nothing", false: "the flood goes on: give the same command again"}[calm > 0])
			return partly
		}
		if err := wait(ctx, every); err != nil {
			return &ui.Exit{Code: ui.Interrupted, Err: errors.New("interrupted between two rounds"), Hint: "See: qclean log"}
		}
	}
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
