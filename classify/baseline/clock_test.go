package baseline

import (
	"testing"
	"time"
)

// TestSummerTime: a run at 03:00 by the clock on the wall is compared with its
// own past on both sides of the change, and one at 02:30, which is left out on
// one night and comes twice on another, has a usual then too.
func TestSummerTime(t *testing.T) {
	at := start(t)
	for _, tc := range []struct {
		name     string
		from, to time.Time // nights up to, and the moment asked about
		basis    Basis
	}{
		{"before spring", at, time.Date(2026, 3, 28, 3, 0, 0, 0, at.Location()), SameHourOfWeek},
		{"after spring", at, time.Date(2026, 4, 2, 3, 0, 0, 0, at.Location()), SameHourOfWeek},
		{"after autumn", at, time.Date(2026, 10, 29, 3, 0, 0, 0, at.Location()), SameHourOfWeek},
		{"the hour that is left out", at.Add(-30 * time.Minute), time.Date(2026, 3, 29, 2, 30, 0, 0, at.Location()), SameHourOfWeek},
		{"the hour that comes twice", at.Add(-30 * time.Minute), time.Date(2026, 10, 25, 2, 30, 0, 0, at.Location()).Add(time.Hour), SameHourOfWeek},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := &History{}
			for night := tc.from; night.Before(tc.to); night = night.AddDate(0, 0, 1) {
				for hour := range 6 { // from then on to the morning
					h.measures = append(h.measures, Measure{At: night.Add(time.Duration(hour) * time.Hour), Messages: 100})
				}
			}
			u := h.Usual(tc.to)
			if u.Basis != tc.basis || u.Samples < 10 {
				t.Errorf("%q of %d measures", u.Basis, u.Samples)
			}
		})
	}
}

// TestOtherHourIsOtherHour: without wall clocks, a run at 03:00 in summer would
// be compared with one at 02:00 in winter.
func TestOtherHourIsOtherHour(t *testing.T) {
	at := start(t) // winter
	h := &History{}
	for night := at; night.Before(at.AddDate(0, 3, 0)); night = night.AddDate(0, 0, 1) {
		h.measures = append(h.measures, Measure{At: night, Messages: 100}, Measure{At: night.Add(-time.Hour), Messages: 9000})
	}
	summer := time.Date(2026, 3, 31, 3, 0, 0, 0, at.Location())
	if u := h.Usual(summer); u.Messages.Median != 100 {
		t.Errorf("at 03:00: %+v", u.Messages)
	}
	if u := h.Usual(summer.Add(-time.Hour)); u.Messages.Median != 9000 {
		t.Errorf("at 02:00: %+v", u.Messages)
	}
}

func TestClockJumps(t *testing.T) {
	at := start(t)
	dir := t.TempDir()
	h, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	ahead := at.AddDate(10, 0, 0)
	for i, m := range nightly(at, 30, 100).measures {
		if i == 15 {
			if err := h.Add(Measure{At: ahead, Messages: 50000}); err != nil {
				t.Fatal(err)
			}
		}
		if err := h.Add(m); err != nil {
			t.Fatal(err)
		}
	}
	if h.Len() != 31 {
		t.Fatalf("a clock that ran ahead once has cost measures: %d are left", h.Len())
	}
	if u := h.Usual(at); u.Samples != 28 || u.Messages.Median > 110 {
		t.Errorf("%+v", u)
	}
	if n, err := h.ForgetAfter(at); n != 1 || err != nil || h.Len() != 30 {
		t.Errorf("forgot %d, %v, %d are left", n, err, h.Len())
	}
	again, err := Open(dir)
	if err != nil || again.Len() != 30 {
		t.Errorf("%d on the disk, %v", again.Len(), err)
	}
}

func TestLastIsTheOneAddedLast(t *testing.T) {
	at := start(t)
	h, _ := Open(t.TempDir())
	if _, ok := h.Last(); ok {
		t.Error("a last one of none")
	}
	for _, m := range []Measure{{At: at.AddDate(1, 0, 0), Outcome: Acted, Quarantined: 7}, {At: at, Outcome: Quiet, Purged: 2}, {At: at, Outcome: Measured}} {
		if err := h.Add(m); err != nil {
			t.Fatal(err)
		}
	}
	last, _ := h.Last()
	run, _ := h.LastRun()
	if last.Outcome != Measured || run.Outcome != Quiet || last.Totals != (Totals{Quarantined: 7, Purged: 2}) {
		t.Errorf("last %+v, last run %+v", last, run)
	}
}
