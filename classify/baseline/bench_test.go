package baseline

import (
	"testing"
	"time"
)

// yearly is a measure every hour for 400 days: about the longest history there is.
func yearly(b *testing.B) (*History, time.Time) {
	b.Helper()
	h, err := Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	at := time.Date(2026, 1, 5, 3, 0, 0, 0, time.UTC)
	all := make([]Measure, keepDays*24)
	for i := range all {
		all[i] = full(at.Add(time.Duration(i) * time.Hour))
		all[i].Alarm, all[i].Past, all[i].Quarantined = i%100 == 0, false, 0
	}
	if err := h.Add(all...); err != nil {
		b.Fatal(err)
	}
	return h, at.Add(keepDays * day)
}

func BenchmarkOpen(b *testing.B) {
	h, _ := yearly(b)
	for b.Loop() {
		if _, err := Open(h.dir); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUsual(b *testing.B) {
	h, now := yearly(b)
	for b.Loop() {
		h.Usual(now)
	}
}

func BenchmarkCourse(b *testing.B) {
	h, now := yearly(b)
	for b.Loop() {
		h.Course(now)
	}
}
