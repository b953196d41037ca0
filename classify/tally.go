package classify

import (
	"cmp"
	"slices"
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

// tally counts by sorting: what it needs is one slice that the caller lends
// and gets back, not a map of every address that a spammer made up.
func tally(values []string) Tally {
	slices.Sort(values)
	var t Tally
	for i := 0; i < len(values); {
		j := i + 1
		for j < len(values) && values[j] == values[i] {
			j++
		}
		if values[i] != "" {
			t.Distinct++
			t.add(Count{values[i], j - i})
		}
		i = j
	}
	return t
}

// add keeps the Top largest, equal counts in order of value.
func (t *Tally) add(c Count) {
	at, _ := slices.BinarySearchFunc(t.Top, c, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	if at == Top {
		return
	}
	t.Top = slices.Insert(t.Top, at, c)
	t.Top = t.Top[:min(len(t.Top), Top)]
}

// tally counts texts by where they lie, since each is kept once.
func (t *texts) tally(refs []ref) Tally {
	slices.Sort(refs)
	var out Tally
	for i := 0; i < len(refs); {
		j := i + 1
		for j < len(refs) && refs[j] == refs[i] {
			j++
		}
		if refs[i] != 0 {
			out.Distinct++
			if len(out.Top) < Top || j-i >= out.Top[Top-1].Count {
				out.add(Count{t.at(refs[i]), j - i})
			}
		}
		i = j
	}
	return out
}
