package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"qclean/classify"
	"qclean/classify/fingerprint"
	"qclean/classify/survey"
	"qclean/scan/letter"
)

// View is a survey with what the operator wants to see of it.
type View struct {
	*survey.Survey
	By     []string // groupings, "fingerprint" or a key of classify.Keys
	Top    int      // rows of each table, 0: all
	Now    time.Time
	Cost   *Cost // what it took, nil when nobody asked
	short  map[fingerprint.ID]string
	totals classify.Summary
}

// New makes a view.
func New(s *survey.Survey, by []string, top int, now time.Time) *View {
	v := &View{Survey: s, By: by, Top: top, Now: now, short: classify.ShortIDs(s.Campaigns)}
	v.totals = classify.Summarize(s.Table, nil)
	return v
}

// Short is the beginning of a campaign's ID that is enough to name it.
func (v *View) Short(id fingerprint.ID) string { return v.short[id] }

// defects counts the messages with each defect that is worth a look.
func (v *View) defects() map[string]int {
	out := map[string]int{}
	for i := range v.Table.Len() {
		m := v.Table.At(i)
		for _, name := range m.Defects().Names() {
			out[name]++
		}
		for f := range m.Flaws() {
			out[f]++
		}
	}
	return out
}

// broken counts the messages with any defect.
func (v *View) broken() int {
	n := 0
	for i := range v.Table.Len() {
		if m := v.Table.At(i); m.Defects()&^letter.Defect(letter.TextCut|letter.Cut) != 0 || m.Flawed() {
			n++
		}
	}
	return n
}

// top gives the first rows of a list.
func top[T any](list []T, n int) []T {
	if n > 0 && len(list) > n {
		return list[:n]
	}
	return list
}

// keyOf finds a grouping by its name.
func keyOf(name string) (classify.Key, bool) {
	for _, k := range classify.Keys() {
		if k.Name == name {
			return k, true
		}
	}
	return classify.Key{}, false
}

// Unwanted gives the unwanted verdicts that occur, most messages first.
func (v *View) Unwanted() []classify.Call {
	counts := map[classify.Call]int{}
	for i := range v.Table.Len() {
		if c := v.Table.At(i).Call(); c.Unwanted() {
			counts[c]++
		}
	}
	return slices.SortedFunc(maps.Keys(counts), func(a, b classify.Call) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
}
