package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"qclean/cmd/ui"
	"qclean/scan/dnsbl"
	"qclean/scan/relay"
)

type aftercareFlags struct {
	relay   relayFlags
	lists   blocklistFlags
	host    string
	address []string
	offline bool
}

func newAftercare(a *app) *cobra.Command {
	var f aftercareFlags
	cmd := &cobra.Command{
		Use:   "aftercare",
		Short: "Go through what is left to do after a clean-up",
		Long: `Goes through the last page of a clean-up: is the relay closed, are we listed, do the
abused accounts still send, is the queue small again, does the quarantine wait for
somebody, did a run stop half way. Each line is done, open or unknown, with the
command to type. The server is asked only when --host names it; block lists are
asked unless --offline is given.

Ends with 0 when all is done, 1 when something is open, 3 when something is unknown.`,
		Example: "  qclean aftercare --host mail.ours.com --local-domain ours.com\n  qclean aftercare --offline --json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.aftercare(cmd.Context(), &f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.host, "host", "", "`HOST` of our own, for the relay check")
	flags.StringVar(&f.relay.domain, "local-domain", "", "`DOMAIN` that it takes mail for")
	flags.StringVar(&f.relay.outside, "outside", "", "`ADDRESS` of yours at another domain, for the relay check")
	flags.DurationVar(&f.relay.pause, "pause", 0, "`TIME` between two forms of the relay check (default 1s)")
	flags.StringArrayVar(&f.address, "address", nil, "`ADDRESS` or domain to ask block lists about (default this host's)")
	flags.BoolVar(&f.offline, "offline", false, "use no network: leave the relay and the block lists unknown")
	f.lists.add(cmd)
	return cmd
}

// care is one line of the checklist.
type care struct {
	Topic   string `json:"topic"`
	State   string `json:"state"` // done, open, unknown
	Detail  string `json:"detail"`
	Command string `json:"command,omitempty"` // what to type
}

const (
	careDone    = "done"
	careOpen    = "open"
	careUnknown = "unknown"
)

func (a *app) aftercare(ctx context.Context, f *aftercareFlags) error {
	t, err := a.open(f.lists.spool)
	if err != nil {
		return err
	}
	defer t.Close()
	list := []care{a.careRelay(ctx, f), a.careLists(ctx, f)}
	queue, err := a.careQueue(ctx, t)
	if err != nil {
		return err
	}
	list = append(list, queue...)
	if err := ctx.Err(); err != nil {
		return err
	}
	if a.json {
		err = a.ui.JSON(map[string]any{"schema": ui.Schema, "kind": "aftercare", "lines": list})
	} else {
		err = a.sayCare(list)
	}
	if code := careCode(list); err == nil && code != ui.Done {
		return &ui.Exit{Code: code}
	}
	return err
}

func careCode(list []care) int {
	code := ui.Done
	for _, c := range list {
		switch {
		case c.State == careOpen:
			return ui.Failed
		case c.State == careUnknown:
			code = ui.InPart
		}
	}
	return code
}

func (a *app) sayCare(list []care) error {
	columns := []ui.Column{{Name: "what"}, {Name: "state"}, {Name: "detail", Wide: true}, {Name: "command", Wide: true}}
	var rows [][]ui.Cell
	for _, c := range list {
		rows = append(rows, []ui.Cell{ui.Text(c.Topic), ui.Text(c.State), ui.Text(c.Detail), ui.Text(c.Command)})
	}
	return a.ui.Table(columns, rows)
}

// careRelay asks our server, if it was named.
func (a *app) careRelay(ctx context.Context, f *aftercareFlags) care {
	c := care{Topic: "relay closed", State: careUnknown, Detail: "not asked: name the server with --host and --local-domain",
		Command: "qclean relaycheck HOST --local-domain DOMAIN"}
	if f.offline || f.host == "" {
		return c
	}
	c.Command = fmt.Sprintf("qclean relaycheck %s --local-domain %s", f.host, f.relay.domain)
	rep, err := a.askRelay(ctx, f)
	if err != nil {
		c.Detail = err.Error()
		return c
	}
	c.Detail = relayWords(rep.Outcome)
	switch rep.Outcome {
	case relay.Shut:
		c.State, c.Command = careDone, ""
	case relay.Open, relay.Leaks:
		c.State = careOpen
	case relay.Void:
		c.Detail = rep.Void
	}
	if rep.Inside != "" {
		if c.State == careDone { // refused even from inside: as good as it gets from here
			c.Detail += " (" + rep.Inside + ")"
		} else {
			c.Detail += "; " + rep.Inside
		}
	}
	return c
}

func (a *app) askRelay(ctx context.Context, f *aftercareFlags) (*relay.Report, error) {
	t, err := relayTarget([]string{f.host})
	if err != nil {
		return nil, err
	}
	o, err := f.relay.options()
	if err != nil {
		return nil, err
	}
	if f.relay.pause == 0 {
		o.Pause = 0 // the package's default
	}
	a.ui.Say("asking %s; this takes about a minute", ui.Safe(t.String()))
	return relay.Check(ctx, t, o)
}

// careLists asks the block lists about what we are.
func (a *app) careLists(ctx context.Context, f *aftercareFlags) care {
	c := care{Topic: "block lists", State: careUnknown, Detail: "not asked", Command: "qclean blocklist ADDRESS"}
	if f.offline {
		return c
	}
	subjects, err := a.subjects(ctx, f.address, f.lists.spool)
	var rep *dnsbl.Report
	if err == nil {
		rep, err = a.askLists(ctx, subjects, &f.lists)
	}
	switch {
	case err != nil:
		c.Detail = err.Error()
	case rep.Listed() > 0:
		c.State, c.Detail, c.Command = careOpen, listedWhere(rep), "qclean blocklist"
	case len(rep.Listings) == 0:
		c.Detail = "no public address or domain to ask about: name it with --address"
	case rep.Unknown() > 0:
		c.Detail, c.Command = fmt.Sprintf("no listing is known, but %s unanswered", left(rep.Unknown())), "qclean blocklist"
	default:
		c.State, c.Command = careDone, ""
		c.Detail = fmt.Sprintf("not listed, %s", ui.Plural(len(rep.Listings), "answer"))
	}
	return c
}

func listedWhere(r *dnsbl.Report) string {
	var out []string
	for i := range r.Listings {
		if l := &r.Listings[i]; l.State == dnsbl.Listed {
			out = append(out, fmt.Sprintf("%s in %s", l.Subject, l.Zone.Name))
		}
	}
	return strings.Join(out, ", ")
}
