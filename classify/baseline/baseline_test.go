package baseline

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"qclean/classify"
	"qclean/classify/kind"
)

// start is a Monday, 03:00 in Berlin's winter.
func start(t *testing.T) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no zone database:", err)
	}
	return time.Date(2026, 1, 5, 3, 0, 0, 0, zone)
}

// nightly is n nights with about as many messages, ended by the day before at.
func nightly(at time.Time, n, messages int) *History {
	h := &History{}
	for i := n; i > 0; i-- {
		h.measures = append(h.measures, Measure{At: at.AddDate(0, 0, -i), Messages: messages + i%3, Bytes: int64(messages) << 12, Oldest: 5 * time.Hour,
			Senders: 10, Outcome: Quiet})
	}
	return h
}

func TestOf(t *testing.T) {
	now := time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)
	records := classify.TableOf([]classify.Record{
		{Queue: "a", Size: 10, From: "x@y", Arrived: now.Add(-90*time.Minute - 300*time.Millisecond), Call: classify.Relayed},
		{Queue: "a", Size: 20, From: "x@y", Arrived: now.Add(time.Hour)}, // a file from the future
		{Queue: "b\x1b[2J\xff" + strings.Repeat("q", 200), Size: 30, Null: true, Kind: kind.NDRFailed, Call: classify.Backscatter},
	}...)
	want := Measure{At: now, Messages: 3, Bytes: 60, Oldest: 90 * time.Minute, NDRs: 1, Senders: 1,
		Queues:   map[string]int{"a": 2, "b?[2J?" + strings.Repeat("q", 74): 1},
		Verdicts: map[string]int{"relayed": 1, "unknown": 1, "backscatter": 1}, Outcome: Measured}
	got := Of(records, now)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got.Unwanted() != 2 || got.NDRShare() != 1.0/3 {
		t.Errorf("unwanted %d, share %v", got.Unwanted(), got.NDRShare())
	}
}

func TestFewNamesKeepsTheSum(t *testing.T) {
	in := map[string]int{}
	for i := range 100 {
		in[fmt.Sprintf("q%03d", i)] = i + 1
	}
	out := fewNames(in)
	sum := 0
	for _, n := range out {
		sum += n
	}
	if len(out) != maxNames || sum != 5050 || out["q099"] != 100 || out[others] == 0 {
		t.Errorf("%d names, sum %d, %v", len(out), sum, out)
	}
}

func TestUsualWidensUntilThereAreEnough(t *testing.T) {
	at := start(t)
	for _, tc := range []struct {
		name    string
		history *History
		basis   Basis
		samples int
	}{
		{"nothing", &History{}, NoBasis, 0},
		{"four nights", nightly(at, 4, 100), NoBasis, 0},
		{"five nights", nightly(at, 5, 100), SameHour, 5},
		{"five weeks", nightly(at, 36, 100), SameHourOfWeek, 5},
		{"ten weeks and more", nightly(at, 300, 100), SameHourOfWeek, 10},
		{"all of it too old", nightly(at.AddDate(-2, 0, 0), 300, 100), NoBasis, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if u := tc.history.Usual(at); u.Basis != tc.basis || u.Samples != tc.samples {
				t.Errorf("%q of %d measures, want %q of %d", u.Basis, u.Samples, tc.basis, tc.samples)
			}
		})
	}
	if u := nightly(at, 20, 100).Usual(at.Add(7 * time.Hour)); u.Known() {
		t.Errorf("the nights are taken for the usual of a morning: %q of %d", u.Basis, u.Samples)
	}
	odd := &History{} // every five hours for three days
	for i := range 15 {
		odd.measures = append(odd.measures, Measure{At: at.Add(-time.Duration(5*i+2) * time.Hour), Messages: 100 * (i%5 + 1)})
	}
	u := odd.Usual(at)
	if u.Basis != AnyHour || u.Samples != 15 || u.Messages != (Level{300, 148.26, 500}) {
		t.Errorf("%+v", u)
	}
	if text, alarm := u.Alarm(Measure{Messages: 500}, 1); alarm {
		t.Error("as many as yesterday:", text)
	}
	if _, alarm := u.Alarm(Measure{Messages: 1600}, 5); !alarm {
		t.Error("more than ever before is no alarm")
	}
	often := &History{} // every minute of one day is still one day
	for i := range 600 {
		often.measures = append(often.measures, Measure{At: at.Add(-time.Duration(i+1) * time.Minute)})
	}
	if u := often.Usual(at); u.Known() {
		t.Errorf("one day is taken for the usual: %+v", u)
	}
}

func TestWeekdaysDiffer(t *testing.T) {
	at := start(t)
	h := nightly(at, 70, 100)
	for i := range h.measures {
		if h.measures[i].At.Weekday() == time.Monday { // the newsletter
			h.measures[i].Messages = 5000
		}
	}
	monday, tuesday := h.Usual(at), h.Usual(at.AddDate(0, 0, 1))
	if monday.Messages.Median != 5000 || tuesday.Messages.Median > 110 {
		t.Errorf("monday %v, tuesday %v", monday.Messages, tuesday.Messages)
	}
	m := Measure{At: at, Messages: 5100}
	if text, alarm := monday.Alarm(m, 5); alarm {
		t.Error("a usual Monday:", text)
	}
	if _, alarm := tuesday.Alarm(m, 5); !alarm {
		t.Error("a Monday on a Tuesday is no alarm")
	}
}

