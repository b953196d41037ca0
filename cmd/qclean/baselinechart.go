package main

import (
	"fmt"
	"math"
	"strings"
	"time"

	"qclean/cmd/ui"
)

// chart draws the course: a row a day, two columns an hour, now beside its
// day on the same scale, and the last measures one by one.
func (c *course) chart(s *ui.Streams) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s   %s\n\n", ui.Safe(c.path), ui.Plural(c.history.Len(), "measure"))
	if c.history.Len() == 0 {
		b.WriteString("Nothing is known of the past yet. Each \"qclean hygiene\" adds a measure, and so does:\n  qclean baseline --record\n\n")
	} else {
		c.drawWeek(&b, s.Color)
		c.drawLast(&b)
	}
	b.WriteString(c.nowLine() + "\n" + c.alarmLine(s.Color))
	_, err := s.Out.Write([]byte(b.String()))
	return err
}

// drawWeek draws the hours on the scale of the fullest of them; now may be
// beyond that.
func (c *course) drawWeek(b *strings.Builder, color bool) {
	most := 0.0
	for d := range c.hours {
		for hour := range c.hours[d] {
			most = max(most, c.hours[d][hour].Messages.Median)
		}
	}
	fmt.Fprintf(b, "usual  %-12s%-12s%-12s%s\n", "00", "06", "12", "18")
	for _, d := range week() {
		fmt.Fprintf(b, "%s    ", d.String()[:3])
		for hour := range c.hours[d] {
			block := "··"
			if u := &c.hours[d][hour]; u.Samples > 0 {
				block = strings.Repeat(bar(u.Messages.Median, most), 2)
			}
			if c.isNow(d, hour) && color {
				block = "\x1b[7m" + block + "\x1b[0m"
			}
			b.WriteString(block)
		}
		if c.now.At.Weekday() == d {
			fmt.Fprintf(b, "  %s now, %s", c.nowBar(most), c.now.At.Format("15:04"))
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(b, "       %s is %s, %s a quarter of that\n\n", bar(1, 1), ui.Plural(int(most), "message"), bar(0.249, 1))
}

// nowBar is now on the scale of the week, with a mark when it is beyond it.
func (c *course) nowBar(most float64) string {
	v := float64(c.now.Messages)
	if v > most {
		return bar(1, 1) + "▲"
	}
	return strings.Repeat(bar(v, most), 2)
}

// maxLast is how many measures are drawn one by one.
const maxLast = 48

// drawLast draws the last measures, with a mark under those out of the usual.
func (c *course) drawLast(b *strings.Builder) {
	last := c.history.Since(time.Time{}, c.now.At)
	last = last[max(len(last)-maxLast, 0):]
	if len(last) == 0 {
		return
	}
	most, alarms := 0.0, 0
	for i := range last {
		most = max(most, float64(last[i].Messages))
	}
	var bars, marks strings.Builder
	for i := range last {
		bars.WriteString(bar(float64(last[i].Messages), most))
		if last[i].Alarm {
			alarms++
			marks.WriteByte('!')
		} else {
			marks.WriteByte(' ')
		}
	}
	fmt.Fprintf(b, "last   %s  since %s, at most %s\n", bars.String(), last[0].At.Format("Mon 02 Jan 15:04"), ui.Plural(int(most), "message"))
	if alarms > 0 {
		fmt.Fprintf(b, "       %s  out of the usual\n", marks.String())
	}
	b.WriteByte('\n')
}

// bar is one column of a chart: eight heights, and the lowest for anything
// that is not none. They go by the square root, so that one newsletter does not
// make all other hours look alike: half the height is a quarter.
func bar(v, most float64) string {
	blocks := []rune("▁▂▃▄▅▆▇█")
	if most <= 0 || v <= 0 {
		return "·"
	}
	return string(blocks[min(int(math.Sqrt(v/most)*float64(len(blocks))), len(blocks)-1)])
}

// nowLine says how it is now, and what would be usual.
func (c *course) nowLine() string {
	m := &c.now
	line := fmt.Sprintf("now    %s, %s, oldest %s, %.0f%% non-delivery reports, %s\n", ui.Plural(m.Messages, "message"), ui.Bytes(m.Bytes),
		length(m.Oldest), 100*m.NDRShare(), ui.Plural(m.Senders, "sender"))
	if !c.usual.Known() {
		return line + "usual  not known yet: too few measures"
	}
	u := &c.usual
	line += fmt.Sprintf("usual  %s ± %s, %s, oldest %s (%s)", ui.Plural(int(u.Messages.Median), "message"), ui.Number(int(u.Messages.Spread)),
		ui.Bytes(int64(u.Bytes.Median)), length(time.Duration(u.Oldest.Median)*time.Second), u.Behind())
	return line
}

// alarmLine says that now is out of the usual, "" when it is not.
func (c *course) alarmLine(color bool) string {
	switch {
	case c.alarm == "":
		return ""
	case color:
		return "\x1b[31malarm\x1b[0m  out of the usual: " + c.alarm + "\n"
	}
	return "alarm  out of the usual: " + c.alarm + "\n"
}

// length writes a duration in the unit that fits.
func length(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return ui.Plural(int(d.Hours()/24), "day")
	case d >= 2*time.Hour:
		return ui.Plural(int(d.Hours()), "hour")
	}
	return ui.Plural(int(d.Minutes()), "minute")
}
