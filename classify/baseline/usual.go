package baseline

import (
	"slices"
	"time"
)

// Basis says which measures a usual rests on.
type Basis string

// The bases, the closest first. One that has too few measures gives way to the next.
const (
	SameHourOfWeek Basis = "the same hour of the week"
	SameHour       Basis = "the same hour of the day"
	AnyHour        Basis = "any hour"
	NoBasis        Basis = "" // too few measures: nothing is usual
)

// Usual is what a queue comes to at some moment, as far as is known.
type Usual struct {
	Basis    Basis
	Samples  int // measures behind it
	Messages Level
	Bytes    Level
	Oldest   Level // seconds
	NDRs     Level
	Senders  Level
}

// Known tells whether there were enough measures.
func (u Usual) Known() bool { return u.Basis != NoBasis }

// group is how the measures of one basis are chosen.
type group struct {
	basis  Basis
	period int // minutes after which the wall clock shows the same again, 0: whatever it shows
	days   int // the newest so many days that have one count
	least  int // measures
	spread int // days that they have to be of
	hours  int // hours of the day that they have to be of
}

// groups lists them. Days are counted that have a measure which may count, not
// those of the calendar: else a flood of two months would leave nothing to
// hold the third against. A nightly run has its first usual after five nights,
// one every hour after three days. What is measured at 03:00 alone says nothing
// about the afternoon.
func groups() []group {
	const week, oneDay = 7 * 24 * 60, 24 * 60
	return []group{
		{SameHourOfWeek, week, 10, 5, 5, 1},
		{SameHour, oneDay, 28, 5, 5, 1},
		{AnyHour, 0, 28, 8, 3, 6},
	}
}

// Usual tells what is usual at a moment, by the wall clock of its zone. A
// measure counts when it was taken up to half an hour before or after the same
// time of the week, so that a timer's delay changes nothing.
func (h *History) Usual(at time.Time) Usual {
	for _, calm := range []bool{true, false} {
		list := h.before(at, calm)
		for _, g := range groups() {
			if s := g.choose(list, wall(at)); g.enough(s) {
				return usualOf(g.basis, s)
			}
		}
	}
	return Usual{}
}

// Course is the usual of each hour of the week, by weekday and hour, from the
// measures of that hour alone, however few: Samples says how many. For charts.
func (h *History) Course(at time.Time) [7][24]Usual {
	var out [7][24]Usual
	g := groups()[0]
	list := h.before(at, true)
	for d := range out {
		for hour := range out[d] {
			if s := g.choose(list, (d*24+hour)*60+half); len(s) > 0 {
				out[d][hour] = usualOf(g.basis, s)
			}
		}
	}
	return out
}

// before gives the measures that may count for a moment, newest first; when
// only calm ones are wanted, without those that found the queue flooded.
func (h *History) before(at time.Time, calm bool) []*Measure {
	var out []*Measure
	for i := range h.measures {
		m := &h.measures[i]
		if m.At.Before(at) && at.Sub(m.At) <= keepDays*day && !m.Alarm && !m.Past && (!calm || !m.emptied()) {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b *Measure) int { return b.At.Compare(a.At) })
	return out
}

// half is how many minutes a measure may be off.
const half = 30

// choose gives the measures of a group around a minute of the week; of one
// day the nearest, unless the clock does not matter.
func (g *group) choose(list []*Measure, minute int) []*Measure {
	var out []*Measure
	last, days := "", 0
	for _, m := range list {
		off := 0
		if g.period > 0 {
			if off = offBy(minute, m.At, g.period); off < -half || off >= half {
				continue
			}
		}
		if d := m.At.Format(time.DateOnly); d != last {
			if last, days = d, days+1; days > g.days {
				break
			}
		} else if g.period > 0 {
			if i := len(out) - 1; abs(off) < abs(offBy(minute, out[i].At, g.period)) {
				out[i] = m
			}
			continue
		}
		out = append(out, m)
	}
	return out
}

// offBy is by how many minutes a measure's wall clock is after a minute of the
// week, on a circle; negative for before.
func offBy(minute int, m time.Time, period int) int {
	off := (wall(m)-minute)%period + period
	return (off+period/2)%period - period/2
}

// wall is the minute of the week that a clock on the wall shows.
func wall(t time.Time) int { return (int(t.Weekday())*24+t.Hour())*60 + t.Minute() }

func abs(n int) int { return max(n, -n) }

// enough tells whether a group is large and varied enough to go by.
func (g *group) enough(list []*Measure) bool {
	days, hours := map[string]bool{}, map[int]bool{}
	for _, m := range list {
		days[m.At.Format(time.DateOnly)], hours[m.At.Hour()] = true, true
	}
	return len(list) >= g.least && len(days) >= g.spread && len(hours) >= g.hours
}

func usualOf(b Basis, list []*Measure) Usual {
	values := make([]float64, len(list))
	level := func(of func(*Measure) float64) Level {
		for i := range list {
			values[i] = of(list[i])
		}
		return levelOf(values)
	}
	u := Usual{Basis: b, Samples: len(list)}
	for _, q := range quantities() {
		*q.level(&u) = level(q.of)
	}
	return u
}

// Level is a usual value and how far measures lie from it.
type Level struct {
	Median float64
	Spread float64 // the median distance from the median, scaled to a standard deviation
	Most   float64
}

// scale makes the median distance of a normal distribution its standard deviation.
const scale = 1.4826

// levelOf sorts the values.
func levelOf(values []float64) Level {
	if len(values) == 0 {
		return Level{}
	}
	middle := median(values)
	off := make([]float64, len(values))
	for i, v := range values {
		off[i] = max(v-middle, middle-v)
	}
	return Level{Median: middle, Spread: scale * median(off), Most: slices.Max(values)}
}

func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
