package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"qclean/classify/policy"
	"qclean/cmd/ui"
	"qclean/scan/spool"
)

func newPolicy(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Write, check and explain the policy of qclean hygiene",
		Long:  policyHelp,
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, c := range []*cobra.Command{newPolicyCheck(a), newPolicyInit(a), newPolicyExplain(a)} {
		c.Args = usageArgs(c.Args)
		cmd.AddCommand(c)
	}
	return cmd
}

const policyHelp = `A policy says what "qclean hygiene" may do at night. It is a TOML file:

[site]     local-domains = ["ours.com"]   trusted-relays = ["192.0.2.0/24"]
[[rule]]   name = "stale bounces"  match = 'ndr && age > duration("48h") && !ours(rcpt)'
           do = "quarantine"  max-messages = 5000
[limits]   max-share = 0.5  baseline-factor = 5

The expression is the one of --where (qclean help where). Rules are tried in order; the
first one that takes a message acts. What do may be:

  quarantine  out of the queue, into quarantine; can be taken back
  release     out of quarantine, back into the queue it came from
  purge       out of quarantine, for good: has to say quarantined and max-messages,
              and its age counts from when the message was quarantined
  report      nothing: counted, and kept from the rules below; above max-messages an alarm

Mail of a weak campaign, with an unknown verdict, and wanted mail (legitimate, bulk) is
left alone unless the rule names it: in its expression (weak, verdict == "unknown"), or
in also = ["weak", "unknown"]. A rule that asks for known needs no verdict besides. A
quarantine leaves real bounces (verdict bounce) alone as well, unless it asks for ndr. A
release leaves unwanted mail alone in the same way, and what a rule would take again.

A rule that would touch more than its max-messages does nothing, and that is an alarm. So
it is with the whole run: [limits] max-messages, and max-share of the queue (0.5, from
share-from = 20 messages on). baseline-factor = 5 times the usual is an alarm, and so are
flood-rate = 50 messages of an unwanted campaign in the last hour.

[notify] command = ["/path/program", "argument"] gets JSON on its standard input, within
timeout = "30s"; sendmail = "/usr/sbin/sendmail" with mail-to = ["admin@ours.com"] sends a
letter. Alarms are told always, what a rule did with notify = true.`

func newPolicyCheck(a *app) *cobra.Command {
	path := defaultPolicy
	cmd := &cobra.Command{
		Use:     "check [FILE]",
		Short:   "Say all that is wrong with a policy, with line numbers",
		Example: "  qclean policy check\n  qclean policy check ./policy.toml",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				path = args[0]
			}
			return a.checkPolicy(path)
		},
	}
	cmd.Flags().StringVar(&path, "policy", defaultPolicy, "`FILE` to check, the same as the argument")
	return cmd
}

func (a *app) checkPolicy(path string) error {
	p, err := readPolicy(path)
	var faults policy.Faults
	if err != nil && !errors.As(err, &faults) {
		return err
	}
	code := ui.Usage
	if p != nil {
		for _, text := range checkPrograms(p.Notify) {
			faults = append(faults, policy.Fault{Text: "[notify] " + text})
		}
		code = ui.Refused
	}
	if a.json {
		list := append([]policy.Fault{}, faults...)
		err = a.ui.JSON(map[string]any{"schema": ui.Schema, "kind": "policy-check", "policy": spool.EscapeName(path), "faults": list})
	} else {
		err = a.sayFaults(path, p, faults)
	}
	if err == nil && len(faults) > 0 {
		return &ui.Exit{Code: code}
	}
	return err
}

func (a *app) sayFaults(path string, p *policy.Policy, faults policy.Faults) error {
	for _, f := range faults {
		if _, err := fmt.Fprintf(a.ui.Out, "%s: %s\n", ui.Safe(path), ui.Safe(f.String())); err != nil {
			return err
		}
	}
	if len(faults) == 0 {
		a.ui.Say("%s: %s, nothing is wrong", ui.Safe(path), ui.Plural(len(p.Rules), "rule"))
	}
	return nil
}

func newPolicyExplain(a *app) *cobra.Command {
	var path, at string
	cmd := &cobra.Command{
		Use:   "explain [SPOOL]",
		Short: "Say what each rule matches now",
		Long: `Reads the spool and says for each rule what it would take now, what it leaves alone
and the word that would name that, and which limit would stop it. Nothing is changed.`,
		Example: "  qclean policy explain\n  qclean policy explain --policy ./policy.toml /spool/out",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				at = args[0]
			}
			return a.explainPolicy(cmd.Context(), path, at)
		},
	}
	cmd.Flags().StringVar(&path, "policy", defaultPolicy, "`FILE` with the rules")
	cmd.Flags().StringVar(&at, "spool", "", "`SPOOL` to hold them against, the same as the argument")
	return cmd
}

func (a *app) explainPolicy(ctx context.Context, path, at string) error {
	p, err := readPolicy(path)
	if err != nil {
		return err
	}
	a.localDomains, a.trustedRelays = append(a.localDomains, p.Domains...), append(a.trustedRelays, p.Relays...)
	t, err := a.openTonight(at)
	if err != nil {
		return err
	}
	defer t.Close()
	if err := a.checkOurs(ctx, t, p, path); err != nil {
		a.ui.Warn("%v; qclean hygiene refuses this", err)
	}
	queued, held, err := a.stock(ctx, t, p)
	if err != nil {
		return err
	}
	d, err := a.decide(ctx, t, p, queued, held)
	if err != nil {
		return err
	}
	if a.json {
		return a.ui.JSON(map[string]any{"schema": ui.Schema, "kind": "policy-explain", "spool": spool.EscapeName(t.path), "policy": spool.EscapeName(path),
			"rules": jsonRules(d), "alarms": safeAll(d.Alarms()), "unread": d.Unread})
	}
	if err := a.ruleTable(d); err != nil {
		return err
	}
	for i := range d.Rules {
		a.sayRule(&d.Rules[i])
	}
	for _, text := range d.Alarms() {
		a.ui.Say("alarm: %s", ui.Safe(text))
	}
	return nil
}

// sayRule shows a few messages that a rule takes, and how to name what it spares.
func (a *app) sayRule(t *policy.Taken) {
	a.ui.Say("\n%s (line %d): %s", ui.Safe(t.Name), t.Line, ui.Safe(t.Match))
	for _, m := range spread(t.Messages, 3) {
		to := strings.Join(slices.Collect(m.To()), ", ")
		a.ui.Say("  %s  %-28s → %-28s %s", t.Do, ui.Cut(ui.Safe(m.Sender()), 28), ui.Cut(ui.Safe(to), 28), ui.Cut(ui.Safe(m.Subject()), 40))
	}
	for _, word := range slices.Sorted(maps.Keys(t.Spared)) {
		a.ui.Say("  leaves alone %s: %s%s", ui.Plural(t.Spared[word], "message"), ui.Safe(word), howToName(word))
	}
}

// howToName gives what to write so that a rule takes what it spares.
func howToName(word string) string {
	if strings.Contains(word, " ") {
		return ""
	}
	return fmt.Sprintf("; to take it: also = [%q]", word)
}
