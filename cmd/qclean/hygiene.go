package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"qclean/classify/baseline"
	"qclean/classify/index"
	"qclean/classify/policy"
	"qclean/classify/survey"
	"qclean/cmd/ui"
	"qclean/replay"
	"qclean/scan/spool/all"
)

type hygieneFlags struct {
	spool       string
	policy      string
	metrics     string
	dryRun      bool
	acceptClock bool
}

func newHygiene(a *app) *cobra.Command {
	var f hygieneFlags
	cmd := &cobra.Command{
		Use:   "hygiene [SPOOL]",
		Short: "Measure the queue and act within a policy, unattended",
		Long: `For cron or a timer: recovers what a killed run has left, measures the queue, holds
it against what is usual, and does what the policy's rules say, within its limits.
SPOOL is the queue of this host's MTA if none is named, else that of the last scan.

It says nothing when there was nothing to do, and one line when it has acted. An
alarm is a limit that would be passed (then nothing of that rule is done), a queue
that is out of the usual, or a flood under way: an unwanted campaign that goes on
coming in, of which at least flood-rate messages (50) arrived in the last hour.
"qclean undo" takes the whole of the last night back, but for what it deleted.`,
		Example: "  qclean hygiene --policy /etc/qclean/policy.toml\n  qclean hygiene --dry-run\n  qclean hygiene --json --metrics /var/lib/prometheus/node-exporter/qclean.prom",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				f.spool = args[0]
			}
			return a.hygiene(cmd.Context(), &f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.policy, "policy", defaultPolicy, "`FILE` with the rules (qclean policy init writes one)")
	flags.StringVar(&f.spool, "spool", "", "`SPOOL` to work on, the same as the argument")
	flags.StringVar(&f.metrics, "metrics", "", "write a Prometheus text `FILE` for node_exporter")
	flags.BoolVarP(&f.dryRun, "dry-run", "n", false, "say what would be done, and why, and change nothing")
	flags.BoolVar(&f.acceptClock, "accept-clock", false, "go on though the clock has jumped since the last run: it is right now")
	return cmd
}

// night is one unattended run.
type night struct {
	*app
	*target
	f         *hygieneFlags
	policy    *policy.Policy
	hand      *hand
	name      string // in the journals
	at        time.Time
	queued    *survey.Survey
	held      *survey.Survey // nil when no rule looks into the quarantine
	history   *baseline.History
	usual     baseline.Usual
	measure   baseline.Measure
	decision  *policy.Decision
	floods    []policy.Flood
	alarms    []string
	runs      []replay.Run
	copied    string // why nothing is released: no MTA delivers from here; "" where one may
	jumped    bool   // the clock went so far forward that ages are not to be trusted
	unusual   bool   // an alarm that the baseline must not learn from
	untouched map[string]int
}

// hygiene is the whole of it. What goes wrong becomes one line: somebody reads
// it in a log.
func (a *app) hygiene(ctx context.Context, f *hygieneFlags) error {
	if !a.ui.OutTTY {
		a.ui.Quiet = true // quiet when nothing happened
	}
	n := &night{app: a, f: f, at: a.now(), untouched: map[string]int{}}
	err := n.live(ctx)
	if n.target != nil {
		n.target.Close()
	}
	var exit *ui.Exit
	if err == nil || errors.As(err, &exit) && exit.Err == nil {
		return err
	}
	return n.failed(ctx, inOneLine(err))
}

// live goes through the night.
func (n *night) live(ctx context.Context) (err error) {
	if n.policy, err = readPolicy(n.f.policy); err != nil {
		return err
	}
	n.localDomains = append(n.localDomains, n.policy.Domains...)
	n.trustedRelays = append(n.trustedRelays, n.policy.Relays...)
	if n.target, err = n.openTonight(n.f.spool); err != nil {
		return err
	}
	if n.hand, err = n.take(ctx, n.target, n.f.dryRun, replay.Options{Command: "qclean hygiene", Hash: true}); err != nil {
		return err
	}
	defer n.hand.unlock()
	if err := n.look(ctx); err != nil {
		return err
	}
	if n.f.dryRun {
		return n.sayPlanned()
	}
	if err := n.act(ctx); err != nil {
		return err
	}
	return n.tellAll(ctx)
}

// openTonight opens the spool that was named, else the one of this host's MTA:
// that a copy was scanned last must not send the night there.
func (a *app) openTonight(path string) (*target, error) {
	if path == "" {
		f, err := theOne(all.Locate(systemRoot()), index.ErrNone)
		switch {
		case err == nil:
			path = f.Path
		case !errors.Is(err, index.ErrNone):
			return nil, err
		}
	}
	return a.open(path)
}

