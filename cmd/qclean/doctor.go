package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"qclean/cmd/ui"
)

func newDoctor(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor [SPOOL]",
		Short: "Say what a queue is, what may be done with it, and what is missing",
		Long: `Looks at a queue without reading a message: which MTA's it is and how one can
tell, whether the MTA runs, what may be read and changed by whom, and what is
missing. Without SPOOL it looks at that of the last scan, else at the queue of
this host's MTA. Nothing is changed.

Set QCLEAN_ROOT to where a disk is mounted to find the queue of another machine.`,
		Example: "  qclean doctor\n  qclean doctor /var/spool/postfix\n  qclean doctor --json | jq .missing",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := ""
			if len(args) > 0 {
				path = args[0]
			}
			return a.doctor(cmd.Context(), path)
		},
	}
}

func (a *app) doctor(ctx context.Context, path string) error {
	t, err := a.open(path)
	if err != nil {
		return err
	}
	defer t.Close()
	c, err := a.examine(ctx, t)
	if err != nil {
		return err
	}
	if a.json {
		return a.ui.JSON(c)
	}
	return a.ui.Table([]ui.Column{{Name: "what"}, {Name: "finding", Wide: true}}, c.rows())
}

// rows is the checkup on a screen.
func (c *checkup) rows() [][]ui.Cell {
	var out [][]ui.Cell
	add := func(what, format string, args ...any) {
		out = append(out, []ui.Cell{ui.Text(what), ui.Text(fmt.Sprintf(format, args...))})
	}
	add("queue of", "%s: %s", c.MTA, c.Why)
	add("spool", "%s%s", c.Spool, after(", ", c.How))
	for _, q := range c.Queues {
		add("  "+q.Name, "%s in %s, of %s%s", ui.Plural(q.Messages, "message"), q.Dir, q.Owner, after(": ", q.Trouble))
	}
	add("MTA", "%s%s", c.Standing.word(), after(": ", c.Standing.Why))
	add("you", "%s", c.User)
	add("quarantine", "%s%s", c.Quarantine, after(", ", c.runsWord()))
	add("room", "%s free there", ui.Bytes(c.Free))
	add("configuration", "%s", c.Config.word())
	for _, m := range c.May {
		word := "yes"
		if !m.Yes {
			word = "no"
		}
		add("may "+m.What, "%s%s", word, after(": ", m.Why))
	}
	if len(c.Missing) == 0 {
		add("missing", "nothing")
	}
	for _, m := range c.Missing {
		add("missing", "%s", m)
	}
	return out
}

func after(mark, why string) string {
	if why == "" {
		return ""
	}
	return mark + why
}

func (s standing) word() string {
	switch {
	case s.Running:
		return "running"
	case s.Copy:
		return "none, this is a copy of a queue"
	}
	return "not seen to run"
}

func (c *checkup) runsWord() string {
	if c.Runs.Count == 0 {
		return ""
	}
	word := ui.Plural(c.Runs.Count, "run")
	if c.Runs.Unfinished > 0 {
		word += ", " + ui.Number(c.Runs.Unfinished) + " unfinished"
	}
	return word
}

func (c configuration) word() string {
	if len(c.From) == 0 {
		return "none that is about this queue"
	}
	word := fmt.Sprintf("%s: host %s, %s, %s", strings.Join(c.From, ", "), c.Host,
		ui.Plural(len(c.Domains), "domain"), ui.Plural(len(c.Relays), "trusted network"))
	if n := len(c.Skipped); n > 0 {
		word += "; not followed: " + strings.Join(c.Skipped[:min(n, 3)], ", ")
		if n > 3 {
			word += fmt.Sprintf(" and %d more", n-3)
		}
	}
	return word
}
