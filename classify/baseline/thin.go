package baseline

import (
	"slices"
	"time"
)

// Bounds of a history. A measure every minute for 400 days would be 576,000
// lines; one an hour is 9,600.
const (
	keepDays = 400
	slack    = 20 // days that may be too many before the file is written anew
	fullDays = 7  // days of which every measure is kept
	maxLines = 12_000
)

const day = 24 * time.Hour

// thin gives what is to be kept of a file of some size, and whether that is
// worth writing it anew.
func thin(all []Measure, size int64) (kept []Measure, fewer bool) {
	if size > maxFile/2 { // long names of queues: somebody made them so
		return all[len(all)/2:], true
	}
	now := lately(all)
	old := func(days int) func(Measure) bool {
		return func(m Measure) bool { return now.Sub(m.At) > time.Duration(days)*day }
	}
	if len(all) <= maxLines && !slices.ContainsFunc(all, old(keepDays+slack)) {
		return all, false
	}
	kept = slices.DeleteFunc(slices.Clone(all), old(keepDays))
	if len(kept) > maxLines {
		kept = hourly(kept, old(fullDays))
	}
	if len(kept) > maxLines*3/4 { // leave room, or the next measure would write it all again
		kept = kept[len(kept)-maxLines*3/4:]
	}
	return kept, true
}

// lately is the time at the end of a history by most of its last measures: a
// clock that ran ahead once must not make all the rest look old.
func lately(all []Measure) time.Time {
	last := slices.Clone(all[max(len(all)-7, 0):])
	slices.SortFunc(last, func(a, b Measure) int { return a.At.Compare(b.At) })
	return last[len(last)/2].At
}

// hourly keeps the last measure of each hour, of those that are old, but every
// one that was an alarm.
func hourly(all []Measure, old func(Measure) bool) []Measure {
	var kept []Measure
	for i, m := range all {
		next := i + 1
		if next < len(all) && old(m) && !m.Alarm && sameHour(m.At, all[next].At) {
			continue
		}
		kept = append(kept, m)
	}
	return kept
}

func sameHour(a, b time.Time) bool { return a.Truncate(time.Hour).Equal(b.Truncate(time.Hour)) }
