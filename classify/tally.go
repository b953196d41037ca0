package classify

import (
	"slices"
	"strings"
)

// Top is how many values a tally keeps.
const Top = 10

// Count is one value and how many messages have it.
type Count struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// Tally is how a fact spreads over a group: how many different values there
// are, and the most frequent ones.
type Tally struct {
	Distinct int     `json:"distinct"`
	Top      []Count `json:"top"`
}

// First is the most frequent value, "" when there is none.
func (t Tally) First() string {
	if len(t.Top) == 0 {
		return ""
	}
	return t.Top[0].Value
}

// before is negative when a comes before b in a tally.
func (a Count) before(b Count) int {
	if a.Count != b.Count {
		return b.Count - a.Count
	}
	return strings.Compare(a.Value, b.Value)
}

// add keeps the Top largest, equal counts in order of value.
func (t *Tally) add(c Count) {
	at, _ := slices.BinarySearchFunc(t.Top, c, Count.before)
	if at == Top {
		return
	}
	t.Top = slices.Insert(t.Top[:min(len(t.Top), Top-1)], at, c)
}