// look takes stock and decides. Nothing is changed.
func (n *night) look(ctx context.Context) (err error) {
	if n.history, err = baseline.Open(n.store.Folder(n.path)); err != nil {
		return err
	}
	if err := n.checkClock(); err != nil {
		return err
	}
	if err := n.checkOurs(ctx, n.target, n.policy, n.f.policy); err != nil {
		return err
	}
	if n.queued, n.held, err = n.stock(ctx, n.target, n.policy); err != nil {
		return err
	}
	n.measure = baseline.Of(n.queued.Table, n.at)
	n.usual = n.history.Usual(n.at)
	if n.decision, err = n.decide(ctx, n.target, n.policy, n.queued, n.held); err != nil {
		return err
	}
	if err := n.checkRelease(ctx); err != nil {
		return err
	}
	n.floods = policy.UnderWay(n.queued.Table, n.queued.Campaigns, n.at, n.policy.Limits.FloodRate)
	n.raise()
	return nil
}

const (
	ahead   = time.Minute         // so far may two clocks of one machine differ
	longAgo = 32 * 24 * time.Hour // since the last run: then the clock is in doubt
)

// checkClock holds the time against that of the last run: ages are all that
// stands between a message and its deletion.
func (n *night) checkClock() error {
	last, ok := n.history.Last()
	if !ok || n.f.acceptClock {
		return nil
	}
	if last.At.After(n.at.Add(ahead)) {
		return &ui.Exit{Code: ui.Refused, Err: fmt.Errorf("the clock says %s, and the last run was at %s: one of them is wrong, and nothing was done",
			ui.Stamp(n.at), ui.Stamp(last.At)), Hint: "When the clock is right now: qclean hygiene --accept-clock"}
	}
	n.jumped = n.at.Sub(last.At) > longAgo
	return nil
}

// checkOurs refuses a rule that asks what is ours where nobody said: with
// nothing known to be ours, "not ours" is everything.
func (a *app) checkOurs(ctx context.Context, t *target, p *policy.Policy, path string) error {
	rule := p.Asks("ours")
	if rule == "" {
		return nil
	}
	site, _, err := a.ours(ctx, t.Spool)
	if err != nil || !site.Empty() {
		return err
	}
	return refused(fmt.Errorf("rule %q asks what is ours, and nobody said", rule),
		fmt.Sprintf("Add to %s: [site] local-domains = [\"ours.com\"]", path))
}

// checkRelease: in the copy of a queue a released message would lie for ever,
// and everybody would think that it was sent.
func (n *night) checkRelease(ctx context.Context) error {
	for range n.decision.Of(policy.Release) {
		at, err := standingOf(ctx, n.target)
		if err == nil && at.Copy {
			n.copied = at.Why
		}
		return err
	}
	return nil
}

// holdsBack tells whether something keeps all rules of one action from acting.
func (n *night) holdsBack(do policy.Action) bool {
	return do == policy.Purge && n.jumped || do == policy.Release && n.copied != ""
}

// raise gathers the alarms.
func (n *night) raise() {
	n.alarms = n.decision.Alarms()
	n.unusual = n.decision.Passed != ""
	for _, i := range n.decision.Blocked {
		n.unusual = n.unusual || n.policy.Rules[i].Do != policy.Report
	}
	if text, alarm := n.usual.Alarm(n.measure, n.policy.Limits.BaselineFactor); alarm {
		n.alarms, n.unusual = append(n.alarms, "out of the usual: "+text), true
	}
	if d := n.decision; d.Unread > 0 {
		why, _, _ := strings.Cut(d.Why.Error(), "\n") // what follows is a drawing of the place
		n.alarms = append(n.alarms, fmt.Sprintf("%s could not be held against the rules: %s", ui.Plural(d.Unread, "message"), why))
	}
	for _, v := range []*survey.Survey{n.queued, n.held} {
		if v != nil && len(v.Folders) > 0 {
			n.alarms = append(n.alarms, fmt.Sprintf("%s could not be listed: %v", ui.Plural(len(v.Folders), "folder"), v.Folders[0]))
		}
	}
	for _, f := range n.floods {
		n.alarms, n.unusual = append(n.alarms, n.floodText(f)), true
	}
	if n.copied != "" {
		n.alarms = append(n.alarms, fmt.Sprintf("%v (%s): nothing was released", errCopy, n.copied))
	}
	if n.jumped {
		last, _ := n.history.Last()
		n.alarms = append(n.alarms, fmt.Sprintf("the last run was at %s, long ago: if the clock is wrong, ages are; nothing is purged this time", ui.Stamp(last.At)))
	}
}

// inOneLine puts the hint behind the error, and both on one line.
func inOneLine(err error) *ui.Exit {
	var exit *ui.Exit
	if !errors.As(explain(err), &exit) {
		exit = &ui.Exit{Code: ui.Failed, Err: err}
	}
	text := exit.Error()
	if exit.Hint != "" {
		text += "\n" + exit.Hint
	}
	var parts []string
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			parts = append(parts, line)
		}
	}
	return &ui.Exit{Code: exit.Code, Err: &onelined{strings.Join(parts, "; "), err}}
}

// onelined keeps the cause of an error that is told in other words.
type onelined struct {
	text  string
	cause error
}

func (e *onelined) Error() string { return e.text }

// Unwrap gives the cause.
func (e *onelined) Unwrap() error { return e.cause }
