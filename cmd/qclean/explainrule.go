package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"qclean/classify"
	"qclean/cmd/ui"
)

func newExplain(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "explain [RULE]",
		Short: "Explain the rules behind verdicts",
		Long: `Lists the rules that verdicts rest on: what each looks at, what it speaks for and
how much. The points can be changed in the configuration, and "qclean report
--rescore" judges the last scan again without reading the spool.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			rules := classify.Rules()
			if len(args) == 1 {
				r, ok := classify.FindRule(args[0])
				if !ok {
					return &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("no rule %q", args[0]), Hint: "See them all: qclean explain"}
				}
				rules = []classify.Rule{r}
			}
			return a.explainRules(rules, len(args) == 1)
		},
	}
}

func (a *app) explainRules(rules []classify.Rule, one bool) error {
	if a.json {
		type rule struct {
			Name   string `json:"name"`
			For    string `json:"for"`
			Points int    `json:"points"`
			Help   string `json:"help"`
		}
		var out []rule
		for _, r := range rules {
			out = append(out, rule{r.Name, speaksFor(r), r.Points, r.Help})
		}
		return a.ui.JSON(map[string]any{"schema": ui.Schema, "kind": "explain", "rules": out})
	}
	if one {
		r := rules[0]
		_, err := fmt.Fprintf(a.ui.Out, "%s\nspeaks for  %s\npoints      %d\n\n%s\n", r.Name, speaksFor(r), r.Points, r.Help)
		return err
	}
	columns := []ui.Column{{Name: "rule"}, {Name: "speaks for"}, {Name: "points", Right: true}, {Name: "what it looks at", Wide: true}}
	var rows [][]ui.Cell
	for _, r := range rules {
		rows = append(rows, []ui.Cell{ui.Text(r.Name), ui.Text(speaksFor(r)), ui.Text(fmt.Sprint(r.Points)), ui.Text(r.Help)})
	}
	return a.ui.Table(columns, rows)
}

func speaksFor(r classify.Rule) string {
	if r.For == classify.Unknown {
		return "any unwanted"
	}
	return r.For.String()
}
