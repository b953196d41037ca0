package baseline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"time"
)

// A line reads
//
//	5d1f0a3c {"at":"2026-11-22T03:00:04+01:00","messages":412,…}
//
// the checksum of what follows the blank, and the measure. Durations are in
// seconds, and what is 0 is left out. Keys that are not known are passed over,
// so that a history survives the way back to an older qclean.

// Bounds of what is read.
const (
	maxLine = 16 << 10
	sumLen  = 8
)

var errLine = errors.New("no line of a history")

// line is a measure as it is written.
type line struct {
	At          time.Time      `json:"at"`
	Messages    int            `json:"messages"`
	Bytes       int64          `json:"bytes"`
	Oldest      float64        `json:"oldest,omitempty"`
	NDRs        int            `json:"ndrs,omitempty"`
	Senders     int            `json:"senders,omitempty"`
	Queues      map[string]int `json:"queues,omitempty"`
	Verdicts    map[string]int `json:"verdicts,omitempty"`
	Quarantined int            `json:"quarantined,omitempty"`
	Released    int            `json:"released,omitempty"`
	Purged      int            `json:"purged,omitempty"`
	Duration    float64        `json:"duration,omitempty"`
	Outcome     string         `json:"outcome,omitempty"`
	Alarm       bool           `json:"alarm,omitempty"`
	Past        bool           `json:"past,omitempty"`
	Totals      [3]int64       `json:"totals"` // quarantined, released, purged
}

// appendLine adds the line of a measure, with its end.
func appendLine(dst []byte, m *Measure) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // a name that is cut has to stay short
	err := e.Encode(line{
		m.At.Truncate(time.Second), m.Messages, m.Bytes, m.Oldest.Seconds(), m.NDRs, m.Senders, m.Queues, m.Verdicts,
		m.Quarantined, m.Released, m.Purged, m.Duration.Seconds(), m.Outcome, m.Alarm, m.Past,
		[3]int64{m.Totals.Quarantined, m.Totals.Released, m.Totals.Purged},
	})
	if err != nil {
		return dst, err
	}
	text := bytes.TrimSuffix(b.Bytes(), []byte{'\n'})
	if len(text)+sumLen+2 > maxLine {
		return dst, fmt.Errorf("measure of %d bytes", len(text))
	}
	dst = fmt.Appendf(dst, "%08x ", sumOf(text))
	return append(append(dst, text...), '\n'), nil
}

// parseLine reads a line without its end.
func parseLine(text []byte) (Measure, error) {
	if len(text) < sumLen+2 || len(text) > maxLine || text[sumLen] != ' ' {
		return Measure{}, errLine
	}
	if sum := fmt.Sprintf("%08x", sumOf(text[sumLen+1:])); sum != string(text[:sumLen]) {
		return Measure{}, fmt.Errorf("%w: its checksum is %s", errLine, sum)
	}
	var l line
	if err := json.Unmarshal(text[sumLen+1:], &l); err != nil {
		return Measure{}, fmt.Errorf("%w: %v", errLine, err)
	}
	m := Measure{
		At: l.At, Messages: l.Messages, Bytes: l.Bytes, Oldest: seconds(l.Oldest), NDRs: l.NDRs, Senders: l.Senders,
		Queues: l.Queues, Verdicts: l.Verdicts, Quarantined: l.Quarantined, Released: l.Released, Purged: l.Purged,
		Duration: seconds(l.Duration), Outcome: l.Outcome, Alarm: l.Alarm, Past: l.Past,
		Totals: Totals{Quarantined: l.Totals[0], Released: l.Totals[1], Purged: l.Totals[2]},
	}
	if err := m.check(); err != nil {
		return Measure{}, fmt.Errorf("%w: %v", errLine, err)
	}
	return m.bounded(), nil
}

// seconds is a duration to the millisecond, negative for what is none.
func seconds(s float64) time.Duration {
	if s < 0 || s > math.MaxInt64/float64(time.Second)/2 {
		return -1
	}
	return time.Duration(math.Round(s*1e3)) * time.Millisecond
}

// sumOf is CRC-32C: it guards against accidents, not against who may write here.
func sumOf(text []byte) uint32 { return crc32.Checksum(text, crc32.MakeTable(crc32.Castagnoli)) }
