package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"qclean/classify"
	"qclean/classify/index"
	"qclean/classify/query"
	"qclean/cmd/ui"
	"qclean/replay"
)

type replayFlags struct {
	changeFlags
	queue bool // --to queue
	place bool // --to queue or pickup was given
	via   string
	copy  bool // --in-copy
	force bool // send what is called unwanted as well
	rate  float64
}

// takePlace takes the two places out of --to, which names recipients
// otherwise: neither "queue" nor "pickup" can be an address.
func (f *replayFlags) takePlace(s *query.Selection) {
	var rest []string
	for _, v := range s.Flags["to"] {
		switch v {
		case "queue":
			f.queue, f.place = true, true
		case "pickup":
			f.queue, f.place = false, true
		default:
			rest = append(rest, v)
		}
	}
	delete(s.Flags, "to")
	if len(rest) > 0 {
		s.Flags["to"] = rest
	}
}

func newReplay(a *app) *cobra.Command {
	f := replayFlags{}
	var sel *selector
	cmd := &cobra.Command{
		Use:   "replay",
		Short: "Send quarantined mail again",
		Long: `Gives the quarantined messages that the selector matches to pickup, complete
ones only, slowly enough not to flood the server again; the originals are kept
beside the journal. What is called unwanted stays, unless --force-verdict is given.
With --to queue they go back to where they came from and
the index is put aside instead; that is what happens without --to where the MTA
goes on with them there, as Postfix and Exim do. Non-delivery reports stay unless
--ndr asks for them. Off a terminal this wants --yes: what is delivered cannot be
taken back.

` + viaHelp,
		Example: `  qclean replay --from-domain ours.com
  qclean replay --from-domain ours.com --to queue
  qclean replay --from-domain ours.com --via smtp://mx2.ours.com:25
  qclean replay --id WKA6D6YM --yes`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s := sel.selection()
			f.takePlace(&s)
			return a.replay(cmd.Context(), &f, s)
		},
	}
	sel = addSelector(cmd)
	f.add(cmd, false)
	cmd.Flags().BoolVar(&f.force, "force-verdict", false, "send what is called unwanted as well")
	cmd.Flags().Lookup("to").Usage += "; or the place: queue or pickup"
	cmd.Flags().Float64Var(&f.rate, "rate", 50, "`N` messages a second into pickup or to another server, 0 as fast as it goes")
	cmd.Flags().StringVar(&f.via, "via", "", "give them to the server at `TARGET`: smtp://host:port, lmtp://host:port or sendmail:PATH")
	cmd.Flags().BoolVar(&f.copy, "in-copy", false, "also where nothing seems to deliver from this queue")
	return cmd
}

func (a *app) replay(ctx context.Context, f *replayFlags, sel query.Selection) error {
	if f.rate < 0 {
		return &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("--rate %g is negative", f.rate), Hint: "Give messages a second: --rate 50"}
	}
	via, err := f.sender()
	if err != nil {
		return err
	}
	if via != nil {
		defer via.Close()
	}
	t, h, done, err := a.begin(ctx, &f.changeFlags, "replaying", replay.Options{Rate: f.rate, Via: via})
	if err != nil {
		return err
	}
	defer done()
	verb, err := f.verb(ctx, t)
	if err != nil {
		return err
	}
	if err := a.sayFar(ctx, h); err != nil {
		return err
	}
	noNDR := sel.NDR == nil && !sel.Empty()
	if noNDR {
		no := false
		sel.NDR = &no
	}
	c, err := a.choose(ctx, t, index.Quarantined, sel)
	if err != nil {
		return err
	}
	if noNDR && len(c.picked) == 0 {
		a.ui.Say("Non-delivery reports are left out; --ndr asks for them.")
	}
	c.dropIncomplete(a.ui)
	if !f.force && !f.queue {
		c.dropUnwanted(a.ui)
	}
	if verb == replay.PutBack {
		a.warnOld(t, c)
	}
	picks := picksOf(c)
	if verb == replay.Submit {
		if picks, err = a.withRest(ctx, h, picks); err != nil {
			return err
		}
	}
	plan, err := replay.NewPlan(t.Spool, verb, c.expression, picks, a.now())
	return a.carryOut(ctx, t, h, &f.changeFlags, c, plan, err, index.Quarantined)
}

// dropUnwanted leaves out what the verdicts call unwanted: mail in our name is
// not always ours.
func (c *choice) dropUnwanted(s *ui.Streams) {
	if n := c.drop(func(m classify.Message) bool { return m.Call().Unwanted() }); n > 0 {
		s.Say("left out  %s called unwanted (--force-verdict sends them)", ui.Number(n))
	}
}

// dropIncomplete leaves out what cannot be sent as it is.
func (c *choice) dropIncomplete(s *ui.Streams) {
	if n := c.drop(func(m classify.Message) bool { return !m.Complete() }); n > 0 {
		s.Warn("%s incomplete (no text, no header or no recipient) and left out", ui.Plural(n, "message"))
	}
}

// drop takes messages out of the choice and says how many.
func (c *choice) drop(what func(classify.Message) bool) int {
	kept := c.picked[:0]
	for _, i := range c.picked {
		if m := c.survey.Table.At(int(i)); what(m) {
			c.bytes -= m.Size()
		} else {
			kept = append(kept, i)
		}
	}
	n := len(c.picked) - len(kept)
	c.picked = kept
	return n
}
