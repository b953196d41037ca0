package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"qclean/classify/index"
	"qclean/classify/query"
	"qclean/cmd/ui"
	"qclean/replay"
	"qclean/scan/spool"
)

type purgeFlags struct {
	changeFlags
	older string
	most  int
}

func newPurge(a *app) *cobra.Command {
	var f purgeFlags
	cmd := &cobra.Command{
		Use:   "purge",
		Short: "Delete old quarantined messages for good",
		Long: `Deletes the messages of quarantine runs that are older than --older-than. This is
the one change that cannot be taken back. The journal keeps what was deleted: ID,
hash, sender and size. On a terminal the count has to be typed back; off a
terminal this wants --yes and --max-messages, and deletes nothing when there are
more than that. Messages that quarantine --old has carried to another filesystem
are deleted there when that directory is named with --old; otherwise they are
counted, and stay.`,
		Example: "  qclean purge --older-than 30d --dry-run\n  qclean purge --older-than 30d --yes --max-messages 100000\n  qclean purge --older-than 30d --old /mnt/large",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.purge(cmd.Context(), &f) },
	}
	f.add(cmd, false)
	cmd.Flags().StringVar(&f.older, "older-than", "", "`AGE` of the quarantine run, for example 30d")
	cmd.Flags().IntVar(&f.most, "max-messages", 0, "refuse to delete more than `N` messages")
	return cmd
}

func (a *app) purge(ctx context.Context, f *purgeFlags) error {
	age, err := query.ParseAge(f.older)
	if err != nil {
		return &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("--older-than: %w", err), Hint: "Say how old, for example: qclean purge --older-than 30d --dry-run"}
	}
	t, h, done, err := a.begin(ctx, &f.changeFlags, "deleting", replay.Options{})
	if err != nil {
		return err
	}
	defer done()
	picks, elsewhere, err := purgePicks(ctx, h, a.now().Add(-age))
	if err != nil {
		return err
	}
	for _, e := range elsewhere {
		a.ui.Warn("%s more lie in %s and stay; to delete them as well add: --old %s", ui.Plural(e.Messages, "message"), ui.Safe(e.Old), ui.Safe(e.Old))
	}
	plan, err := replay.NewPlan(t.Spool, replay.Purge, "older than "+f.older, picks, a.now())
	o := a.outcomeOf(t, replay.Purge, nil)
	o.Selector, o.Elsewhere = "older than "+f.older, elsewhereJSON(elsewhere)
	if errors.Is(err, replay.ErrEmpty) {
		a.ui.Say("Nothing in quarantine is older than %s.", f.older)
		if a.json {
			return a.ui.JSON(o)
		}
		return nil
	}
	if err != nil {
		return err
	}
	o.Matched, o.Bytes = plan.Messages(), plan.Bytes
	a.ui.Say("deletes   %s, %s, for good", ui.Plural(plan.Messages(), "message"), ui.Bytes(plan.Bytes))
	if n := farSteps(plan); n > 0 {
		a.ui.Say("of these  %s in %s", ui.Number(n), ui.Safe(f.old))
	}
	if f.dryRun {
		return a.sayPlan(plan, o)
	}
	if err := a.confirmPurge(f, plan.Messages()); err != nil {
		return err
	}
	err = a.apply(ctx, h, plan, o)
	a.remember(ctx, t, index.Quarantined)
	return err
}

// purgePicks finds what is old, here and on the other filesystem.
func purgePicks(ctx context.Context, h *hand, before time.Time) ([]replay.Pick, []replay.Elsewhere, error) {
	near, err := h.PurgePicks(ctx, before)
	if err != nil {
		return nil, nil, err
	}
	far, elsewhere, err := h.FarPicks(ctx, before)
	return append(near, far...), elsewhere, err
}

// sayFar tells a replay what it does not look at: messages that were carried
// to another filesystem have to come back first.
func (a *app) sayFar(ctx context.Context, h *hand) error {
	here, elsewhere, err := h.FarPicks(ctx, a.now().Add(time.Hour))
	if err != nil {
		return err
	}
	runs := map[string]int{}
	for _, p := range here {
		runs[p.Note]++
	}
	for _, run := range slices.Sorted(maps.Keys(runs)) {
		a.ui.Warn("%s of %s lie on the other filesystem and are not looked at; to bring them back into the queue: qclean undo %s --old DIR",
			ui.Plural(runs[run], "message"), run, run)
	}
	for _, e := range elsewhere {
		a.ui.Warn("%s lie in %s and are not looked at; to bring them back into the queue: qclean undo %s --old %s",
			ui.Plural(e.Messages, "message"), ui.Safe(e.Old), e.Runs[0], ui.Safe(e.Old))
	}
	return nil
}

func farSteps(p *replay.Plan) int {
	n := 0
	for _, s := range p.Steps {
		if s.Far != "" {
			n++
		}
	}
	return n
}

// elsewhere is in JSON how many messages stay in a directory that was not named.
type elsewhere struct {
	Old      string `json:"old"`
	Messages int    `json:"messages"`
}

func elsewhereJSON(all []replay.Elsewhere) []elsewhere {
	var out []elsewhere
	for _, e := range all {
		out = append(out, elsewhere{spool.EscapeName(e.Old), e.Messages})
	}
	return out
}

// confirmPurge wants more than a yes: the number has to be known.
func (a *app) confirmPurge(f *purgeFlags, n int) error {
	switch {
	case f.most > 0 && n > f.most:
		return refused(fmt.Errorf("%d messages would be deleted, more than --max-messages %d", n, f.most),
			"Look at them: qclean purge --older-than "+f.older+" --dry-run")
	case f.yes && f.most > 0:
		return nil
	case a.ui.CanAsk():
		if a.ui.Ask(fmt.Sprintf("This cannot be taken back. Type the number of messages to delete them (%d): ", n)) == strconv.Itoa(n) {
			return nil
		}
		return &ui.Exit{Code: ui.Refused, Err: errDeclined}
	}
	return refused(errors.New("nobody to ask, and this cannot be taken back"),
		fmt.Sprintf("Add: --yes --max-messages %d", n))
}
