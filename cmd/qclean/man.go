package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"qclean/cmd/ui"
)

// newMan is for those who build packages. cobra's own generator goes by way of
// Markdown, which loses "<queue>" and the lines of an example.
func newMan(a *app) *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Short:  "Write the manual pages, one a command, into a folder",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := writeManuals(cmd.Root(), args[0])
			if err != nil {
				return &ui.Exit{Code: ui.Failed, Err: err, Hint: "Make the folder first: mkdir -p " + ui.Safe(args[0])}
			}
			a.ui.Say("%s in %s", ui.Plural(n, "page"), ui.Safe(args[0]))
			return nil
		},
	}
}

// manualSection is the one of system administration.
const manualSection = "8"

// writeManuals writes the pages of a command and of all below it, and says how many.
func writeManuals(c *cobra.Command, dir string) (int, error) {
	c.InitDefaultHelpFlag()
	page := manualOf(c)
	if err := os.WriteFile(filepath.Join(dir, manualName(c)+"."+manualSection), []byte(page), 0o644); err != nil {
		return 0, fmt.Errorf("manual page: %w", err)
	}
	written := 1
	for _, sub := range c.Commands() {
		if sub.Hidden || sub.Name() == "help" || sub.Name() == "completion" {
			continue
		}
		n, err := writeManuals(sub, dir)
		if err != nil {
			return 0, err
		}
		written += n
	}
	return written, nil
}

func manualName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manualOf is the page of one command, in the macros of man(7). It has no date:
// the same program gives the same page.
func manualOf(c *cobra.Command) string {
	p := &manual{}
	p.line(".TH %q %q %q %q", strings.ToUpper(manualName(c)), manualSection, "", "qclean "+version)
	p.section("NAME")
	p.text(manualName(c) + " - " + c.Short)
	if c.Runnable() {
		p.section("SYNOPSIS")
		p.line(".B %s", roff(c.UseLine()))
	}
	p.section("DESCRIPTION")
	p.prose(c.Long)
	p.commands(c)
	p.flags("OPTIONS", c.NonInheritedFlags())
	p.flags("GLOBAL OPTIONS", c.InheritedFlags())
	if c.Example != "" {
		p.section("EXAMPLES")
		p.block(strings.Split(c.Example, "\n"))
	}
	if c.Runnable() {
		p.section("EXIT STATUS")
		p.block(strings.Split(ui.ExitHelp, "\n")[1:])
	}
	p.seeAlso(c)
	return p.String()
}
