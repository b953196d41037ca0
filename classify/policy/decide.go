package policy

import (
	"errors"
	"fmt"
	"iter"

	"qclean/classify"
	"qclean/classify/query"
	"qclean/scan/spool"
)

// Decision is what a policy would do with the messages of one night.
type Decision struct {
	Rules   []Taken // one for each rule, in their order
	Queued  int     // messages that were in the queue
	Passed  string  // the limit of the whole run that would be passed, "" for none: then nothing is done
	Unread  int     // messages that could not be held against a rule, such as those whose text cannot be read: nothing is done with them
	Why     error   // the first of them could not
	Blocked []int   // rules, by their index, whose own limit would be passed: nothing of them is done
}

// Taken is what one rule came to.
type Taken struct {
	Rule
	Messages []classify.Message
	Bytes    int64
	Spared   map[string]int // left alone, by the word that would name them
	Passed   string         // its own limit, if that would be passed
}

// Decide tries the rules on each message, in their order: the first one that
// takes it acts. An item belongs to the sequence's step alone, its Message stays. The item of a quarantined message says in Since when it was put there.
func (p *Policy) Decide(c query.Context, messages iter.Seq[*query.Item]) (*Decision, error) {
	d := &decider{Decision: &Decision{Rules: make([]Taken, len(p.Rules))}}
	for i := range p.Rules {
		x, err := query.Compile(p.Rules[i].Match, c)
		if err != nil {
			return nil, fmt.Errorf("rule %q: %w", p.Rules[i].Name, err)
		}
		d.rules = append(d.rules, rule{&p.Rules[i], x})
		d.Rules[i] = Taken{Rule: p.Rules[i], Spared: map[string]int{}}
	}
	for item := range messages {
		if err := d.message(item); err != nil {
			return nil, err
		}
	}
	d.caps(p.Limits)
	return d.Decision, nil
}

// Asks gives the name of the first rule that calls a function, "" for none.
func (p *Policy) Asks(function string) string {
	for i := range p.Rules {
		if x, err := query.Compile(p.Rules[i].Match, query.Context{}); err == nil && x.Calls(function) {
			return p.Rules[i].Name
		}
	}
	return ""
}

// LooksInQuarantine tells whether any rule is about what lies in quarantine.
func (p *Policy) LooksInQuarantine() bool {
	for i := range p.Rules {
		x, err := query.Compile(p.Rules[i].Match, query.Context{})
		if r := (rule{&p.Rules[i], x}); err == nil && r.looks(true) {
			return true
		}
	}
	return false
}

type decider struct {
	*Decision
	rules []rule
}

func (d *decider) message(i *query.Item) error {
	if !i.Quarantined {
		d.Queued++
	}
	f, err := d.first(i)
	if f.taker < 0 && err == nil && f.sparer >= 0 {
		d.Rules[f.sparer].Spared[f.word]++
	}
	if f.taker >= 0 && err == nil && d.rules[f.taker].Do == Release {
		f, err = d.again(i, f)
	}
	switch {
	case errors.Is(err, spool.ErrGone):
		return nil
	case err != nil:
		if d.Unread++; d.Why == nil {
			d.Why = err
		}
		return nil
	case f.taker >= 0:
		t := &d.Rules[f.taker]
		t.Messages = append(t.Messages, i.Message)
		t.Bytes += i.Record.Size
	}
	return nil
}

// finding is which rule takes a message, and which one would have, but for a
// word that it does not say.
type finding struct {
	taker, sparer int // -1 for none
	word          string
}

// first tries the rules in their order. Trouble with one of them ends it: a
// later rule must not act where an earlier one might have.
func (d *decider) first(i *query.Item) (finding, error) {
	f := finding{-1, -1, ""}
	for n := range d.rules {
		r := &d.rules[n]
		if !r.looks(i.Quarantined) {
			continue
		}
		ok, err := r.match.Match(r.view(i))
		if err != nil {
			return f, err
		}
		if !ok {
			continue
		}
		word := r.spares(i)
		if word == "" {
			f.taker = n
			return f, nil
		}
		if f.sparer < 0 {
			f.sparer, f.word = n, word
		}
	}
	return f, nil
}

// again keeps a message in quarantine that a rule would take out of the queue
// the next night: it would go back and forth for ever.
func (d *decider) again(i *query.Item, f finding) (finding, error) {
	queued := *i
	queued.Quarantined = false
	back, err := d.first(&queued)
	if err != nil || back.taker < 0 || d.rules[back.taker].Do != Quarantine {
		return f, err
	}
	d.Rules[f.taker].Spared[fmt.Sprintf("rule %q would take it again", d.rules[back.taker].Name)]++
	return finding{-1, -1, ""}, nil
}

// caps holds the decision against the limits: first those of each rule, then,
// over the rest, those of the whole run.
func (d *Decision) caps(l Limits) {
	moved, touched := 0, 0
	for i := range d.Rules {
		t := &d.Rules[i]
		n := len(t.Messages)
		if t.MaxMessages > 0 && n > t.MaxMessages {
			t.Passed = fmt.Sprintf("max-messages %d", t.MaxMessages)
			d.Blocked = append(d.Blocked, i)
			continue
		}
		switch t.Do {
		case Report:
			continue
		case Quarantine:
			moved += n
		}
		touched += n
	}
	switch {
	case l.MaxMessages > 0 && touched > l.MaxMessages:
		d.Passed = fmt.Sprintf("%d messages, and max-messages of [limits] is %d", touched, l.MaxMessages)
	case moved >= l.ShareFrom && float64(moved) > l.MaxShare*float64(d.Queued):
		d.Passed = fmt.Sprintf("%d of %d messages in the queue, and max-share is %g", moved, d.Queued, l.MaxShare)
	}
}

// Of gives the messages with which something is to be done, rule by rule, and
// only those of rules that no limit stops.
func (d *Decision) Of(do Action) iter.Seq2[*Taken, classify.Message] {
	return func(yield func(*Taken, classify.Message) bool) {
		for i := range d.Rules {
			t := &d.Rules[i]
			if t.Rule.Do != do || t.Passed != "" || d.Passed != "" {
				continue
			}
			for _, m := range t.Messages {
				if !yield(t, m) {
					return
				}
			}
		}
	}
}

// Spared is how many messages were left alone because no rule names them.
func (d *Decision) Spared() int {
	n := 0
	for i := range d.Rules {
		for _, c := range d.Rules[i].Spared {
			n += c
		}
	}
	return n
}

// Alarms says which limits stopped what.
func (d *Decision) Alarms() []string {
	var out []string
	for _, i := range d.Blocked {
		t := &d.Rules[i]
		what := fmt.Sprintf("rule %q would %s %d messages", t.Name, t.Rule.Do, len(t.Messages))
		if t.Rule.Do == Report {
			out = append(out, fmt.Sprintf("rule %q counts %d messages, more than its %s", t.Name, len(t.Messages), t.Passed))
			continue
		}
		out = append(out, fmt.Sprintf("%s, more than its %s: nothing of it was done", what, t.Passed))
	}
	if d.Passed != "" {
		out = append(out, "the rules would take "+d.Passed+": nothing was done")
	}
	return out
}
