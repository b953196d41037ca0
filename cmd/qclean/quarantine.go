package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/spf13/cobra"

	"qclean/classify/index"
	"qclean/classify/query"
	"qclean/cmd/ui"
	"qclean/replay"
	"qclean/scan/spool"
)

type quarantineFlags struct {
	changeFlags
	all, swap, hash bool
}

func newQuarantine(a *app) *cobra.Command {
	var f quarantineFlags
	var sel *selector
	cmd := &cobra.Command{
		Use:   "quarantine",
		Short: "Move the unwanted out of the queue",
		Long: `Moves the messages that the selector matches into <queue>.old/<run>/, under the
names they have, and puts the stale index files beside them, so that the
service makes new ones. What has arrived since the scan is read first. The run
is journalled: "qclean undo" takes it back. How each file was and when it lay in
place is written down; --hash reads them all for their hashes as well, which
"qclean verify" then holds them against even after a restore from a backup.`,
		Example: `  qclean quarantine --fingerprint 4bXk
  qclean quarantine --ndr --to-domain example.net --age 2d..
  qclean quarantine --where 'ndr && size > 20000' --dry-run
  qclean quarantine --all --swap`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.swap {
				return a.swap(cmd.Context(), &f, sel.selection())
			}
			_, err := a.quarantine(cmd.Context(), &f, sel.selection())
			return err
		},
	}
	sel = addSelector(cmd)
	f.add(cmd, true)
	cmd.Flags().BoolVar(&f.all, "all", false, "everything that is in the queue")
	cmd.Flags().BoolVar(&f.hash, "hash", false, "read what was moved, and record its SHA-256")
	cmd.Flags().BoolVar(&f.swap, "swap", false, "with --all: one rename for the whole folder, whatever its size, and a new empty one")
	return cmd
}

// quarantine moves what the selector matches, and says how many that were.
func (a *app) quarantine(ctx context.Context, f *quarantineFlags, sel query.Selection) (int, error) {
	if f.all {
		if !sel.Empty() {
			return 0, &ui.Exit{Code: ui.Usage, Err: errors.New("--all and a selector"), Hint: "Choose one of the two."}
		}
		sel.Where, f.maxShare = "true", 1
	}
	t, h, done, err := a.begin(ctx, &f.changeFlags, "moving", replay.Options{Hash: f.hash})
	if err != nil {
		return 0, err
	}
	defer done()
	c, err := a.choose(ctx, t, index.Queued, sel)
	if err != nil {
		return 0, err
	}
	if err := refuseShare(c, &f.changeFlags); err != nil {
		return 0, err
	}
	plan, err := replay.NewPlan(t.Spool, replay.Quarantine, c.expression, picksOf(c), a.now())
	return len(c.picked), a.carryOut(ctx, t, h, &f.changeFlags, c, plan, err, index.Quarantined)
}

// swap is the emergency step: the whole queue goes aside with one rename.
func (a *app) swap(ctx context.Context, f *quarantineFlags, sel query.Selection) error {
	queues := sel.Flags["queue"]
	delete(sel.Flags, "queue")
	if !f.all || !sel.Empty() {
		return &ui.Exit{Code: ui.Usage, Err: errors.New("--swap takes the whole queue"), Hint: "Say so: qclean quarantine --all --swap"}
	}
	t, h, done, err := a.begin(ctx, &f.changeFlags, "", replay.Options{})
	if err != nil {
		return err
	}
	defer done()
	if err := refuseRunning(ctx, t); err != nil {
		return err
	}
	plan, err := replay.NewSwap(t.Spool, queues, "all", a.now())
	if errors.Is(err, replay.ErrEmpty) {
		return &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("no queue %q", queues), Hint: "See the queues: qclean scan --by queue"}
	}
	if err != nil {
		return err
	}
	o := a.outcomeOf(t, replay.Swap, nil)
	o.Matched = plan.Messages()
	if f.dryRun {
		return a.sayPlan(plan, o)
	}
	if err := a.confirm(&f.changeFlags, "Exchange the whole queue for an empty one? The service must be stopped.", true); err != nil {
		return err
	}
	return a.apply(ctx, h, plan, o)
}

