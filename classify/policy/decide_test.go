package policy

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"qclean/classify"
	"qclean/classify/kind"
	"qclean/classify/query"
	"qclean/scan/spool"
)

var now = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

// message is one for the rules to look at.
type message struct {
	id          string
	call        classify.Call
	weak        bool
	known       bool
	ndr         bool
	to          string
	age         time.Duration // in the queue
	quarantined time.Duration // how long; 0: it is not
	byHand      bool
	text        error
	count       int // of its campaign
	flawed      bool
}

func (m message) item() *query.Item {
	r := &classify.Record{ID: spool.ID(m.id), Call: m.call, Weak: m.weak, Size: 100, Arrived: now.Add(-m.age), To: []string{m.to}, Recipients: 1}
	if m.known {
		r.Known = "qf"
	}
	if m.flawed {
		r.Flaws = []string{"cut off"}
	}
	if m.ndr {
		r.Kind = kind.NDRFailed
	}
	i := &query.Item{Record: r, Message: classify.TableOf(*r).At(0), Campaign: &classify.Campaign{Summary: classify.Summary{Count: m.count}, Verdict: classify.Verdict{Call: m.call}},
		Text: func() (string, error) { return "text", m.text }}
	if m.quarantined > 0 || m.byHand {
		i.Quarantined = true
	}
	if m.quarantined > 0 {
		i.Since = now.Add(-m.quarantined)
	}
	return i
}

