package baseline

import (
	"fmt"
	"math"
	"strings"
)

// DefaultFactor is how many times the usual is an alarm when nobody says.
const DefaultFactor = 5

// wide is how many times the spread a value has to be off the median, so that
// a queue that is full every Monday and on some other days is no alarm on those.
const wide = 6

// quantity is one thing that can be out of the usual.
type quantity struct {
	of     func(*Measure) float64
	level  func(*Usual) *Level
	floor  float64 // so much more than usual is never an alarm: five times two messages
	amount func(float64) string
	noun   string
}

// quantities lists them. The floors are what a small server sees on a busy
// day: a newsletter to its own people, a partner that does not answer for a day.
func quantities() []quantity {
	count := func(v float64) string { return fmt.Sprintf("%.0f", v) }
	mebi := func(v float64) string { return fmt.Sprintf("%.0f MiB", v/(1<<20)) }
	hours := func(v float64) string { return fmt.Sprintf("%.0f hours", v/3600) }
	return []quantity{
		{func(m *Measure) float64 { return float64(m.Messages) }, func(u *Usual) *Level { return &u.Messages }, 100, count, "messages"},
		{func(m *Measure) float64 { return float64(m.Bytes) }, func(u *Usual) *Level { return &u.Bytes }, 100 << 20, mebi, "of mail"},
		{func(m *Measure) float64 { return m.Oldest.Seconds() }, func(u *Usual) *Level { return &u.Oldest }, 24 * 3600, hours, "since the oldest arrived"},
		{func(m *Measure) float64 { return float64(m.NDRs) }, func(u *Usual) *Level { return &u.NDRs }, 50, count, "non-delivery reports"},
		{func(m *Measure) float64 { return float64(m.Senders) }, func(u *Usual) *Level { return &u.Senders }, 50, count, "senders"},
	}
}

// Alarm tells whether a measure is out of the usual, and says by how much. A
// factor of 0 means DefaultFactor, one below 1 counts as 1. Without a basis
// nothing is out of the usual.
//
// A value is an alarm when it is more than factor times the median, and more
// than six spreads and a fixed number above it; where any hour has to do, it
// has to be more than there ever was, too.
func (u Usual) Alarm(m Measure, factor float64) (text string, alarm bool) {
	if !u.Known() {
		return "", false
	}
	if factor == 0 || math.IsNaN(factor) {
		factor = DefaultFactor
	}
	factor = max(factor, 1)
	var found []string
	for _, q := range quantities() {
		value, usual := q.of(&m), q.level(&u)
		if value <= factor*usual.Median || value <= usual.Median+wide*usual.Spread || value <= usual.Median+q.floor ||
			u.Basis == AnyHour && value <= usual.Most {
			continue
		}
		found = append(found, q.words(value, usual.Median))
	}
	if len(found) == 0 {
		return "", false
	}
	return fmt.Sprintf("%s (%s)", strings.Join(found, "; "), u.Behind()), true
}

// words writes "12431 messages, 9 times the usual 1380".
func (q *quantity) words(value, usual float64) string {
	if usual < 1 {
		return fmt.Sprintf("%s %s, usually none", q.amount(value), q.noun)
	}
	return fmt.Sprintf("%s %s, %.0f times the usual %s", q.amount(value), q.noun, value/usual, q.amount(usual))
}

// Behind says what the usual rests on: "median of 8 measures at the same hour of the week".
func (u Usual) Behind() string {
	if !u.Known() {
		return "too few measures yet"
	}
	return fmt.Sprintf("median of %d measures at %s", u.Samples, u.Basis)
}
