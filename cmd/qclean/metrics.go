package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"qclean/classify/baseline"
	"qclean/classify/index"
	"qclean/classify/survey"
	"qclean/cmd/report"
	"qclean/cmd/ui"
)

type metricsFlags struct {
	file, listen string
	every        time.Duration
}

func newMetrics(a *app) *cobra.Command {
	var f metricsFlags
	cmd := &cobra.Command{
		Use:   "metrics [SPOOL]",
		Short: "Give the queue and its runs to Prometheus",
		Long: `Gives the state of a queue to Prometheus: messages, bytes and the age of the oldest
by queue and verdict, the largest campaigns, the share of non-delivery reports, what
is usual at this hour, and what the nightly runs did. Without --file and --listen it
is printed; --file writes it, in one step, where node_exporter's textfile collector
looks; --listen serves it at http://ADDRESS/metrics until SIGTERM.

The address is of this host alone unless another is named: there is no password. A
scrape never waits for the spool. It is read again in the background, after --every
at the earliest, only while somebody scrapes, and never for more than a fiftieth of
the time.`,
		Example: "  qclean metrics\n  qclean metrics --file /var/lib/prometheus/node-exporter/qclean.prom\n  qclean metrics --listen 127.0.0.1:9154",
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.metrics(cmd.Context(), first(args), &f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.file, "file", "", "write `FILE`, whose name ends in .prom")
	flags.StringVar(&f.listen, "listen", "", "serve at `ADDRESS`, such as 127.0.0.1:9154")
	flags.DurationVar(&f.every, "every", 5*time.Minute, "`TIME` between two readings of the spool, at least, with --listen")
	cmd.MarkFlagsMutuallyExclusive("file", "listen")
	return cmd
}

// first is the argument, "" when there is none.
func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

func (f *metricsFlags) check(a *app) error {
	if a.json {
		return &ui.Exit{Code: ui.Usage, Err: errors.New("metrics have one form, that of Prometheus"), Hint: "As JSON: qclean baseline --json, qclean scan --json"}
	}
	if f.every <= 0 {
		return &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("--every %s is no time to wait", f.every), Hint: "Try: --every 5m"}
	}
	return nil
}

func (a *app) metrics(ctx context.Context, path string, f *metricsFlags) error {
	if err := f.check(a); err != nil {
		return err
	}
	if f.listen != "" {
		return a.serveMetrics(ctx, path, f)
	}
	t, err := a.open(path)
	if err != nil {
		return err
	}
	defer t.Close()
	m, err := a.metricsNow(ctx, t)
	if err != nil {
		return err
	}
	if f.file == "" {
		return m.Text(a.ui.Out)
	}
	if filepath.Ext(f.file) != ".prom" {
		a.ui.Warn("node_exporter passes over a file whose name does not end in .prom")
	}
	if err := report.WriteMetrics(f.file, m); err != nil {
		return &ui.Exit{Code: ui.Failed, Err: err, Hint: "The folder has to be there: it is the one of node_exporter's --collector.textfile.directory"}
	}
	return nil
}

// metricsNow takes stock of a spool as it is now, and looks its runs up.
func (a *app) metricsNow(ctx context.Context, t *target) (report.Metrics, error) {
	v, err := a.survey(ctx, t, index.Queued, survey.Options{})
	if err != nil {
		return report.Metrics{}, err
	}
	h, err := t.history()
	if err != nil {
		return report.Metrics{}, err
	}
	return t.metricsOf(v, h), nil
}

// metricsOf puts together what is known of a spool.
func (t *target) metricsOf(v *survey.Survey, h *baseline.History) report.Metrics {
	m := report.Metrics{Spool: t.path, Version: version, MTA: v.MTA, Taken: v.Taken, Table: v.Table, Campaigns: v.Campaigns, Usual: h.Usual(v.Taken)}
	for _, q := range t.Layout().Queues {
		m.Queues = append(m.Queues, q.Name)
	}
	if run, ok := h.LastRun(); ok {
		m.Run = &run
	}
	return m
}
