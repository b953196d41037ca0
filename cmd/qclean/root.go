package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"qclean/cmd/ui"
)

const about = `qclean cleans an abused mail server's queue. It groups the messages into
campaigns, moves the unwanted into <queue>.old, rebuilds the index, and sends
the good mail again through pickup. Every change is journalled and can be
taken back with "qclean undo".`

const firstSteps = `  qclean scan /spool/out                      what is in the queue
  qclean quarantine --fingerprint 4bXk        take a campaign out of it
  qclean replay --from-domain ours.com        send the good mail again
  qclean undo                                 take the last change back`

// run is the whole program but for the signals.
func run(ctx context.Context, streams *ui.Streams, args []string) int {
	return runAt(ctx, streams, args, time.Now)
}

// runAt is run with a clock, so that a month of nights can be lived through in
// one process.
func runAt(ctx context.Context, streams *ui.Streams, args []string, now func() time.Time) int {
	a := &app{ui: streams, now: now}
	root := newRoot(a)
	root.SetArgs(args)
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.Err)
	err := explain(root.ExecuteContext(ctx))
	if err == nil {
		return ui.Done
	}
	if msg := err.Error(); msg != "" {
		fmt.Fprintln(streams.Err, "qclean:", ui.Safe(msg))
	}
	var exit *ui.Exit
	if errors.As(err, &exit) && exit.Hint != "" {
		fmt.Fprintln(streams.Err, ui.SafeText(exit.Hint))
	}
	return ui.CodeOf(err)
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "qclean",
		Short:         "Clean an abused mail server's queue",
		Long:          about,
		Example:       firstSteps,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetUsageTemplate(root.UsageTemplate() + "\n" + ui.ExitHelp + "\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &ui.Exit{Code: ui.Usage, Err: err, Hint: fmt.Sprintf("See: %s --help", cmd.CommandPath())}
	})
	flags := root.PersistentFlags()
	flags.StringVar(&a.stateDir, "state", "", "`DIR` where scans are remembered (default $QCLEAN_STATE, /var/lib/qclean for root, else the XDG state home)")
	flags.BoolVar(&a.json, "json", false, "write JSON")
	flags.BoolVarP(&a.ui.Quiet, "quiet", "q", a.ui.Quiet, "say only what went wrong")
	flags.StringVar(&a.as, "as", "", "treat the spool as this `MTA`'s, whatever it looks like")
	flags.StringVar(&a.configFile, "config", "", "configuration `FILE` (default ~/.config/qclean/config.toml, else /etc/qclean.toml)")
	flags.StringSliceVar(&a.localDomains, "local-domain", nil, "`DOMAIN` that is ours, with those below it")
	flags.StringSliceVar(&a.trustedRelays, "trusted-relay", nil, "`HOST`, address or network whose trace fields are believed")
	for _, c := range commands(a) {
		c.Args = usageArgs(c.Args)
		root.AddCommand(c)
	}
	return root
}

// commands lists them all in the order of help.
func commands(a *app) []*cobra.Command {
	cobra.EnableCommandSorting = false
	return []*cobra.Command{
		newScan(a), newShow(a), newQuarantine(a), newReplay(a), newUndo(a), newLog(a), newReindex(a), newReport(a), newSources(a), newExplain(a),
		newRecover(a), newDoctor(a), newWatch(a), newPurge(a), newVerify(a), newExport(a), newFingerprint(a), newFP(a),
		newRelaycheck(a), newBlocklist(a), newAftercare(a), newBaseline(a), newMetrics(a), newHygiene(a), newPolicy(a), newVersion(a), newWhere(), newConfigHelp(), newMan(a),
	}
}

// usageArgs turns cobra's complaint about arguments into a usage error.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if check == nil {
			return nil
		}
		if err := check(cmd, args); err != nil {
			return &ui.Exit{Code: ui.Usage, Err: err, Hint: fmt.Sprintf("See: %s --help", cmd.CommandPath())}
		}
		return nil
	}
}
