package main

import (
	"fmt"
	"strings"

	"qclean/cmd/ui"
	"qclean/scan/relay"
)

// relayWords say what an outcome means and what to do.
func relayWords(o relay.Outcome) string {
	switch o {
	case relay.Shut:
		return "The door is shut: every form was refused."
	case relay.Ajar:
		return "No form relays by the answers, but some are accepted that may be local or bounced later. Prove them: --prove ADDRESS"
	case relay.Leaks:
		return "Nothing is relayed, but some forms are accepted and bounced later: strangers get these bounces (backscatter)."
	case relay.Unknown:
		return "Not known: some forms got no clear answer. Try again later, from the same address."
	case relay.Void:
		return "The result is void."
	}
	return "OPEN RELAY: the server sends strangers' mail on."
}

func (a *app) sayRelay(r *relay.Report, f *relayFlags) error {
	a.ui.Say("%s at %s: %s", ui.Safe(r.Target.String()), r.Target.IP, ui.Safe(r.Greeting.String()))
	a.ui.Say("control   postmaster@%s %s: %s", ui.Safe(r.Names.Our), r.Postmaster.Verdict, ui.Safe(r.Postmaster.Reply.String()))
	if err := a.relayTable(r); err != nil {
		return err
	}
	a.ui.Say("")
	if r.Login != nil {
		a.ui.Say("with the login %s the plain form %s: %s", ui.Safe(f.login), loginWord(r.Login), ui.Safe(r.Login.Why))
	}
	for _, n := range r.Notes {
		a.ui.Say("note      %s", ui.Safe(n))
	}
	if r.Stopped != "" {
		a.ui.Say("stopped   %s", ui.Safe(r.Stopped))
	}
	if r.Inside != "" {
		a.ui.Warn("%s", ui.Safe(r.Inside))
	}
	if r.Void != "" {
		a.ui.Warn("%s", ui.Safe(r.Void))
	}
	a.ui.Say("%s", relayWords(r.Outcome))
	a.sayNextForms(r)
	return nil
}

func loginWord(r *relay.Result) string {
	if r.Verdict == relay.Relays {
		return "is accepted, as it is meant to be: a stolen password is all that it takes"
	}
	return "is " + r.Verdict.String()
}

func (a *app) relayTable(r *relay.Report) error {
	columns := []ui.Column{{Name: "form", Right: true}, {Name: "kb", Right: true}, {Name: "mail from", Wide: true}, {Name: "rcpt to", Wide: true},
		{Name: "verdict"}, {Name: "why", Wide: true}, {Name: "answer", Wide: true}}
	var rows [][]ui.Cell
	for _, res := range r.Results {
		kb := ""
		if res.Form.KB > 0 {
			kb = fmt.Sprint(res.Form.KB)
		}
		rows = append(rows, []ui.Cell{ui.Text(fmt.Sprint(res.Form.Number)), ui.Text(kb), ui.Text("<" + res.From + ">"), ui.Text("<" + res.To + ">"),
			ui.Text(res.Verdict.String()), ui.Text(res.Why), ui.Text(strings.TrimSpace(res.Stage + " " + res.Reply.String()))})
	}
	return a.ui.Table(columns, rows)
}

// sayNextForms names the pages of what is not refused.
func (a *app) sayNextForms(r *relay.Report) {
	shown := map[relay.Family]bool{}
	for _, res := range r.Results {
		if res.Verdict < relay.Accepted || shown[res.Form.Family] {
			continue
		}
		if len(shown) == 0 {
			a.ui.Say("\nNext:")
		}
		shown[res.Form.Family] = true
		a.ui.Say("  qclean relaycheck --explain %-3d what %s means and what closes it", res.Form.Number, res.Form.Family)
	}
}

// explainForm prints the pages of one number.
func (a *app) explainForm(number string) error {
	forms, err := relay.Lookup(number)
	if err != nil {
		return &ui.Exit{Code: ui.Usage, Err: err, Hint: fmt.Sprintf("Forms are 1 to %d; kb1 to kb7, nmap1 to nmap16 and abuse1 to abuse17 are those of the other lists.", relay.MaxForm)}
	}
	if a.json {
		list := make([]formPage, 0, len(forms))
		for _, f := range forms {
			list = append(list, pageOf(f))
		}
		return a.ui.JSON(map[string]any{"schema": ui.Schema, "kind": "relay-forms", "forms": list})
	}
	for i, f := range forms {
		if i > 0 {
			fmt.Fprintln(a.ui.Out)
		}
		if err := a.printPage(f); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) printPage(f relay.Form) error {
	page := f.Family.Page()
	var b strings.Builder
	fmt.Fprintf(&b, "form %d: %s", f.Number, page.Name)
	for _, list := range []struct {
		name   string
		number int
	}{{"KB 304897", f.KB}, {"nmap", f.Nmap}, {"abuse.net", f.Abuse}} {
		if list.number > 0 {
			fmt.Fprintf(&b, "  (%s %d)", list.name, list.number)
		}
	}
	fmt.Fprintf(&b, "\n  MAIL FROM:<%s>\n  RCPT TO:<%s>\n\n%s\n", strings.Trim(f.Sender(), "<>"), f.Recipient(), f.Means)
	if f.Local {
		b.WriteString("A server may read the recipient as its own: to be accepted is not yet to be relayed (--prove tells).\n")
	}
	fmt.Fprintf(&b, "\nWho falls for it: %s\n\nWhat closes it:\n", page.Falls)
	for _, s := range page.Closes {
		fmt.Fprintf(&b, "  %-9s %s\n", s.Server, s.Text)
	}
	_, err := fmt.Fprint(a.ui.Out, b.String())
	return err
}
