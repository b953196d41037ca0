package classify

import (
	"time"

	"qclean/scan/letter"
)

// Overview is what all messages of a table come to: the first lines of a report.
type Overview struct {
	Count      int
	Bytes      int64
	Recipients int
	NDRs       int
	Null       int            // messages with the null sender
	First      time.Time      // of those whose arrival is known
	Last       time.Time      //
	Broken     int            // messages with a defect that is worth a look
	Defects    map[string]int // messages by defect and by flaw of the queue file
	Calls      map[Call]int   // messages by what they are called
}

// harmless are the defects that only say how much of a message was read.
const harmless = letter.TextCut | letter.Cut

// Overlook adds up all messages as they stand.
func Overlook(t *Table) *Overview {
	o := &Overview{Count: t.Len(), Defects: map[string]int{}, Calls: map[Call]int{}}
	var all totals
	var calls [256]int
	for _, m := range t.pass() {
		all.add(m.r)
		calls[m.r.call]++
		if m.d.defects == 0 && m.r.flawCount == 0 {
			continue
		}
		if m.Defects()&^harmless != 0 || m.Flawed() {
			o.Broken++
		}
		for _, name := range m.Defects().Names() {
			o.Defects[name]++
		}
		for f := range m.Flaws() {
			o.Defects[f]++
		}
	}
	var s Summary
	all.into(&s)
	o.Bytes, o.Recipients, o.NDRs, o.Null, o.First, o.Last = s.Bytes, s.Recipients, s.NDRs, s.Null, s.First, s.Last
	for c, n := range calls {
		if n > 0 {
			o.Calls[Call(c)] = n
		}
	}
	return o
}
