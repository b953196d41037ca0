package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"qclean/classify/baseline"
	"qclean/cmd/ui"
)

// twoMonths is the past of a small office that is measured every hour: busy in
// working hours, a newsletter on Tuesdays at ten, and one flood.
func twoMonths(t *testing.T, now time.Time) *baseline.History {
	t.Helper()
	h, err := baseline.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var all []baseline.Measure
	for at := now.AddDate(0, 0, -57).Truncate(time.Hour); at.Before(now.Add(-time.Hour)); at = at.Add(time.Hour) {
		m := baseline.Measure{At: at, Messages: 20 + at.Day()%4, Outcome: baseline.Measured}
		if d := at.Weekday(); d != time.Saturday && d != time.Sunday && at.Hour() >= 8 && at.Hour() < 18 {
			m.Messages += 40 * (5 - max(at.Hour()-13, 13-at.Hour()))
		}
		if at.Weekday() == time.Tuesday && at.Hour() == 10 {
			m.Messages += 900
		}
		if days := now.Sub(at).Hours(); days > 20 && days < 24 {
			m.Messages, m.Alarm = 9000, true
		}
		m.Bytes, m.Oldest, m.Senders = int64(m.Messages)*6000, time.Duration(m.Messages)*2*time.Minute, m.Messages/3
		all = append(all, m)
	}
	if err := h.Add(all...); err != nil {
		t.Fatal(err)
	}
	return h
}

func TestBaselineChart(t *testing.T) {
	now := time.Date(2026, 11, 19, 14, 20, 0, 0, time.UTC)
	h := twoMonths(t, now)
	m := baseline.Measure{At: now, Messages: 1204, Bytes: 31 << 20, Oldest: 5 * time.Hour, NDRs: 300, Senders: 88}
	c := &course{path: "/spool/out\x1b[2J", history: h, now: m, usual: h.Usual(now), hours: h.Course(now)}
	c.alarm, c.now.Alarm = c.usual.Alarm(m, 5)
	golden(t, "baseline-chart.txt", func(s *ui.Streams) error { return c.chart(s) })
	golden(t, "baseline-rows.tsv", func(s *ui.Streams) error { s.OutTTY = false; return c.write(s, false) })
}

func TestBaselineJSON(t *testing.T) {
	now := time.Date(2026, 11, 19, 3, 5, 0, 0, time.UTC)
	h, err := baseline.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		if err := h.Add(baseline.Measure{At: now.AddDate(0, 0, i-6), Messages: 100 + 7*i, Bytes: 1 << 20, Oldest: time.Hour, Senders: 12, Outcome: baseline.Quiet}); err != nil {
			t.Fatal(err)
		}
	}
	m := baseline.Measure{At: now, Messages: 1204, Bytes: 31 << 20, Oldest: 5 * time.Hour, NDRs: 300, Senders: 88, Queues: map[string]int{"Out": 1204},
		Verdicts: map[string]int{"relayed": 1100, "bounce": 104}, Outcome: baseline.Measured}
	c := &course{path: "/spool/o\xffut", history: h, now: m, usual: h.Usual(now), hours: h.Course(now)}
	c.alarm, c.now.Alarm = c.usual.Alarm(m, 5)
	golden(t, "baseline.json", func(s *ui.Streams) error { return c.write(s, true) })
}

func TestBaselineChartOfNothing(t *testing.T) {
	h, err := baseline.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 19, 14, 20, 0, 0, time.UTC)
	c := &course{path: "/spool", history: h, now: baseline.Of(nil, now), usual: h.Usual(now), hours: h.Course(now)}
	golden(t, "baseline-none.txt", func(s *ui.Streams) error { return c.chart(s) })
}

// golden holds what is written on a terminal against a file of testdata.
func golden(t *testing.T, name string, write func(*ui.Streams) error) {
	t.Helper()
	var b bytes.Buffer
	if err := write(&ui.Streams{Out: &b, Err: &b, OutTTY: true, Width: 100}); err != nil {
		t.Fatal(err)
	}
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Error(d)
	}
}