func TestAlarm(t *testing.T) {
	at := start(t)
	u := nightly(at, 70, 100).Usual(at)
	usual := Measure{At: at, Messages: 100, Bytes: 100 << 12, Oldest: 5 * time.Hour, Senders: 10}
	for _, tc := range []struct {
		name   string
		change func(*Measure)
		factor float64
		want   string
	}{
		{"as ever", func(*Measure) {}, 0, ""},
		{"four times", func(m *Measure) { m.Messages = 400 }, 0, ""},
		{"six times", func(m *Measure) { m.Messages = 600 }, 0, "600 messages, 6 times the usual 101 (median of 10 measures at the same hour of the week)"},
		{"six times, ten allowed", func(m *Measure) { m.Messages = 600 }, 10, ""},
		{"a factor below one counts as one", func(m *Measure) { m.Messages = 110 }, 0.1, ""},
		{"large", func(m *Measure) { m.Bytes = 1 << 30 }, 0, "1024 MiB of mail, 2621 times the usual 0 MiB (median of 10 measures at the same hour of the week)"},
		{"stuck", func(m *Measure) { m.Oldest = 50 * time.Hour }, 0, "50 hours since the oldest arrived, 10 times the usual 5 hours (median of 10 measures at the same hour of the week)"},
		{"reports, of which there are none as a rule", func(m *Measure) { m.NDRs = 80 }, 0, "80 non-delivery reports, usually none (median of 10 measures at the same hour of the week)"},
		{"two things", func(m *Measure) { m.Messages, m.Senders = 1010, 500 }, 0,
			"1010 messages, 10 times the usual 101; 500 senders, 50 times the usual 10 (median of 10 measures at the same hour of the week)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := usual
			tc.change(&m)
			text, alarm := u.Alarm(m, tc.factor)
			if text != tc.want || alarm != (tc.want != "") {
				t.Errorf("got %v %q, want %q", alarm, text, tc.want)
			}
		})
	}
}

func TestSmallNumbersAreNoAlarm(t *testing.T) {
	at := start(t)
	u := nightly(at, 70, 2).Usual(at)
	if text, alarm := u.Alarm(Measure{At: at, Messages: 30}, 5); alarm {
		t.Error("five times two messages:", text)
	}
	if _, alarm := u.Alarm(Measure{At: at, Messages: 3000}, 5); !alarm {
		t.Error("three thousand where there are two are no alarm")
	}
	if text, alarm := (Usual{}).Alarm(Measure{At: at, Messages: 3_000_000}, 5); alarm {
		t.Error("an alarm without a usual:", text)
	}
}

// TestUnsteadyQueueIsNoAlarm: where every third night is full, a full night is
// within the spread although it is more than five times the median.
func TestUnsteadyQueueIsNoAlarm(t *testing.T) {
	at := start(t)
	h := nightly(at, 70, 0)
	for i, n := range []int{90, 100, 110, 180, 260, 300, 330, 100, 90, 310} {
		h.measures[i*7].Messages = n // the Mondays
	}
	u := h.Usual(at)
	if u.Basis != SameHourOfWeek || u.Messages.Spread < 80 {
		t.Fatalf("%+v", u)
	}
	if text, alarm := u.Alarm(Measure{Messages: 600}, 3); alarm {
		t.Error(text)
	}
}

// TestFloodNeverBecomesTheUsual: a flood that goes on for three months is an
// alarm on its last day as on its first, until a person accepts it.
func TestFloodNeverBecomesTheUsual(t *testing.T) {
	at := start(t)
	h, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range nightly(at, 40, 100).measures {
		if err := h.Add(m); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 90 {
		night := at.AddDate(0, 0, i)
		m := Measure{At: night, Messages: 20000, Outcome: Alarmed}
		if _, m.Alarm = h.Usual(night).Alarm(m, 5); !m.Alarm {
			t.Fatalf("night %d of the flood is no alarm: %+v", i, h.Usual(night))
		}
		if err := h.Add(m); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := h.Accept(at.AddDate(0, 0, 10)); n != 80 || err != nil {
		t.Fatalf("accepted %d, %v", n, err)
	}
	next := at.AddDate(0, 0, 90)
	if text, alarm := h.Usual(next).Alarm(Measure{At: next, Messages: 20000}, 5); alarm {
		t.Error("accepted, but:", text)
	}
}

// TestInstalledInTheFlood: nights on which most was taken out are not the
// usual as soon as there are enough others.
func TestInstalledInTheFlood(t *testing.T) {
	at := start(t)
	h := nightly(at, 12, 100)
	for i := range 7 {
		h.measures[i].Messages, h.measures[i].Quarantined = 50000, 49900
	}
	if u := h.Usual(at); u.Basis != SameHour || u.Samples != 5 || u.Messages.Median > 110 {
		t.Errorf("%+v", u)
	}
	busy := nightly(at, 12, 100) // a site that takes out most of its few messages every night
	for i := range busy.measures {
		busy.measures[i].Quarantined = 80
	}
	if u := busy.Usual(at); u.Samples != 12 {
		t.Errorf("%+v", u)
	}
}
