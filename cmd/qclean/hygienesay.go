package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"qclean/classify"
	"qclean/classify/policy"
	"qclean/cmd/report"
	"qclean/cmd/ui"
	"qclean/replay"
	"qclean/scan/spool"
)

// nightJSON is a night in JSON: what --json prints and a notify command reads.
type nightJSON struct {
	Schema    int            `json:"schema"`
	Kind      string         `json:"kind"`
	Spool     string         `json:"spool,omitempty"`
	Policy    string         `json:"policy"`
	Night     string         `json:"night,omitempty"`
	At        string         `json:"at"`
	Outcome   string         `json:"outcome"` // quiet, acted, alarm, failed
	Exit      int            `json:"exit"`
	DryRun    bool           `json:"dry_run"`
	Summary   string         `json:"summary"`
	Error     string         `json:"error,omitempty"`
	Alarms    []string       `json:"alarms"`
	Queue     *queueJSON     `json:"queue,omitempty"`
	Usual     *nightUsual    `json:"usual,omitempty"`
	Rules     []ruleJSON     `json:"rules"`
	Floods    []floodJSON    `json:"floods"`
	Runs      []*runJSON     `json:"runs"`
	Recovered []*runJSON     `json:"recovered"`
	Left      map[string]int `json:"left_alone,omitempty"` // chosen, and busy, gone or changed
	Unread    int            `json:"unread,omitempty"`
	Undo      string         `json:"undo,omitempty"`
}

// queueJSON is the queue as the night found it.
type queueJSON struct {
	Messages int            `json:"messages"`
	Bytes    int64          `json:"bytes"`
	Oldest   int64          `json:"oldest_seconds"`
	NDRs     int            `json:"ndrs"`
	Senders  int            `json:"senders"`
	Queues   map[string]int `json:"queues"`
	Verdicts map[string]int `json:"verdicts"`
}

// nightUsual is what it is held against.
type nightUsual struct {
	Basis    string  `json:"basis"`
	Samples  int     `json:"samples"`
	Messages float64 `json:"messages"`
	Spread   float64 `json:"spread"`
}

// ruleJSON is what one rule came to.
type ruleJSON struct {
	Name    string           `json:"name"`
	Do      string           `json:"do"`
	Match   string           `json:"match"`
	Line    int              `json:"line"`
	Matched int              `json:"matched"`
	Bytes   int64            `json:"bytes"`
	Spared  map[string]int   `json:"spared,omitempty"`  // by the word that would name them
	Stopped string           `json:"stopped,omitempty"` // the limit that would be passed
	Samples []report.Message `json:"samples,omitempty"`
}

type floodJSON struct {
	Campaign string `json:"campaign"`
	Verdict  string `json:"verdict"`
	Messages int    `json:"messages"`
	LastHour int    `json:"last_hour"`
}

// document is the night as it went. It is whole also when it ended early.
func (n *night) document(word string, code int, failure error) *nightJSON {
	doc := &nightJSON{Schema: ui.Schema, Kind: "hygiene", Policy: n.f.policy, Night: n.name, At: ui.Stamp(n.at), Outcome: word, Exit: code,
		DryRun: n.f.dryRun, Alarms: safeAll(n.alarms), Rules: []ruleJSON{}, Floods: []floodJSON{}, Runs: jsonRuns(n.runs), Recovered: []*runJSON{}, Left: n.untouched}
	if failure != nil {
		doc.Error = ui.Safe(failure.Error())
	}
	if n.target != nil {
		doc.Spool = spool.EscapeName(n.path)
	}
	if n.hand != nil {
		doc.Recovered = jsonRuns(n.hand.recovered)
	}
	if n.measured() {
		doc.Queue, doc.Usual = n.queueJSON(), n.usualForm()
	}
	if n.decision != nil {
		doc.Rules, doc.Unread = jsonRules(n.decision), n.decision.Unread
	}
	for _, f := range n.floods {
		doc.Floods = append(doc.Floods, floodJSON{string(f.Campaign.ID), f.Campaign.Verdict.Call.String(), f.Campaign.Count, f.Lately})
	}
	if n.reversible() > 0 {
		doc.Undo = "qclean undo"
	}
	doc.Summary = n.summary(word)
	return doc
}

func safeAll(in []string) []string {
	out := make([]string, 0, len(in))
	for _, s := range in {
		out = append(out, ui.Safe(s))
	}
	return out
}

func jsonRuns(runs []replay.Run) []*runJSON {
	out := make([]*runJSON, 0, len(runs))
	for _, r := range runs {
		out = append(out, jsonRun(r))
	}
	return out
}

func (n *night) queueJSON() *queueJSON {
	m := &n.measure
	return &queueJSON{m.Messages, m.Bytes, int64(m.Oldest.Seconds()), m.NDRs, m.Senders, m.Queues, m.Verdicts}
}

func (n *night) usualForm() *nightUsual {
	u := &n.usual
	return &nightUsual{string(u.Basis), u.Samples, u.Messages.Median, u.Messages.Spread}
}

func jsonRules(d *policy.Decision) []ruleJSON {
	out := make([]ruleJSON, 0, len(d.Rules))
	for i := range d.Rules {
		t := &d.Rules[i]
		r := ruleJSON{Name: t.Name, Do: string(t.Do), Match: t.Match, Line: t.Line, Matched: len(t.Messages), Bytes: t.Bytes, Spared: t.Spared, Stopped: t.Passed}
		if t.Do != policy.Report && d.Passed != "" && r.Stopped == "" {
			r.Stopped = d.Passed
		}
		for _, m := range spread(t.Messages, 3) {
			rec := m.Record()
			r.Samples = append(r.Samples, report.JSONMessage(&rec))
		}
		out = append(out, r)
	}
	return out
}

