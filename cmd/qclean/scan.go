package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"qclean/classify"
	"qclean/classify/index"
	"qclean/classify/query"
	"qclean/classify/survey"
	"qclean/cmd/report"
	"qclean/cmd/ui"
	"qclean/scan"
	"qclean/scan/disk"
)

type scanFlags struct {
	by          []string
	top         int
	csv         bool
	fresh       bool
	explain     string
	quarantined bool
	workers     int
	readAhead   string
	maxBody     string
	stats       bool
}

func newScan(a *app) *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "scan [SPOOL…]",
		Short: "Say what is in a queue, grouped into campaigns",
		Long: `Reads every message of a queue and groups them into campaigns, largest first.
SPOOL is a queue folder, or the whole tree with its queues; without one, the
spool of the last scan. Nothing is changed. Messages that have not changed
since the last scan are not read again.

On a terminal this prints tables for people; in a pipe, tab-separated rows with
whole IDs and exact numbers (campaign, count, bytes, NDRs, sender, subject,
first/last). --csv gives one row a message, or with --by one row a group.`,
		Example: "  qclean scan /spool/out\n  qclean scan --by size,sender --top 5\n  qclean scan --json | jq .totals",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return err
			}
			if len(args) == 0 {
				args = []string{""}
			}
			for _, path := range args {
				if err := a.scan(cmd.Context(), path, &f); err != nil {
					return err
				}
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringSliceVar(&f.by, "by", []string{"fingerprint"}, "group by `KEYS`: "+strings.Join(groupings(), ", "))
	flags.IntVar(&f.top, "top", 20, "`N` rows of each table, 0 for all")
	flags.BoolVar(&f.csv, "csv", false, "write CSV")
	flags.BoolVar(&f.quarantined, "quarantined", false, "look into the quarantine instead of the queues")
	flags.StringVar(&f.explain, "explain", "", "show what campaign `FP` repeats and what varies in it")
	flags.BoolVar(&f.fresh, "fresh", false, "read every message again")
	flags.IntVar(&f.workers, "workers", 0, "`N` messages read at once, and processors that group them (default one a processor)")
	flags.StringVar(&f.readAhead, "read-ahead", scan.Auto.String(), "ask the disk for messages before they are read: auto (as long as it has to be read), on or off `WHEN`")
	flags.StringVar(&f.maxBody, "max-body", "256k", "`SIZE` that is read of one message; any other than this reads all anew and is not remembered")
	flags.BoolVar(&f.stats, "stats", false, "say what each stage of the scan took")
	_ = cmd.RegisterFlagCompletionFunc("by", cobra.FixedCompletions(groupings(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// groupings are what --by takes.
func groupings() []string {
	out := []string{"fingerprint"}
	for _, k := range classify.Keys() {
		out = append(out, k.Name)
	}
	return out
}

func (f *scanFlags) check() error {
	for _, by := range f.by {
		if !slices.Contains(groupings(), by) {
			return &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("no grouping %q", by),
				Hint: "Choose from: " + strings.Join(groupings(), ", ")}
		}
	}
	if f.top < 0 || f.workers < 0 {
		return &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("--top and --workers cannot be negative")}
	}
	return nil
}

// The bounds of --max-body: a header, and what many workers can hold.
const (
	leastBody = 4 << 10
	mostBody  = 64 << 20
)

// options are the flags that say how to read.
func (f *scanFlags) options() (o survey.Options, err error) {
	o.Fresh = f.fresh
	o.Scan.Workers = f.workers
	if o.Scan.ReadAhead, err = scan.ParseReadAhead(f.readAhead); err != nil {
		return o, &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("--read-ahead: %w", err), Hint: "Leave it out, or: qclean scan --read-ahead on"}
	}
	size, err := query.ParseSize(f.maxBody)
	if err == nil && (size < leastBody || size > mostBody) {
		err = fmt.Errorf("%q is not between 4k and 64M", f.maxBody)
	}
	if err != nil {
		return o, &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("--max-body: %w", err), Hint: "For example: qclean scan --max-body 1M"}
	}
	if size != scan.DefaultText {
		o.Scan.MaxText, o.Fresh = int(size), true
	}
	return o, nil
}

