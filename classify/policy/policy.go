// Package policy reads what an administrator wrote down for the night, and decides what of it would be done.
//
// It touches nothing: a decision is a value to print or to carry out. When in
// doubt it leaves mail alone, and says which word in the policy would have
// taken it.
package policy

import "time"

// Action is what a rule does with the messages that it takes.
type Action string

// The actions, by the words that the file has for them.
const (
	Quarantine Action = "quarantine" // out of the queue, into quarantine
	Release    Action = "release"    // out of quarantine, back into the queue it came from
	Purge      Action = "purge"      // out of quarantine, for good
	Report     Action = "report"     // none: they are counted, and no later rule takes them
)

// Policy is one file, checked.
type Policy struct {
	Domains []string // local ones, as they were written
	Relays  []string // trusted ones
	Rules   []Rule   // in the order in which they are tried
	Limits  Limits
	Notify  Notify
}

// Rule is one [[rule]].
type Rule struct {
	Name        string
	Match       string // an expression, as --where takes it
	Do          Action
	MaxMessages int      // more are not touched, and that is an alarm; 0: no such limit
	Also        []string // what it may touch besides: weak, unknown, legitimate, bulk; in a release also unwanted
	Notify      bool     // tell when it has acted
	Line        int      // of the file, 0 when not known
}

// Limits hold for the whole run.
type Limits struct {
	MaxShare       float64 // of the messages in the queue, 0 to 1
	ShareFrom      int     // so many have to be taken before their share matters
	MaxMessages    int     // of all rules together; 0: no such limit
	BaselineFactor float64 // so many times the usual is an alarm
	FloodRate      int     // messages of an unwanted campaign in the last hour that make a flood under way
}

// Notify says how to tell somebody.
type Notify struct {
	Command  []string // program and arguments, empty for none; it gets JSON on its standard input
	Timeout  time.Duration
	Sendmail string // path of the program, "" for none
	MailTo   []string
	MailFrom string // "" for that of the user that qclean runs as
}

// What holds where the file says nothing.
const (
	defaultShare     = 0.5
	defaultShareFrom = 20
	defaultFactor    = 5
	defaultFloodRate = 50
	defaultTimeout   = 30 * time.Second
)

// Bounds on a file.
const (
	MaxSize  = 256 << 10 // bytes
	maxRules = 200
	maxName  = 100   // bytes of a rule's name
	maxMatch = 8_000 // bytes of an expression
)

// Looks tells whether a rule looks into the quarantine, the queue, or both.
func (d Action) Looks() (queue, quarantine bool) {
	switch d {
	case Quarantine:
		return true, false
	case Release, Purge:
		return false, true
	}
	return true, true
}