func (n *night) reversible() int { return n.done(replay.Quarantine) + n.done(replay.PutBack) }

// summary is the one line for a log.
func (n *night) summary(word string) string {
	var parts []string
	for _, s := range steps() {
		if count := n.done(s.verb); count > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", map[replay.Verb]string{replay.Quarantine: "quarantined", replay.PutBack: "released", replay.Purge: "purged"}[s.verb], ui.Number(count)))
		}
	}
	if c := n.recovered(); c > 0 {
		parts = append(parts, "recovered "+ui.Plural(c, "unfinished run"))
	}
	if len(n.untouched) > 0 {
		parts = append(parts, "left alone "+reasons(n.untouched))
	}
	if n.measured() {
		parts = append(parts, n.queueText())
	}
	if len(n.alarms) > 0 {
		parts = append(parts, fmt.Sprintf("%s: %s", ui.Plural(len(n.alarms), "alarm"), strings.Join(n.alarms, " | ")))
	}
	if n.reversible() > 0 {
		parts = append(parts, "take it back: "+n.undoCommand())
	}
	where := ""
	if n.target != nil {
		where = " " + n.path
	}
	return ui.Safe(fmt.Sprintf("%s qclean hygiene%s: %s: %s", ui.Stamp(n.at), where, word, strings.Join(parts, "; ")))
}

// undoCommand names the spool where a plain undo would look for another one.
func (n *night) undoCommand() string {
	if last, err := n.store.Last(); err == nil && last == n.path {
		return "qclean undo"
	}
	return "qclean undo --spool " + n.path
}

// queueText says what is in the queue now, of what was there.
func (n *night) queueText() string {
	was, back := n.measure.Messages, n.done(replay.PutBack)
	now := was - n.done(replay.Quarantine) + back
	if back > 0 {
		return fmt.Sprintf("%s in the queue, which had %s", ui.Number(now), ui.Number(was))
	}
	return fmt.Sprintf("%s of %s left in the queue", ui.Number(now), ui.Number(was))
}

// lines is the document for a person, each line of so many columns at most.
func (d *nightJSON) lines(columns int) string {
	all := []string{d.Summary}
	if d.Error != "" {
		all = append(all, "error: "+d.Error)
	}
	for _, a := range d.Alarms {
		all = append(all, "alarm: "+a)
	}
	for _, r := range d.Rules {
		line := fmt.Sprintf("rule %q: %s, %s", r.Name, r.Do, ui.Plural(r.Matched, "message"))
		if r.Stopped != "" {
			line += ", stopped: " + r.Stopped
		}
		all = append(all, line)
	}
	if d.Undo != "" {
		all = append(all, "take it back: "+d.Undo)
	}
	for i := range all {
		all[i] = ui.Cut(ui.Safe(all[i]), columns)
	}
	return strings.Join(all, "\n") + "\n"
}

// floodText names a flood that goes on, and its source as far as it is known.
func (n *night) floodText(f policy.Flood) string {
	c := f.Campaign
	short := classify.ShortIDs(n.queued.Campaigns)[c.ID]
	source := ""
	switch {
	case c.Users.First() != "":
		source = ", login " + c.Users.First()
	case c.Sources.First() != "":
		source = ", most from " + c.Sources.First()
	}
	return fmt.Sprintf("flood under way: campaign %s (%s) had %s in the last hour%s; look: qclean show %s", short, c.Verdict.Call,
		ui.Plural(f.Lately, "message"), ui.Cut(ui.Safe(source), 80), short)
}

// sayPlanned is the dry run.
func (n *night) sayPlanned() error {
	word, code := n.outcome()
	end := func(err error) error {
		if err != nil || code == ui.Done {
			return err
		}
		return &ui.Exit{Code: code}
	}
	if n.json {
		return end(n.ui.JSON(n.document(word, code, nil)))
	}
	if err := n.ruleTable(n.decision); err != nil {
		return err
	}
	n.ui.Quiet = false
	for _, text := range n.alarms {
		n.ui.Say("alarm: %s", ui.Safe(text))
	}
	n.ui.Say("tonight would be: %s; %s in the queue (%s). Nothing was changed (--dry-run).", word, ui.Plural(n.measure.Messages, "message"), n.usual.Behind())
	return end(nil)
}

// ruleTable has a row for each rule: what it takes, what it spares, what stops it.
func (a *app) ruleTable(d *policy.Decision) error {
	columns := []ui.Column{{Name: "rule"}, {Name: "do"}, {Name: "messages", Right: true}, {Name: "size", Right: true},
		{Name: "spared", Wide: true}, {Name: "stopped by", Wide: true}}
	var rows [][]ui.Cell
	for _, r := range jsonRules(d) {
		rows = append(rows, []ui.Cell{ui.Text(r.Name), ui.Text(r.Do), {Human: ui.Number(r.Matched), Script: fmt.Sprint(r.Matched)},
			{Human: ui.Bytes(r.Bytes), Script: fmt.Sprint(r.Bytes)}, ui.Text(sparedText(r.Spared)), ui.Text(r.Stopped)})
	}
	return a.ui.Table(columns, rows)
}

func sparedText(spared map[string]int) string {
	var parts []string
	for _, word := range slices.Sorted(maps.Keys(spared)) {
		parts = append(parts, fmt.Sprintf("%d %s", spared[word], word))
	}
	return strings.Join(parts, ", ")
}