// carryOut shows a plan, asks, applies it and remembers where things are.
func (a *app) carryOut(ctx context.Context, t *target, h *hand, f *changeFlags, c *choice, plan *replay.Plan, err error, into index.Set) error {
	if errors.Is(err, replay.ErrEmpty) {
		return a.nothingMatched(t, f, c)
	}
	if err != nil {
		return err
	}
	o := a.outcomeOf(t, plan.Verb, c)
	if !a.json {
		c.say(a.ui)
		for reason, n := range leftOut(plan) {
			a.ui.Say("left out  %s %s", ui.Number(n), reason)
		}
	}
	if f.dryRun {
		return a.sayPlan(plan, o)
	}
	question := map[replay.Verb]string{
		replay.Quarantine: "Move " + ui.Plural(plan.Messages(), "message") + " to quarantine?",
		replay.Inject:     "Give " + ui.Plural(plan.Messages(), "message") + " to pickup, to be delivered?",
		replay.Submit:     "Give " + ui.Plural(plan.Messages(), "message") + " to the other server, to be delivered?",
		replay.PutBack:    "Put " + ui.Plural(plan.Messages(), "message") + " back into the queue?",
	}[plan.Verb]
	if err := a.confirm(f, question, plan.Verb == replay.Quarantine); err != nil {
		return err
	}
	err = a.apply(ctx, h, plan, o)
	a.moved(t, into)
	return err
}

func leftOut(p *replay.Plan) map[string]int {
	out := map[string]int{}
	for _, s := range p.Left {
		out[s.Reason]++
	}
	return out
}

func (a *app) nothingMatched(t *target, f *changeFlags, c *choice) error {
	if a.json {
		o := a.outcomeOf(t, replay.Quarantine, c)
		o.DryRun = f.dryRun
		return a.ui.JSON(o)
	}
	c.say(a.ui)
	a.ui.Say("Nothing to do.")
	return nil
}

// escapedPlan is a plan whose names are in a form that JSON can hold: they may
// be any bytes.
func escapedPlan(p *replay.Plan) *replay.Plan {
	out := *p
	out.Steps, out.Left = slices.Clone(p.Steps), slices.Clone(p.Left)
	for i := range out.Steps {
		s := &out.Steps[i]
		s.ID, s.Far = spool.ID(spool.EscapeName(string(s.ID))), spool.EscapeName(s.Far)
		s.Moves = slices.Clone(s.Moves)
		for j := range s.Moves {
			s.Moves[j].From, s.Moves[j].To = spool.EscapeName(s.Moves[j].From), spool.EscapeName(s.Moves[j].To)
		}
	}
	for i := range out.Left {
		out.Left[i].ID = spool.ID(spool.EscapeName(string(out.Left[i].ID)))
	}
	return &out
}

// sayPlan prints what would be done.
func (a *app) sayPlan(plan *replay.Plan, o outcome) error {
	if a.json {
		o.DryRun, o.Plan = true, escapedPlan(plan)
		return a.ui.JSON(o)
	}
	columns := []ui.Column{{Name: "from", Wide: true}, {Name: "to", Wide: true}, {Name: "size", Right: true}}
	const most = 10
	var rows [][]ui.Cell
	for _, s := range plan.Steps {
		for _, m := range s.Moves {
			if a.ui.OutTTY && len(rows) >= most {
				break
			}
			from := m.From
			if plan.Verb == replay.Purge && s.Far != "" {
				from = path.Join("--old", path.Dir(s.Far), path.Base(m.From))
			}
			rows = append(rows, []ui.Cell{ui.Text(from), ui.Text(m.To), ui.Text(ui.Bytes(s.Size))})
		}
	}
	if err := a.ui.Table(columns, rows); err != nil {
		return err
	}
	if rest := len(plan.Steps) - len(rows); rest > 0 {
		a.ui.Say("… and %s", ui.Plural(rest, "more step"))
	}
	a.ui.Say("Nothing was changed (--dry-run).")
	return nil
}
