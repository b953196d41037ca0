package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"qclean/classify"
	"qclean/classify/fingerprint"
	"qclean/classify/index"
	"qclean/classify/known"
	"qclean/classify/query"
	"qclean/classify/survey"
	"qclean/cmd/ui"
)

func newFP(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "fp",
		Short: "Keep a list of known fingerprints across incidents",
		Long: `Keeps the fingerprints of unwanted campaigns in a text file that can be shared.
A scan names the campaigns that are in it, and "quarantine --known" takes them.`,
		Example: `  qclean fp add 4bXk "pills, November"
  qclean fp export > bad.txt
  qclean fp import bad.txt
  qclean quarantine --known`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		&cobra.Command{Use: "list", Short: "Print the list", Args: usageArgs(cobra.NoArgs),
			RunE: func(*cobra.Command, []string) error { return a.fpList() }},
		newFPAdd(a),
		&cobra.Command{Use: "drop FINGERPRINT", Short: "Take a fingerprint out of the list", Args: usageArgs(cobra.ExactArgs(1)),
			RunE: func(_ *cobra.Command, args []string) error { return a.fpDrop(args[0]) }},
		&cobra.Command{Use: "export", Short: "Write the list to standard output", Args: usageArgs(cobra.NoArgs),
			RunE: func(*cobra.Command, []string) error { return a.fpExport() }},
		&cobra.Command{Use: "import FILE", Short: "Add the fingerprints of a list (- for standard input)", Args: usageArgs(cobra.ExactArgs(1)),
			RunE: func(_ *cobra.Command, args []string) error { return a.fpImport(args[0]) }},
	)
	return cmd
}

func newFPAdd(a *app) *cobra.Command {
	var spoolPath string
	cmd := &cobra.Command{Use: "add FINGERPRINT [NOTE]", Short: "Add a campaign of the last scan, or a portable fingerprint",
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.fpAdd(cmd.Context(), spoolPath, args[0], strings.Join(args[1:], " "))
		}}
	cmd.Flags().StringVar(&spoolPath, "spool", "", "`SPOOL` whose campaign it is (default the one of the last scan)")
	return cmd
}

func (a *app) withKnown(change func(known.List) (known.List, error)) (known.List, error) {
	store, err := a.openState()
	if err != nil {
		return nil, err
	}
	list, err := store.Known()
	if err != nil {
		return nil, err
	}
	if change == nil {
		return list, nil
	}
	if list, err = change(list); err != nil {
		return nil, err
	}
	return list, store.SetKnown(list)
}

func (a *app) fpList() error {
	list, err := a.withKnown(nil)
	if err != nil {
		return err
	}
	if a.json {
		return a.fpJSON(list)
	}
	columns := []ui.Column{{Name: "id"}, {Name: "added"}, {Name: "note", Wide: true}, {Name: "fingerprint"}}
	var rows [][]ui.Cell
	for _, e := range list {
		day := ""
		if !e.Added.IsZero() {
			day = e.Added.Format("2006-01-02")
		}
		rows = append(rows, []ui.Cell{ui.Text(string(e.ID())), ui.Text(day), ui.Text(e.Note), ui.Text(e.Print.String())})
	}
	if len(rows) == 0 {
		a.ui.Say("The list is empty. Add a campaign: qclean fp add FINGERPRINT")
		return nil
	}
	return a.ui.Table(columns, rows)
}

func (a *app) fpJSON(list known.List) error {
	type entry struct {
		ID          fingerprint.ID `json:"id"`
		Fingerprint string         `json:"fingerprint"`
		Added       string         `json:"added,omitempty"`
		Note        string         `json:"note,omitempty"`
	}
	out := make([]entry, 0, len(list))
	for _, e := range list {
		out = append(out, entry{e.ID(), e.Print.String(), ui.Stamp(e.Added), e.Note})
	}
	return a.ui.JSON(map[string]any{"schema": ui.Schema, "kind": "fp", "fingerprints": out})
}

func (a *app) fpAdd(ctx context.Context, path, name, note string) error {
	print, err := a.printOf(ctx, path, name)
	if err != nil {
		return err
	}
	e := known.Entry{Print: print, Added: a.now().UTC(), Note: note}
	list, err := a.withKnown(func(l known.List) (known.List, error) { return l.Add(e) })
	if errors.Is(err, known.ErrTwice) {
		a.ui.Say("%s is in the list already.", e.ID())
		return nil
	}
	if err != nil {
		return err
	}
	if a.json {
		return a.fpJSON(list)
	}
	a.ui.Say("Added %s; the list has %s.", e.ID(), ui.Plural(len(list), "fingerprint"))
	return nil
}

// printOf takes a portable fingerprint as it is, and looks a short one up in the spool.
func (a *app) printOf(ctx context.Context, path, name string) (fingerprint.Print, error) {
	if print, err := fingerprint.ParsePrint(name); err == nil {
		return print, nil
	}
	t, err := a.open(path)
	if err != nil {
		return fingerprint.Print{}, err
	}
	defer t.Close()
	for _, set := range []index.Set{index.Queued, index.Quarantined} {
		v, err := a.survey(ctx, t, set, survey.Options{})
		if err != nil {
			return fingerprint.Print{}, err
		}
		c, err := query.One(v.Campaigns, name)
		if errors.Is(err, query.ErrNoCampaign) {
			continue
		}
		if err != nil {
			return fingerprint.Print{}, err
		}
		if c.Weak != "" {
			return fingerprint.Print{}, refused(fmt.Errorf("campaign %s is weak: %s", c.ID, c.Weak),
				"Its text alone would match wanted mail elsewhere; it does not belong into the list.")
		}
		if call := c.Verdict.Call; call != classify.Unknown && !call.Unwanted() {
			a.ui.Warn("%s is called %s: quarantine --known would take wanted mail; if this was a slip: qclean fp drop %s", c.ID, call, c.ID)
		}
		return c.Print, nil
	}
	return fingerprint.Print{}, fmt.Errorf("%w: %q", query.ErrNoCampaign, name)
}

func (a *app) fpDrop(name string) error {
	var dropped known.Entry
	list, err := a.withKnown(func(l known.List) (rest known.List, err error) {
		rest, dropped, err = l.Drop(name)
		return rest, err
	})
	if err != nil {
		return err
	}
	if a.json {
		return a.fpJSON(list)
	}
	a.ui.Say("Dropped %s; the list has %s.", dropped.ID(), ui.Plural(len(list), "fingerprint"))
	return nil
}

func (a *app) fpExport() error {
	list, err := a.withKnown(nil)
	if err != nil {
		return err
	}
	if a.json {
		return a.fpJSON(list)
	}
	return list.Write(a.ui.Out)
}

func (a *app) fpImport(name string) error {
	in := a.ui.In
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	fresh, err := known.Read(io.LimitReader(in, 64<<20))
	if err != nil {
		return fmt.Errorf("%s: %w", ui.Safe(name), err)
	}
	added := 0
	list, err := a.withKnown(func(l known.List) (known.List, error) {
		for _, e := range fresh {
			next, err := l.Add(e)
			if errors.Is(err, known.ErrTwice) {
				continue
			}
			if err != nil {
				return nil, err
			}
			l, added = next, added+1
		}
		return l, nil
	})
	if err != nil {
		return err
	}
	if a.json {
		return a.fpJSON(list)
	}
	a.ui.Say("Added %s; the list has %s.", ui.Plural(added, "fingerprint"), ui.Plural(len(list), "fingerprint"))
	return nil
}
