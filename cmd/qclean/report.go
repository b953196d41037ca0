package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"qclean/classify"
	"qclean/classify/index"
	"qclean/classify/survey"
	"qclean/cmd/report"
	"qclean/cmd/ui"
)

func newReport(a *app) *cobra.Command {
	var f scanFlags
	var path string
	var rescore bool
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Show the last scan again, without reading the spool",
		Long: `Shows what the last scan found, from the index alone. With --rescore it is judged
again first, with the points and the idea of what is ours that the configuration
and the flags give now.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			return a.report(cmd.Context(), path, &f, rescore)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&path, "spool", "", "`SPOOL` whose last scan to show (default the one of the last scan)")
	flags.StringSliceVar(&f.by, "by", []string{"fingerprint"}, "group by `KEYS`: "+strings.Join(groupings(), ", "))
	flags.IntVar(&f.top, "top", 20, "`N` rows of each table, 0 for all")
	flags.BoolVar(&f.csv, "csv", false, "write CSV")
	flags.BoolVar(&f.quarantined, "quarantined", false, "the quarantine instead of the queues")
	flags.BoolVar(&rescore, "rescore", false, "judge again")
	return cmd
}

func (a *app) report(ctx context.Context, path string, f *scanFlags, rescore bool) error {
	t, err := a.open(path)
	if err != nil {
		return err
	}
	defer t.Close()
	set := index.Queued
	if f.quarantined {
		set = index.Quarantined
	}
	site, points, err := a.ours(ctx, t.Spool)
	if err != nil {
		return err
	}
	if first := firstOf(t, set, f, site, points); first != nil && !rescore && !a.json {
		return a.write(report.First(first, f.top, a.now()), f)
	}
	snap, err := t.store.Load(t.path, set)
	if errors.Is(err, index.ErrNone) || errors.Is(err, index.ErrDamaged) {
		return &ui.Exit{Code: ui.Usage, Err: err, Hint: "Read the spool first: qclean scan"}
	}
	if err != nil {
		return err
	}
	v := survey.Again(snap, set, site, points)
	if rescore && v.Changed {
		if err := t.store.Save(set, v.Snapshot()); err != nil {
			return err
		}
		if err := t.store.Copy(set, v.Snapshot()); err != nil {
			return err
		}
	}
	return a.write(report.New(v, f.by, f.top, a.now()), f)
}

// firstOf is the beginning of a scan, without its messages, where no more is
// asked for; nil where they are needed. That a scan is missing or damaged is
// the caller's to say.
func firstOf(t *target, set index.Set, f *scanFlags, site classify.Site, points classify.Points) *survey.First {
	if f.csv || f.top == 0 || f.top > index.MostFirst || !slices.Equal(f.by, []string{"fingerprint"}) {
		return nil
	}
	snap, err := t.store.First(t.path, set, f.top)
	if err != nil {
		return nil
	}
	v, _ := survey.FirstOf(snap, set, site, points)
	return v
}
