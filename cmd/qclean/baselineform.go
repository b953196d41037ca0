package main

import (
	"fmt"
	"strings"
	"time"

	"qclean/classify/baseline"
	"qclean/cmd/ui"
	"qclean/scan/spool"
)

// levelJSON is a usual value.
type levelJSON struct {
	Median float64 `json:"median"`
	Spread float64 `json:"spread"`
}

// courseJSON is what is usual at some time.
type courseJSON struct {
	Basis    string    `json:"basis"` // "" when there are too few measures
	Measures int       `json:"measures"`
	Messages levelJSON `json:"messages"`
	Bytes    levelJSON `json:"bytes"`
	Oldest   levelJSON `json:"oldest_seconds"`
	NDRs     levelJSON `json:"ndrs"`
	Senders  levelJSON `json:"senders"`
}

func jsonUsual(u *baseline.Usual) courseJSON {
	l := func(l baseline.Level) levelJSON { return levelJSON{l.Median, l.Spread} }
	return courseJSON{string(u.Basis), u.Samples, l(u.Messages), l(u.Bytes), l(u.Oldest), l(u.NDRs), l(u.Senders)}
}

// measureJSON is a queue at one moment.
type measureJSON struct {
	At       string         `json:"at"`
	Messages int            `json:"messages"`
	Bytes    int64          `json:"bytes"`
	Oldest   float64        `json:"oldest_seconds"`
	NDRs     int            `json:"ndrs"`
	NDRShare float64        `json:"ndr_share"`
	Senders  int            `json:"senders"`
	Queues   map[string]int `json:"queues"`
	Verdicts map[string]int `json:"verdicts"`
	Alarm    bool           `json:"alarm"`
	Outcome  string         `json:"outcome"`
}

func jsonMeasure(m *baseline.Measure) measureJSON {
	return measureJSON{m.At.Format(time.RFC3339), m.Messages, m.Bytes, m.Oldest.Seconds(), m.NDRs, m.NDRShare(), m.Senders,
		m.Queues, m.Verdicts, m.Alarm, m.Outcome}
}

type hourJSON struct {
	Weekday string `json:"weekday"`
	Hour    int    `json:"hour"`
	courseJSON
}

// document is the course in JSON: hours without a measure are left out.
func (c *course) document() map[string]any {
	hours := []hourJSON{}
	for _, d := range week() {
		for hour := range c.hours[d] {
			if u := &c.hours[d][hour]; u.Samples > 0 {
				hours = append(hours, hourJSON{d.String(), hour, jsonUsual(u)})
			}
		}
	}
	return map[string]any{
		"schema": ui.Schema, "kind": "baseline", "spool": spool.EscapeName(c.path), "measures": c.history.Len(),
		"now": jsonMeasure(&c.now), "usual": jsonUsual(&c.usual), "alarm": c.alarm, "course": hours,
	}
}

// week is the days in the order of a working week.
func week() []time.Weekday {
	return []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
}

// rows is the course for a pipe.
func (c *course) rows() [][]ui.Cell {
	var rows [][]ui.Cell
	for _, d := range week() {
		for hour := range c.hours[d] {
			u := &c.hours[d][hour]
			row := []ui.Cell{ui.Text(d.String()[:3]), number(float64(hour)), number(float64(u.Samples)), number(u.Messages.Median),
				number(u.Messages.Spread), number(u.Bytes.Median), number(u.NDRs.Median), number(u.Senders.Median), ui.Text("")}
			if c.isNow(d, hour) {
				row[len(row)-1] = number(float64(c.now.Messages))
			}
			rows = append(rows, row)
		}
	}
	return rows
}

func number(v float64) ui.Cell { return ui.Text(strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")) }

func (c *course) isNow(d time.Weekday, hour int) bool {
	return c.now.At.Weekday() == d && c.now.At.Hour() == hour
}
