package classify

import "slices"

// Rule is one thing that speaks for a call. Rules are values in one table:
// `qclean explain` prints it, and the points can be changed in the config.
type Rule struct {
	Name   string
	For    Call // Unknown: for whichever unwanted call something else speaks for
	Points int
	Help   string // for people: what it looks at, and why it matters
	Judge  func(*Case) (Evidence, bool)
}

// rules is the table, in the order in which help shows it. It is set once.
var rules = slices.Concat(relayRules, accountRules, floodRules, reportRules, wantedRules)

// Rules lists every rule, in the order in which help shows them.
func Rules() []Rule { return slices.Clone(rules) }

// FindRule finds a rule by its name.
func FindRule(name string) (Rule, bool) {
	i := slices.IndexFunc(rules, func(r Rule) bool { return r.Name == name })
	if i < 0 {
		return Rule{}, false
	}
	return rules[i], true
}

// no is what a rule says that has nothing to say.
func no() (Evidence, bool) { return Evidence{}, false }

// yes is what it says else.
func yes(text string) (Evidence, bool) { return Evidence{Text: text}, true }
