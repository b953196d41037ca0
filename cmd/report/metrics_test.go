package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"qclean/classify"
	"qclean/classify/baseline"
	"qclean/classify/fingerprint"
	"qclean/classify/kind"
)

var update = flag.Bool("update", false, "write the goldens anew")

var taken = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

func sample() Metrics {
	record := func(queue string, size int64, age time.Duration, call classify.Call) classify.Record {
		return classify.Record{Queue: queue, Size: size, Arrived: taken.Add(-age), Call: call, From: "a@b"}
	}
	bounce := record("deferred", 3000, 50*time.Hour, classify.Backscatter)
	bounce.Kind, bounce.Null = kind.NDRFailed, true
	campaign := func(id string, n int, call classify.Call) *classify.Campaign {
		return &classify.Campaign{ID: fingerprint.ID(id), Summary: classify.Summary{Count: n}, Verdict: classify.Verdict{Call: call}}
	}
	return Metrics{
		Spool: "/var/spool/postfix", Version: "1.0", MTA: "postfix", Queues: []string{"active", "deferred", "hold"}, Taken: taken,
		Table:     classify.TableOf(record("active", 1000, time.Hour, classify.Legitimate), record("deferred", 2000, 2*time.Hour, classify.Relayed), bounce, classify.Record{Queue: "deferred"}),
		Campaigns: []*classify.Campaign{campaign("one", 1, classify.Unknown), campaign("2GsV5oACJizJ", 12, classify.Relayed), campaign("NbyRuS2xiZ8i", 99, classify.AccountAbuse)},
		Usual:     baseline.Usual{Basis: baseline.SameHour, Samples: 9, Messages: baseline.Level{Median: 120, Spread: 14.826}, Bytes: baseline.Level{Median: 1 << 20}, Oldest: baseline.Level{Median: 3600}},
		Run: &baseline.Measure{At: taken.Add(-24 * time.Hour), Messages: 412, Duration: 1250 * time.Millisecond, Outcome: baseline.Acted, Alarm: true,
			Totals: baseline.Totals{Quarantined: 1234, Released: 5, Purged: 678}},
	}
}

func text(t *testing.T, m Metrics) string {
	t.Helper()
	var b bytes.Buffer
	if err := m.Text(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// parsed reads the text back with the library's reader, which refuses what
// Prometheus would refuse, and fails on a series that is there twice.
func parsed(t *testing.T, out string) map[string]*dto.MetricFamily {
	t.Helper()
	p := expfmt.NewTextParser(model.LegacyValidation)
	families, err := p.TextToMetricFamilies(strings.NewReader(out))
	if err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	for name, f := range families {
		seen := map[string]bool{}
		for _, m := range f.Metric {
			key := fmt.Sprint(m.Label)
			if seen[key] {
				t.Errorf("%s: %s twice", name, key)
			}
			seen[key] = true
		}
	}
	return families
}

func TestMetricsGolden(t *testing.T) {
	got := text(t, sample())
	parsed(t, got)
	name := filepath.Join("testdata", "metrics.prom")
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Error(d)
	}
}

func TestMetricsOfNothing(t *testing.T) {
	families := parsed(t, text(t, Metrics{Spool: "/spool"}))
	if v := families["qclean_last_run_timestamp_seconds"].Metric[0].Gauge.GetValue(); v != 0 {
		t.Errorf("the last run of none was at %v", v)
	}
	for _, name := range []string{"qclean_last_run_outcome", "qclean_queue_messages", "qclean_usual_messages"} {
		if families[name] != nil {
			t.Errorf("%s of nothing: %v", name, families[name])
		}
	}
}

// TestHostileNamesCannotForgeMetrics: names come from an attacker.
func TestHostileNamesCannotForgeMetrics(t *testing.T) {
	m := sample()
	m.Queues, m.Campaigns = nil, nil
	var records []classify.Record
	bad := []string{"a\"} 1\nqclean_queue_messages{queue=\"x", "a\nb", "a\\", "\xff\xfe", "\x1b[2J", "\u202e", "", strings.Repeat("q", 5000), strings.Repeat("q", 5001), strings.Repeat("é", 5000)}
	for _, name := range bad {
		records = append(records, classify.Record{Queue: name, Call: 200})
		m.Campaigns = append(m.Campaigns, &classify.Campaign{ID: fingerprint.ID(name), Summary: classify.Summary{Count: 5}})
	}
	for i := range 500 {
		records = append(records, classify.Record{Queue: fmt.Sprint("queue ", i)}, classify.Record{Queue: fmt.Sprint("queue ", i)})
		m.Campaigns = append(m.Campaigns, &classify.Campaign{ID: fingerprint.ID(fmt.Sprint(i)), Summary: classify.Summary{Count: 50}})
	}
	m.Table = classify.TableOf(records...)
	m.Run.Outcome = bad[0]
	families := parsed(t, text(t, m))
	total, values := 0.0, map[string]bool{}
	for _, s := range families["qclean_queue_messages"].Metric {
		total += s.Gauge.GetValue()
		for _, l := range s.Label {
			values[l.GetValue()] = true
			if len(l.GetValue()) > maxLabel || strings.ContainsAny(l.GetValue(), "\x1b\n\u202e") {
				t.Errorf("label %q", l.GetValue())
			}
		}
	}
	if total != float64(len(records)) {
		t.Errorf("%v messages of %d", total, len(records))
	}
	if n := len(families["qclean_queue_messages"].Metric); n > maxQueues*len(classify.Calls()) || !values[otherQueues] {
		t.Errorf("%d series", n)
	}
	if n := len(families["qclean_campaign_messages"].Metric); n != maxCampaigns {
		t.Errorf("%d campaigns", n)
	}
}

func TestHostileQueuesOneByOne(t *testing.T) {
	for _, name := range []string{"a\"} 1\nx 2", "\xff", "\x1b[2J", strings.Repeat("é", 5000), "\\", ""} {
		m := sample()
		m.Table = classify.TableOf(classify.Record{Queue: name}, classify.Record{Queue: name + "\x00"})
		parsed(t, text(t, m))
	}
}

func TestWriteMetricsIsAtomic(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "qclean.prom")
	if err := os.WriteFile(path, []byte("old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	old, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if err := WriteMetrics(path, sample()); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(old); err != nil || b.String() != "old\n" {
		t.Errorf("a reader of the old file sees %q, %v", b.String(), err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != text(t, sample()) {
		t.Errorf("%s, %v", got, err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o644 {
		t.Errorf("mode %v", info.Mode())
	}
	if err := WriteMetrics(filepath.Join(dir, "no", "folder.prom"), sample()); err == nil {
		t.Error("wrote into a folder that is not there")
	}
	if err := os.Mkdir(filepath.Join(dir, "d.prom"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteMetrics(filepath.Join(dir, "d.prom"), sample()); err == nil {
		t.Error("wrote over a folder")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".qclean-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
