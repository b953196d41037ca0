package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"qclean/cmd/ui"
	"qclean/replay"
	"qclean/replay/submit"
	"qclean/scan/spool"
)

// viaHelp is what replay says of --via.
const viaHelp = `With --via they are given to another server, with the stored envelope and for the
recipients still due only. What it does not take for now stays for the next run.
A message that it was given, and gave no answer to, is in doubt: it is named, and
nothing sends it again by itself. Targets:

  smtp://host:port             STARTTLS where it is offered
  smtp://host:port?tls=verify  only with STARTTLS and a certificate that is right; tls=off for none
  smtp://user@host:587?password-file=/path
                               with a login, and TLS as for tls=verify; the password
                               is the file's first line, and nobody else may read it
  lmtp://host:port             or lmtp:///path for a local socket
  sendmail:/usr/sbin/sendmail  through that program

Wishes for delivery reports (NOTIFY, ORCPT, RET, ENVID) go along only where a
message goes back to its queue. Who gets it by --via or --to pickup reports to the
sender what fails, as servers do without such wishes.`

// sender is the server of --via; nil without it.
func (f *replayFlags) sender() (submit.Sender, error) {
	if f.via == "" {
		return nil, nil
	}
	if f.place {
		return nil, &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("--via, and --to with a place"), Hint: "Choose one of the two."}
	}
	target, err := submit.ParseTarget(f.via)
	if err != nil {
		return nil, err
	}
	host, _ := os.Hostname()
	return submit.New(target, host), nil
}

// verb says which way the messages go. An MTA that keeps envelopes in its queue
// goes on with a message best where it was.
func (f *replayFlags) verb(ctx context.Context, t *target) (replay.Verb, error) {
	if f.via != "" {
		return replay.Submit, nil
	}
	at, err := standingOf(ctx, t)
	if err != nil {
		return "", err
	}
	if at.Copy && !f.copy {
		return "", refused(fmt.Errorf("%w: %s", errCopy, at.Why),
			"Give the messages to a server: qclean replay --via smtp://host:25 …\nOr if an MTA does deliver from it: --in-copy")
	}
	_, keeps := t.Spool.(spool.Placer)
	if f.queue || !f.place && (keeps || t.Layout().Pickup == "") {
		return replay.PutBack, nil
	}
	return replay.Inject, nil
}

// queueLifetime is after how long Postfix gives up by default
// (maximal_queue_lifetime), counted from the arrival.
const queueLifetime = 5 * 24 * time.Hour

// warnOld tells of messages that are put back only to be bounced.
func (a *app) warnOld(t *target, c *choice) {
	if t.Layout().MTA != "postfix" {
		return
	}
	n := 0
	for _, i := range c.picked {
		if at := c.survey.Table.At(int(i)).Arrived(); !at.IsZero() && a.now().Sub(at) > queueLifetime {
			n++
		}
	}
	if n > 0 {
		a.ui.Warn("%s older than 5 days: Postfix gives them one try and then bounces them; --to pickup sends them as new", ui.Plural(n, "message"))
	}
}

// withRest adds what an earlier run gave to another server for some of its
// recipients only.
func (a *app) withRest(ctx context.Context, h *hand, picks []replay.Pick) ([]replay.Pick, error) {
	rest, err := h.Rest(ctx)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		a.ui.Say("and %s that an earlier run sent in part, for the recipients still due", ui.Plural(len(rest), "message"))
	}
	return append(picks, rest...), nil
}

// refuseRunning keeps whole folders from being exchanged under an MTA that
// works in them.
func refuseRunning(ctx context.Context, t *target) error {
	at, err := standingOf(ctx, t)
	if err != nil {
		return err
	}
	if at.Running {
		return refused(fmt.Errorf("%w: %s", errRuns, at.Why), "Stop it first, or take the messages one by one: qclean quarantine --all")
	}
	return nil
}

// sayHeld tells what is to be done with messages that an agent was delivering
// to the end of the run: they stay where the MTA holds them.
func (a *app) sayHeld(r replay.Run) {
	if r.Skipped["on hold"] > 0 {
		a.ui.Say("On hold are messages that were being delivered all the time. Look at them with mailq; postsuper -H lets them go on.")
	}
}

// doubtJSON is a message in doubt in JSON.
type doubtJSON struct {
	ID   string   `json:"id"`
	File string   `json:"file"`
	To   []string `json:"to,omitempty"`
}

func jsonDoubts(doubts []replay.Doubt) []doubtJSON {
	var out []doubtJSON
	for _, d := range doubts {
		out = append(out, doubtJSON{ID: spool.EscapeName(string(d.ID)), File: spool.EscapeName(d.Name), To: d.To})
	}
	return out
}

// maxDoubts bounds how many are shown to a person.
const maxDoubts = 20

// sayDoubts names what may, or may not, have been delivered.
func (a *app) sayDoubts(r replay.Run, doubts []replay.Doubt) {
	if len(doubts) == 0 {
		return
	}
	for _, d := range doubts[:min(len(doubts), maxDoubts)] {
		a.ui.Warn("in doubt: %s %s", ui.Safe(d.Name), ui.Safe(strings.Join(d.To, ", ")))
	}
	if more := len(doubts) - maxDoubts; more > 0 {
		a.ui.Warn("and %s more in doubt", ui.Number(more))
	}
	a.ui.Say("Look in the log of the server that was given them. If they were not delivered: qclean undo --in-doubt %s", r.Name)
}
