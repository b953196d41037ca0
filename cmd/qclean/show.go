package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"qclean/classify"
	"qclean/classify/fingerprint"
	"qclean/classify/index"
	"qclean/classify/query"
	"qclean/classify/survey"
	"qclean/cmd/report"
	"qclean/cmd/ui"
	"qclean/scan/spool"
)

func newShow(a *app) *cobra.Command {
	var spoolPath string
	var samples int
	cmd := &cobra.Command{
		Use:   "show FINGERPRINT|ID",
		Short: "Show one campaign, or one message",
		Long: `Shows a campaign (tallies and samples) or a message (envelope, headers and
decoded text). Nothing that a spammer wrote can act on the terminal. A message
is named by its queue ID or file name, in the queue or in quarantine.`,
		Example: "  qclean show 4bXk\n  qclean show WKA6D6YM",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := a.open(spoolPath)
			if err != nil {
				return err
			}
			defer t.Close()
			return a.show(cmd.Context(), t, args[0], samples)
		},
	}
	cmd.Flags().StringVar(&spoolPath, "spool", "", "`SPOOL` to look into (default the one of the last scan)")
	cmd.Flags().IntVar(&samples, "samples", 3, "`N` messages of a campaign to show")
	return cmd
}

func (a *app) show(ctx context.Context, t *target, name string, samples int) error {
	v, err := a.survey(ctx, t, index.Queued, survey.Options{})
	if err != nil {
		return err
	}
	c, err := query.One(v.Campaigns, name)
	if err == nil || errors.Is(err, query.ErrAmbiguous) && fingerprint.ValidID(name) && findMessage(v, name) == nil {
		if err != nil {
			return err
		}
		return a.showCampaign(ctx, t, v, c, samples)
	}
	if r := findMessage(v, name); r != nil {
		return a.showMessage(ctx, t, r, false)
	}
	q, err := a.survey(ctx, t, index.Quarantined, survey.Options{})
	if err != nil {
		return err
	}
	if r := findMessage(q, name); r != nil {
		return a.showMessage(ctx, t, r, true)
	}
	if c, err := query.One(q.Campaigns, name); err == nil {
		return a.showCampaign(ctx, t, q, c, samples)
	}
	return &ui.Exit{Code: ui.Failed, Err: fmt.Errorf("no campaign or message %q", name),
		Hint: "See what there is: qclean scan"}
}

// findMessage finds a message by its ID or its file name.
func findMessage(v *survey.Survey, name string) *classify.Record {
	for i := range v.Table.Len() {
		m := v.Table.At(i)
		if id := m.ID(); string(id) == name || id.Short() == name || spool.EscapeName(string(id)) == name {
			r := m.Record()
			return &r
		}
	}
	return nil
}

func (a *app) showCampaign(ctx context.Context, t *target, v *survey.Survey, c *classify.Campaign, samples int) error {
	view := report.New(v, nil, 0, a.now())
	picked := spread(c.Members, samples)
	if a.json {
		var list []report.Message
		for _, m := range picked {
			r := v.Table.At(int(m)).Record()
			list = append(list, report.JSONMessage(&r))
		}
		return a.ui.JSON(map[string]any{"schema": ui.Schema, "kind": "campaign", "campaign": view.JSONCampaign(c), "samples": list})
	}
	view.Campaign(a.ui, c)
	for _, m := range picked {
		r := v.Table.At(int(m)).Record()
		fmt.Fprintf(a.ui.Out, "\n── sample %s ", ui.Safe(r.ID.Short()))
		fmt.Fprintln(a.ui.Out, strings.Repeat("─", 40))
		if err := a.showText(ctx, t, &r, 12); err != nil {
			a.ui.Warn("%v", err)
		}
	}
	if c.Weak == "" {
		a.ui.Say("\nNext:\n  qclean quarantine --fingerprint %s --dry-run", view.Short(c.ID))
	}
	return nil
}

// spread picks n from all over a list, such as the members of a campaign, not
// just its first.
func spread[T any](all []T, n int) []T {
	if n >= len(all) {
		return slices.Clone(all)
	}
	var out []T
	for i := range n {
		out = append(out, all[i*len(all)/n])
	}
	return out
}
