package baseline

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"qclean/classify"
)

// Measure is a queue at one moment, as it was found, and what was done then.
type Measure struct {
	At       time.Time // with the zone whose wall clock counts
	Messages int
	Bytes    int64         // on disk
	Oldest   time.Duration // age of the oldest message whose arrival is known
	NDRs     int           // messages that report that mail was not delivered
	Senders  int           // distinct envelope senders but the null sender
	Queues   map[string]int
	Verdicts map[string]int // by the words of classify.Call

	Quarantined int // messages that the run took out
	Released    int // messages that the run put back
	Purged      int // messages that the run deleted
	Duration    time.Duration
	Outcome     string // one of the Outcome constants, or a word of the caller's
	Alarm       bool   // out of the usual: left out of what is usual later
	Past        bool   // of a level that is the usual no longer: left out too; set by History.Accept
	Totals      Totals // set by History.Add
}

// Totals are the sums over all measures that were ever added.
type Totals struct{ Quarantined, Released, Purged int64 }

// The words for how a run ended.
const (
	Measured = "measured" // nobody meant to do anything
	Quiet    = "quiet"    // there was nothing to do
	Acted    = "acted"
	Alarmed  = "alarm"
	Failed   = "failed"
)

// Outcomes lists them.
func Outcomes() []string { return []string{Measured, Quiet, Acted, Alarmed, Failed} }

// Bounds of what is kept of one measure.
const (
	maxNames = 32 // queues, verdicts
	maxName  = 80 // bytes
	others   = "(others)"
)

// Of measures what was found in a queue.
func Of(t *classify.Table, now time.Time) Measure {
	m := Measure{At: now, Messages: t.Len(), Queues: map[string]int{}, Verdicts: map[string]int{}, Outcome: Measured}
	senders := map[string]struct{}{}
	for i := range t.Len() {
		r := t.At(i)
		m.Bytes += r.Size()
		m.Queues[r.Queue()]++
		m.Verdicts[r.Call().String()]++
		if r.NDR() {
			m.NDRs++
		}
		if !r.Null() && r.From() != "" {
			senders[r.From()] = struct{}{}
		}
		if at := r.Arrived(); !at.IsZero() {
			m.Oldest = max(m.Oldest, now.Sub(at))
		}
	}
	m.Senders = len(senders)
	return m.bounded()
}

// NDRShare is the share of non-delivery reports, 0 to 1.
func (m *Measure) NDRShare() float64 {
	if m.Messages == 0 {
		return 0
	}
	return float64(m.NDRs) / float64(m.Messages)
}

// Unwanted counts the messages with an unwanted verdict.
func (m *Measure) Unwanted() int {
	n := 0
	for word, count := range m.Verdicts {
		if call, ok := classify.ParseCall(word); ok && call.Unwanted() {
			n += count
		}
	}
	return n
}

// emptied tells whether most of the queue was taken out: what was found tells
// little about the usual.
func (m *Measure) emptied() bool { return 2*m.Quarantined > m.Messages }

// bounded cuts what an attacker can make long, and what a line does not keep.
func (m Measure) bounded() Measure {
	m.Queues, m.Verdicts = fewNames(m.Queues), fewNames(m.Verdicts)
	m.Outcome = cutName(m.Outcome)
	m.Oldest = m.Oldest.Round(time.Second)
	m.Duration = m.Duration.Round(time.Millisecond)
	return m
}

// fewNames keeps the largest and sums up the rest.
func fewNames(in map[string]int) map[string]int {
	names := slices.SortedFunc(maps.Keys(in), func(a, b string) int { return cmp.Or(cmp.Compare(in[b], in[a]), cmp.Compare(a, b)) })
	out := make(map[string]int, min(len(in), maxNames))
	for i, name := range names {
		kept := cutName(name)
		if i >= maxNames-1 && len(names) > maxNames {
			kept = others
		}
		out[kept] += in[name]
	}
	return out
}

// cutName makes a name fit: valid UTF-8 without control characters, of bounded length.
func cutName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return '?'
		}
		return r
	}, s)
	if len(s) > maxName {
		s = strings.ToValidUTF8(s[:maxName], "")
	}
	return s
}

// check refuses what no queue can come to.
func (m *Measure) check() error {
	for _, n := range []int64{int64(m.Messages), m.Bytes, int64(m.Oldest), int64(m.NDRs), int64(m.Senders), int64(m.Quarantined),
		int64(m.Released), int64(m.Purged), int64(m.Duration), m.Totals.Quarantined, m.Totals.Released, m.Totals.Purged} {
		if n < 0 {
			return fmt.Errorf("measure with the negative number %d", n)
		}
	}
	if y := m.At.Year(); y < 1970 || y > 9999 {
		return fmt.Errorf("measure of the year %d", y)
	}
	return nil
}