func decide(t *testing.T, p *Policy, all ...message) *Decision {
	t.Helper()
	d, err := p.Decide(query.Context{Now: now, Ours: func(d string) bool { return d == "ours.com" }}, func(yield func(*query.Item) bool) {
		for _, m := range all {
			if !yield(m.item()) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func policyOf(t *testing.T, text string) *Policy {
	t.Helper()
	p, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// taken gives "rule: ids" of all that would be done.
func taken(d *Decision) []string {
	var out []string
	for _, do := range []Action{Quarantine, Release, Purge, Report} {
		for t, r := range d.Of(do) {
			out = append(out, t.Name+": "+string(r.ID()))
		}
	}
	return out
}

// TestTheExampleDecides goes through the rules of the example, in their order.
func TestTheExampleDecides(t *testing.T) {
	p, err := Parse(read(t, "issue.toml"))
	if err != nil {
		t.Fatal(err)
	}
	p.Limits.ShareFrom = 100
	d := decide(t, p,
		message{id: "known", known: true},
		message{id: "stale", ndr: true, age: 72 * time.Hour, to: "x@example.net", call: classify.RealBounce},
		message{id: "fresh", ndr: true, age: 24 * time.Hour, to: "x@example.net", call: classify.RealBounce},
		message{id: "to-us", ndr: true, age: 72 * time.Hour, to: "x@ours.com", call: classify.RealBounce},
		message{id: "abuse", call: classify.AccountAbuse, count: 501},
		message{id: "small", call: classify.AccountAbuse, count: 500},
		message{id: "old", call: classify.Relayed, age: time.Hour, quarantined: 721 * time.Hour},
		message{id: "young", call: classify.Relayed, age: 9000 * time.Hour, quarantined: 719 * time.Hour},
	)
	want := []string{"known floods: known", "stale bounces: stale", "sender floods: abuse", "old quarantine: old"}
	if diff := cmp.Diff(want, taken(d)); diff != "" || d.Queued != 6 || len(d.Alarms()) > 0 {
		t.Errorf("%d queued, %v\n%s", d.Queued, d.Alarms(), diff)
	}
}

// TestWhatNoRuleNamesIsSpared, with the word that would name it.
func TestWhatNoRuleNamesIsSpared(t *testing.T) {
	queued := []message{
		{id: "weak", weak: true, call: classify.Relayed}, {id: "unknown"}, {id: "legitimate", call: classify.Legitimate},
		{id: "bulk", call: classify.Bulk}, {id: "relayed", call: classify.Relayed}, {id: "known", known: true}, {id: "both", weak: true},
		{id: "bounce", call: classify.RealBounce, ndr: true},
	}
	for match, want := range map[string]struct {
		taken  []string
		spared map[string]int
	}{
		`true`: {[]string{"r: relayed"}, map[string]int{"weak": 2, "unknown": 2, "legitimate": 1, "bulk": 1, "bounce": 1}},
		`weak || !weak`: {[]string{"r: weak", "r: relayed"},
			map[string]int{"unknown": 3, "legitimate": 1, "bulk": 1, "bounce": 1}},
		`weak`:                                 {[]string{"r: weak"}, map[string]int{"unknown": 1}},
		`verdict == "unknown"`:                 {[]string{"r: unknown", "r: known"}, map[string]int{"weak": 1}},
		`weak && verdict == "unknown"`:         {[]string{"r: both"}, map[string]int{}},
		`verdict in ["legitimate", "relayed"]`: {[]string{"r: legitimate", "r: relayed"}, map[string]int{"weak": 1}},
		`verdict != "legitimate"`:              {[]string{"r: relayed"}, map[string]int{"weak": 2, "unknown": 2, "bulk": 1, "bounce": 1}},
		`ndr`:                                  {[]string{"r: bounce"}, map[string]int{}},
		`verdict == "bounce"`:                  {[]string{"r: bounce"}, map[string]int{}},
		`!ndr || size > 1`:                     {[]string{"r: relayed"}, map[string]int{"weak": 2, "unknown": 2, "legitimate": 1, "bulk": 1, "bounce": 1}},
		`known`:                                {[]string{"r: known"}, map[string]int{}},
		`!known`:                               {[]string{"r: relayed"}, map[string]int{"weak": 2, "unknown": 1, "legitimate": 1, "bulk": 1, "bounce": 1}},
	} {
		t.Run(match, func(t *testing.T) {
			p := policyOf(t, "[[rule]] name = 'r' match = '"+match+"' do = 'quarantine'\n[limits] max-share = 1.0")
			d := decide(t, p, queued...)
			if diff := cmp.Diff(want.taken, taken(d)) + cmp.Diff(want.spared, d.Rules[0].Spared); diff != "" {
				t.Error(diff)
			}
		})
	}
	p := policyOf(t, "[[rule]] name = 'r' match = 'true' do = 'quarantine' also = ['weak', 'bulk', 'unknown', 'legitimate', 'bounce']")
	if d := decide(t, p, queued...); len(taken(d)) != len(queued) || d.Spared() != 0 {
		t.Errorf("named: %v", taken(d))
	}
}

// TestALaterRuleMayNameIt: what one rule spares another may take, and then it
// was not spared.
func TestALaterRuleMayNameIt(t *testing.T) {
	p := policyOf(t, "[[rule]] name = 'a' match = 'true' do = 'quarantine'\n[[rule]] name = 'b' match = 'verdict == \"bulk\"' do = 'quarantine'")
	d := decide(t, p, message{id: "1", call: classify.Bulk}, message{id: "2", call: classify.Legitimate})
	if diff := cmp.Diff([]string{"b: 1"}, taken(d)); diff != "" || d.Spared() != 1 {
		t.Errorf("%d spared\n%s", d.Spared(), diff)
	}
}

func TestFirstMatchActs(t *testing.T) {
	p := policyOf(t, `
[[rule]] name = "keep" match = 'has(to, "boss@")' do = "report"
[[rule]] name = "take" match = 'unwanted' do = "quarantine"
[[rule]] name = "look" match = 'quarantined && unwanted' do = "report"
[[rule]] name = "gone" match = 'quarantined' do = "purge" max-messages = 10`)
	d := decide(t, p,
		message{id: "1", call: classify.Relayed, to: "boss@ours.com"}, message{id: "2", call: classify.Relayed, to: "x@y"},
		message{id: "3", call: classify.Relayed, to: "boss@ours.com", quarantined: time.Hour},
		message{id: "4", call: classify.RealBounce, quarantined: time.Hour}, message{id: "5", call: classify.RealBounce, byHand: true})
	want := []string{"take: 2", "gone: 4", "keep: 1", "look: 3"}
	if diff := cmp.Diff(want, taken(d)); diff != "" || d.Rules[3].Spared["put there by hand"] != 1 {
		t.Errorf("%v\n%s", d.Rules[3].Spared, diff)
	}
}

// TestReleaseDoesNotComeBack: what a rule would take out of the queue again
// stays in quarantine, and what is unwanted has to be named.
func TestReleaseDoesNotComeBack(t *testing.T) {
	text := `
[[rule]] name = "back" match = 'like(to, "*@ours.com")' do = "release" also = ["legitimate"]
[[rule]] name = "take" match = 'ndr' do = "quarantine"`
	all := []message{
		{id: "1", call: classify.Legitimate, to: "a@ours.com", quarantined: time.Hour},
		{id: "2", call: classify.RealBounce, ndr: true, to: "a@ours.com", quarantined: time.Hour},
		{id: "3", call: classify.InboundUCE, to: "a@ours.com", quarantined: time.Hour},
		{id: "4", call: classify.Legitimate, to: "a@ours.com"},
		{id: "5", call: classify.Legitimate, to: "a@ours.com", quarantined: time.Hour, flawed: true},
	}
	d := decide(t, policyOf(t, text), all...)
	want := map[string]int{`rule "take" would take it again`: 1, "unwanted": 1, "not complete": 1}
	if diff := cmp.Diff([]string{"back: 1"}, taken(d)) + cmp.Diff(want, d.Rules[0].Spared); diff != "" {
		t.Error(diff)
	}
	d = decide(t, policyOf(t, strings.Replace(text, `["legitimate"]`, `["legitimate", "unwanted"]`, 1)), all...)
	if diff := cmp.Diff([]string{"back: 1", "back: 3"}, taken(d)); diff != "" {
		t.Error(diff)
	}
}

func many(n int, m message) []message { return slices.Repeat([]message{m}, n) }

func TestCaps(t *testing.T) {
	rules := `
[[rule]] name = "a" match = 'ndr' do = "quarantine" max-messages = 30
[[rule]] name = "b" match = 'unwanted' do = "quarantine"
[[rule]] name = "c" match = 'quarantined' do = "purge" max-messages = 10
`
	a, b := message{id: "a", ndr: true, call: classify.RealBounce}, message{id: "b", call: classify.Relayed}
	c, good := message{id: "c", call: classify.Relayed, quarantined: time.Hour}, message{id: "g", call: classify.Legitimate}
	for name, tc := range map[string]struct {
		limits string
		all    [][]message
		count  map[string]int // of what would be done
		alarm  string
	}{
		"below":             {"", [][]message{many(30, a), many(20, b), many(10, c), many(60, good)}, map[string]int{"a": 30, "b": 20, "c": 10}, ""},
		"a rule":            {"", [][]message{many(31, a), many(20, b), many(10, c), many(60, good)}, map[string]int{"b": 20, "c": 10}, `rule "a" would quarantine 31 messages, more than its max-messages 30: nothing of it was done`},
		"a purge":           {"", [][]message{many(1, a), many(11, c)}, map[string]int{"a": 1}, `rule "c" would purge 11`},
		"the share":         {"", [][]message{many(30, a), many(20, b), many(10, c), many(49, good)}, map[string]int{}, "50 of 99 messages in the queue, and max-share is 0.5"},
		"a few":             {"", [][]message{many(19, b)}, map[string]int{"b": 19}, ""},
		"few enough":        {"[limits] share-from = 60", [][]message{many(30, a), many(20, b)}, map[string]int{"a": 30, "b": 20}, ""},
		"the run":           {"[limits] max-messages = 59", [][]message{many(30, a), many(20, b), many(10, c), many(60, good)}, map[string]int{}, "60 messages, and max-messages of [limits] is 59"},
		"the run, just not": {"[limits] max-messages = 60", [][]message{many(31, a), many(50, b), many(10, c), many(90, good)}, map[string]int{"b": 50, "c": 10}, `rule "a"`},
	} {
		t.Run(name, func(t *testing.T) {
			d := decide(t, policyOf(t, rules+tc.limits), slices.Concat(tc.all...)...)
			got := map[string]int{}
			for _, line := range taken(d) {
				got[line[:1]]++
			}
			alarms := strings.Join(d.Alarms(), "\n")
			if diff := cmp.Diff(tc.count, got); diff != "" || !strings.Contains(alarms, tc.alarm) || (tc.alarm == "") != (alarms == "") {
				t.Errorf("alarms %q\n%s", alarms, diff)
			}
		})
	}
}

// TestACountThatIsTooHighIsAnAlarm: a report touches nothing, and its
// max-messages is what may lie there.
func TestACountThatIsTooHighIsAnAlarm(t *testing.T) {
	p := policyOf(t, `[[rule]] name = "old mail" match = 'age > duration("24h")' do = "report" max-messages = 2`)
	if d := decide(t, p, many(2, message{age: 48 * time.Hour})...); len(d.Alarms()) != 0 {
		t.Error(d.Alarms())
	}
	d := decide(t, p, many(3, message{age: 48 * time.Hour})...)
	if diff := cmp.Diff([]string{`rule "old mail" counts 3 messages, more than its max-messages 2`}, d.Alarms()); diff != "" {
		t.Error(diff)
	}
}

// TestWhatCannotBeReadIsLeftAlone, also by rules that come later.
func TestWhatCannotBeReadIsLeftAlone(t *testing.T) {
	p := policyOf(t, "[[rule]] name = 'a' match = 'in_text(\"text\")' do = 'report'\n[[rule]] name = 'b' match = 'true' do = 'quarantine'")
	d := decide(t, p, message{id: "1", call: classify.Relayed, text: errors.New("no")}, message{id: "2", call: classify.Relayed, text: spool.ErrGone},
		message{id: "3", call: classify.Relayed})
	if diff := cmp.Diff([]string{"a: 3"}, taken(d)); diff != "" || d.Unread != 1 {
		t.Errorf("%d unread\n%s", d.Unread, diff)
	}
}

// TestARuleThatBreaksTakesNothing, and does not pass for a quiet night.
func TestARuleThatBreaksTakesNothing(t *testing.T) {
	p := policyOf(t, "[[rule]] name = 'a' match = 'size % (size - size) == 0' do = 'quarantine'\n[[rule]] name = 'b' match = 'true' do = 'quarantine'")
	d := decide(t, p, many(3, message{call: classify.Relayed})...)
	if len(taken(d)) != 0 || d.Unread != 3 || d.Why == nil {
		t.Errorf("%v %d %v", taken(d), d.Unread, d.Why)
	}
}

func TestUnderWay(t *testing.T) {
	var records []classify.Record
	add := func(n int, call classify.Call, age time.Duration) (members []int32) {
		for range n {
			members = append(members, int32(len(records)))
			records = append(records, classify.Record{Call: call, Arrived: now.Add(-age)})
		}
		return members
	}
	c := func(members ...[]int32) *classify.Campaign {
		return &classify.Campaign{Members: slices.Concat(members...)}
	}
	campaigns := []*classify.Campaign{
		c(add(500, classify.Relayed, 2*time.Hour)), // over
		c(add(50, classify.AccountAbuse, 10*time.Minute)),
		c(add(49, classify.Relayed, 10*time.Minute), add(9, classify.Relayed, time.Hour)), // too few now
		c(add(500, classify.Bulk, time.Minute)),                                           // wanted
		c(add(500, classify.Relayed, -time.Hour)),                                         // what says that it came later than now says nothing
		c(add(60, classify.Relayed, -time.Minute)),
	}
	got := UnderWay(classify.TableOf(records...), campaigns, now, 50)
	if len(got) != 2 || got[0].Campaign != campaigns[1] || got[0].Lately != 50 || got[1].Lately != 60 {
		t.Errorf("%+v", got)
	}
}
