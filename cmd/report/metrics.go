package report

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/expfmt"

	"qclean/classify"
	"qclean/classify/baseline"
	"qclean/classify/fingerprint"
	"qclean/cmd/ui"
)

// Metrics is a queue and its runs for Prometheus.
type Metrics struct {
	Spool     string          // a label of every series, so that two spools of a host do not clash
	Version   string          // of qclean
	MTA       string          // name of the spool's driver
	Queues    []string        // names that have a series even when they are empty
	Taken     time.Time       // when the queue was read
	Table     *classify.Table // the messages
	Campaigns []*classify.Campaign
	Usual     baseline.Usual    // at that time
	Run       *baseline.Measure // the last run; nil when there was none
}

// Bounds of the series of one spool: queues are folders and campaigns are
// mail, so that their number is an attacker's choice.
const (
	maxQueues    = 20
	maxCampaigns = 10
	minCampaign  = 2  // messages: one alone is no campaign worth a series
	maxLabel     = 80 // bytes
	otherQueues  = "(others)"
)

// WriteMetrics puts the metrics where node_exporter's textfile collector finds
// them: a reader sees the old file or the new one. The folder has to be there.
func WriteMetrics(path string, m Metrics) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".qclean-*.tmp") // the collector reads *.prom alone
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	defer os.Remove(f.Name()) // gone already when all went well
	for _, step := range []func() error{func() error { return m.Text(f) }, func() error { return f.Chmod(0o644) }, f.Sync} {
		if err := step(); err != nil {
			return fmt.Errorf("metrics: %w", errors.Join(err, f.Close()))
		}
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}

// MetricsType is the media type of what Text writes.
func MetricsType() string { return string(expfmt.NewFormat(expfmt.TypeTextPlain)) }

// Text writes the metrics in the text form of Prometheus, version 0.0.4. A
// spool's path, a queue's name and a campaign's ID are the only labels that
// do not come from a fixed list: what a sender wrote is none.
func (m Metrics) Text(w io.Writer) error {
	f := newFamilies("spool", label(m.Spool))
	f.gauge("qclean_build_info", "Version of qclean and the mail server that the queue is of.").add(1, "version", label(m.Version), "mta", label(m.MTA))
	f.gauge("qclean_scan_timestamp_seconds", "When the queue was read.").add(unix(m.Taken))
	m.queues(f)
	m.campaigns(f)
	m.usual(f)
	m.run(f)
	return f.write(w)
}

func (m *Metrics) queues(f *families) {
	messages := f.gauge("qclean_queue_messages", "Messages in the queue by what they are doing there.")
	bytes := f.gauge("qclean_queue_bytes", "Bytes on disk of the messages in the queue.")
	oldest := f.gauge("qclean_queue_oldest_message_age_seconds", "Age of the oldest message, of those whose arrival is known.")
	cells, queues := m.cells()
	for _, q := range queues {
		for _, call := range classify.Calls() {
			c := cells[cell{q, call}]
			messages.add(float64(c.messages), "queue", q, "verdict", call.String())
			bytes.add(float64(c.bytes), "queue", q, "verdict", call.String())
			if !c.first.IsZero() {
				oldest.add(max(m.Taken.Sub(c.first).Seconds(), 0), "queue", q, "verdict", call.String())
			}
		}
	}
	now := baseline.Of(m.Table, m.Taken)
	f.gauge("qclean_queue_ndr_ratio", "Share of the messages that report that mail was not delivered.").add(now.NDRShare())
	f.gauge("qclean_queue_senders", "Distinct envelope senders in the queue.").add(float64(now.Senders))
}

// cell is one queue and one verdict.
type cell struct {
	queue string
	call  classify.Call
}

type sum struct {
	messages int
	bytes    int64
	first    time.Time
}

// cells adds up the records. The queues come in the order of their names, the
// largest of them when there are too many.
func (m *Metrics) cells() (map[cell]*sum, []string) {
	names := m.queueLabels()
	out := map[cell]*sum{}
	seen := map[string]bool{}
	for _, name := range names {
		seen[name] = true
		for _, call := range classify.Calls() {
			out[cell{name, call}] = &sum{}
		}
	}
	for i := range m.Table.Len() {
		r := m.Table.At(i)
		c := out[cell{names[r.Queue()], r.Call()}]
		if c == nil { // a verdict that this version does not know
			c = out[cell{names[r.Queue()], classify.Unknown}]
		}
		c.messages++
		c.bytes += r.Size()
		if at := r.Arrived(); !at.IsZero() && (c.first.IsZero() || at.Before(c.first)) {
			c.first = at
		}
	}
	return out, slices.Sorted(maps.Keys(seen))
}

