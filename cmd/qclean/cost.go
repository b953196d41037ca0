package main

import (
	"runtime"
	"runtime/metrics"
	"syscall"
	"time"

	"qclean/cmd/report"
	"qclean/scan"
)

// costs takes the time of a scan for --stats. A nil costs does nothing.
type costs struct {
	scan  scan.Stats
	began time.Time
	heap  heap          // as it was then
	at    time.Duration // processor time when the phase in hand began
	phase phase
	spent [phases]time.Duration
}

// phase is a part of the command that is not a stage of scan.
type phase int

const (
	starting phase = iota
	remembering
	surveying
	saving
	reporting
	phases
)

var phaseNames = [phases]struct{ name, what string }{
	{"start", "the program itself, and finding the spool"},
	{"index", "reading what is remembered"},
	{"group", "campaigns and verdicts, and what is left of the scan"},
	{"save", "writing the index"},
	{"report", "adding up what is shown"},
}

var stageWhat = map[scan.Stage]string{
	scan.Listing:   "names of the spool",
	scan.Reading:   "open, fstat, read, close; the envelope",
	scan.Parsing:   "fields, parts, decoding, HTML to text",
	scan.Facts:     "kind, origin, class, and the record",
	scan.Sketching: "folding, shingles, sketch",
}

func newCosts() *costs { return &costs{heap: heapNow(), began: time.Now()} }

// next ends one phase and begins another.
func (c *costs) next(p phase) {
	if c == nil {
		return
	}
	now := processorTime()
	c.spent[c.phase] += now - c.at
	c.phase, c.at = p, now
}

// stats is what a scan is to fill.
func (c *costs) stats() *scan.Stats {
	if c == nil {
		return nil
	}
	return &c.scan
}

// cost is called once, at the end, with the number of messages in the spool: a
// scan may look at some of them twice. What the scan found has to be in use
// after it: else it would be taken for garbage.
func (c *costs) cost(messages int) *report.Cost {
	c.next(reporting)
	var rows []report.CostStage
	add := func(name, what string, d time.Duration) {
		rows = append(rows, report.CostStage{Name: name, What: what, CPU: max(d, 0).Seconds()})
	}
	rest := c.spent
	for stage, d := range c.scan.Stages {
		add(stage.String(), stageWhat[stage], d)
		rest[surveying] -= d
	}
	for p, name := range phaseNames {
		add(name.name, name.what, rest[p])
	}
	out := &report.Cost{Messages: int64(messages), Seconds: time.Since(c.began).Seconds(), CPU: c.at.Seconds(), Peak: peak(), Stages: rows}
	out.Allocated, out.Garbage = c.heap.until(heapNow())
	out.PerSecond = float64(out.Messages) / out.Seconds
	for i := range rows {
		rows[i].Share = rows[i].CPU / out.CPU
	}
	return out
}

// processorTime is that of the whole process (getrusage(2)).
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peak is the most memory that the process has held, in bytes.
func peak() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return int64(u.Maxrss) << 10
}

// heap is what Go's own memory comes to, in bytes.
type heap struct{ made, live int64 } // all objects that ever were, and those in use

// heapNow collects first, so that nothing dead is counted as living. That is for
// --stats alone: a scan goes without.
func heapNow() heap {
	runtime.GC()
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	return heap{int64(s[0].Value.Uint64()), int64(s[1].Value.Uint64())}
}

// until is what was made since h, and how much of that is not in use any more.
func (h heap) until(now heap) (made, garbage int64) {
	made = now.made - h.made
	return made, made - (now.live - h.live)
}
