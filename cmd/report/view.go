package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"qclean/classify"
	"qclean/classify/fingerprint"
	"qclean/classify/survey"
)

// View is a survey with what the operator wants to see of it.
type View struct {
	*survey.Survey
	By    []string // groupings, "fingerprint" or a key of classify.Keys
	Top   int      // rows of each table, 0: all
	Now   time.Time
	Cost  *Cost // what it took, nil when nobody asked
	short map[fingerprint.ID]string
	over  *classify.Overview
	all   int // campaigns, shown or not
}

// New makes a view.
func New(s *survey.Survey, by []string, top int, now time.Time) *View {
	return &View{Survey: s, By: by, Top: top, Now: now, short: classify.ShortIDs(s.Campaigns), over: s.Overview(), all: len(s.Campaigns)}
}

// First makes a view of the first campaigns alone, as text.
func First(f *survey.First, top int, now time.Time) *View {
	return &View{Survey: f.Survey, By: []string{"fingerprint"}, Top: top, Now: now, short: f.Short, over: f.Overview(), all: f.Groups}
}

// Short is the beginning of a campaign's ID that is enough to name it.
func (v *View) Short(id fingerprint.ID) string { return v.short[id] }

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
	for c, n := range v.over.Calls {
		if c.Unwanted() {
			counts[c] = n
		}
	}
	return slices.SortedFunc(maps.Keys(counts), func(a, b classify.Call) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
}