// queueLabels gives the label of each queue's name.
func (m *Metrics) queueLabels() map[string]string {
	count := map[string]int{}
	for _, q := range m.Queues {
		count[q] = 0
	}
	for i := range m.Table.Len() {
		count[m.Table.At(i).Queue()]++
	}
	names := slices.SortedFunc(maps.Keys(count), func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	out := make(map[string]string, len(names))
	for i, name := range names {
		out[name] = label(name)
		if i >= maxQueues-1 && len(names) > maxQueues {
			out[name] = otherQueues
		}
	}
	return out
}

func (m *Metrics) campaigns(f *families) {
	size := f.gauge("qclean_campaign_messages", "Messages of the largest campaigns; qclean show tells what they are.")
	list := slices.SortedFunc(slices.Values(m.Campaigns), func(a, b *classify.Campaign) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.ID, b.ID))
	})
	seen := map[fingerprint.ID]bool{}
	for _, c := range list {
		if len(seen) == maxCampaigns || c.Count < minCampaign {
			return
		}
		if !seen[c.ID] {
			seen[c.ID] = true
			size.add(float64(c.Count), "campaign", label(string(c.ID)), "verdict", c.Verdict.Call.String())
		}
	}
}

func (m *Metrics) usual(f *families) {
	u := &m.Usual
	f.gauge("qclean_usual_measures", "Earlier measures that the usual rests on; 0 when there are too few.").add(float64(u.Samples))
	if !u.Known() {
		return
	}
	f.gauge("qclean_usual_messages", "Median of the messages in the queue at this hour.").add(u.Messages.Median)
	f.gauge("qclean_usual_messages_spread", "Median distance of that from the median, scaled to a standard deviation.").add(u.Messages.Spread)
	f.gauge("qclean_usual_bytes", "Median of the bytes in the queue at this hour.").add(u.Bytes.Median)
	f.gauge("qclean_usual_oldest_message_age_seconds", "Median age of the oldest message at this hour.").add(u.Oldest.Median)
}

// run writes how the last run ended. The time is 0 when there was none, so
// that an alarm on its age rings.
func (m *Metrics) run(f *families) {
	run := m.Run
	if run == nil {
		run = &baseline.Measure{At: time.Unix(0, 0)}
	}
	for _, t := range []struct {
		what, help string
		n          int64
	}{
		{"quarantined", "Messages that runs of qclean hygiene took out of the queue.", run.Totals.Quarantined},
		{"released", "Messages that runs of qclean hygiene put back.", run.Totals.Released},
		{"purged", "Messages that runs of qclean hygiene deleted from the quarantine.", run.Totals.Purged},
	} {
		f.counter("qclean_"+t.what+"_messages_total", t.help).add(float64(t.n))
	}
	f.gauge("qclean_last_run_timestamp_seconds", "When the last run began; 0 when there was none.").add(unix(run.At))
	if m.Run == nil {
		return
	}
	f.gauge("qclean_last_run_duration_seconds", "How long the last run took.").add(run.Duration.Seconds())
	f.gauge("qclean_last_run_messages", "Messages that the last run found.").add(float64(run.Messages))
	f.gauge("qclean_last_run_unusual", "1 when the last run found the queue out of the usual.").add(bit(run.Alarm))
	outcome := f.gauge("qclean_last_run_outcome", "1 for how the last run ended, 0 for the other ways.")
	ways := baseline.Outcomes()
	if !slices.Contains(ways, run.Outcome) {
		ways = append(ways, run.Outcome)
	}
	for _, way := range ways {
		outcome.add(bit(way == run.Outcome), "outcome", label(way))
	}
}

func bit(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// unix is a moment in seconds, 0 when it is not known.
func unix(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}

// label makes a value safe: valid UTF-8, nothing that acts on a terminal, of
// bounded length. Line ends and quotes are the library's to escape.
func label(s string) string {
	s = ui.Safe(s)
	if len(s) > maxLabel {
		s = strings.ToValidUTF8(s[:maxLabel-len("…")], "") + "…"
	}
	return s
}