func (a *app) scan(ctx context.Context, path string, f *scanFlags) error {
	if f.stats {
		a.costs = newCosts()
	}
	t, err := a.open(path)
	if err != nil {
		return err
	}
	defer t.Close()
	set := index.Queued
	if f.quarantined {
		set = index.Quarantined
	}
	o, err := f.options()
	if err != nil {
		return err
	}
	room := disk.NewRoom(t.store.Dir())
	defer room.Close()
	t.store.Room, o.Room, a.copies = room, room, true
	v, err := a.survey(ctx, t, set, o)
	if err != nil {
		return err
	}
	if err := t.store.SetLast(t.path); err != nil {
		a.ui.Warn("%v; name the spool in the next command", err)
	}
	if !t.store.Copied(t.path, set) {
		if err := t.store.Copy(set, v.Snapshot()); err != nil {
			a.ui.Warn("%v; other tools see an earlier scan", err)
		}
	}
	if f.explain != "" {
		return a.explain(ctx, t, v, f.explain)
	}
	view := report.New(v, f.by, f.top, a.now())
	if f.stats {
		view.Cost = a.costs.cost(v.Read + v.Known)
	}
	if err := a.write(view, f); err != nil {
		return err
	}
	if f.stats && !a.json {
		view.Cost.Say(a.ui)
	}
	if !a.json && !f.csv {
		a.sayNext(t, view, set)
	}
	return nil
}

// write puts a view out in the form that was asked for.
func (a *app) write(view *report.View, f *scanFlags) error {
	switch {
	case a.json:
		return view.JSON(a.ui.Out)
	case f.csv:
		return view.CSV(a.ui.Out)
	}
	return view.Text(a.ui)
}

// sayNext names the commands that make sense now.
func (a *app) sayNext(t *target, v *report.View, set index.Set) {
	a.ui.Say("")
	if set == index.Quarantined {
		if len(v.Campaigns) > 0 {
			a.ui.Say("Next:\n  qclean replay --from-domain DOMAIN --dry-run\n  qclean undo")
		}
		return
	}
	c := worst(v.Campaigns)
	if c == nil {
		if v.Table.Len() == 0 {
			a.ui.Say("The queue is empty.")
		}
		return
	}
	fp := v.Short(c.ID)
	a.ui.Say("Next:")
	a.ui.Say("  qclean show %-28s what it is, with samples", fp)
	a.ui.Say("  qclean quarantine --fingerprint %-8s move %s to %s", fp, ui.Plural(c.Count, "message"), ui.Safe(oldOf(t)))
	if len(v.Unwanted()) > 0 {
		a.ui.Say("  qclean quarantine --verdict %-12s all that is called so", v.Unwanted()[0])
	}
	if own := v.Judgement.Site.Domains; len(own) > 0 {
		a.ui.Say("  qclean replay --from-domain %-12s send our own mail again, once it is in quarantine", ui.Safe(own[0]))
	}
}

// oldOf names the quarantine, for people.
func oldOf(t *target) string {
	if q := t.Layout().Queues; len(q) > 0 {
		return q[0].Old
	}
	return ".old"
}

// worst is the largest campaign that may be selected by its text: one that is
// called unwanted, if there is any.
func worst(campaigns []*classify.Campaign) *classify.Campaign {
	var first *classify.Campaign
	for _, c := range campaigns {
		if c.Weak != "" || c.Count < 2 {
			continue
		}
		if c.Verdict.Call.Unwanted() {
			return c
		}
		if first == nil && c.Verdict.Call == classify.Unknown {
			first = c
		}
	}
	return first
}
