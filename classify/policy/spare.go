package policy

import (
	"slices"

	"qclean/classify"
	"qclean/classify/query"
)

// The words of a policy that let a rule touch what is better left alone.
const (
	wordWeak     = "weak"
	wordUnwanted = "unwanted"
)

// rule is a Rule that can be held against messages.
type rule struct {
	*Rule
	match *query.Expr
}

func (r *rule) names(word string) bool { return slices.Contains(r.Also, word) || r.match.Names(word) }

// spares gives the word that would have to be named before this rule touches a
// message, "" when nothing keeps it from that.
func (r *rule) spares(i *query.Item) string {
	call := i.Record.Call
	switch {
	case r.Do == Report:
		return ""
	case r.Do == Purge && i.Since.IsZero():
		return "put there by hand"
	case r.Do == Release && !i.Message.Complete():
		return "not complete"
	case i.Record.Weak && !r.names(wordWeak):
		return wordWeak
	case call == classify.Unknown && !r.names(call.String()) && !r.known(i.Record),
		(call == classify.Legitimate || call == classify.Bulk) && !r.names(call.String()):
		return call.String()
	case r.Do == Quarantine && call == classify.RealBounce && !r.names(call.String()) && !r.names("ndr"):
		return call.String() // our people want to know that their mail was not delivered
	case r.Do == Release && call.Unwanted() && !r.names(call.String()) && !r.names(wordUnwanted):
		return wordUnwanted
	}
	return ""
}

// known: who put a campaign on the list of known fingerprints has named it, and
// a rule that asks for that list needs no verdict besides.
func (r *rule) known(rec *classify.Record) bool { return rec.Known != "" && r.match.Names("known") }

// looks tells whether a rule is about where a message lies.
func (r *rule) looks(quarantined bool) bool {
	if r.Do == Report {
		return !quarantined || r.match.Names("quarantined")
	}
	queue, quarantine := r.Do.Looks()
	return quarantine && quarantined || queue && !quarantined
}

// view is a message as a rule sees it: only for a purge does its age count from
// when it was put into quarantine.
func (r *rule) view(i *query.Item) *query.Item {
	if r.Do == Purge || i.Since.IsZero() {
		return i
	}
	v := *i
	v.Since = i.Record.Arrived
	return &v
}
