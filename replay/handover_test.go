package replay

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"qclean/replay/submit"
	"qclean/scan/disk/faulty"
)

// post is another server. It remembers what it has taken, and answers as the
// test says, by sender.
type post struct {
	most   int
	taken  []string // "sender recipient"
	texts  map[string]string
	answer func(n int, l submit.Letter) (submit.Receipt, error)
	n      int
}

func (p *post) Name() string { return "smtp://test" }
func (p *post) Most() int    { return max(p.most, 1) }
func (p *post) Close() error { return nil }

func (p *post) Send(ctx context.Context, l submit.Letter) (submit.Receipt, error) {
	p.n++
	text, err := io.ReadAll(l.Text)
	if err != nil {
		return submit.Receipt{}, err
	}
	r := submit.Receipt{Reply: "queued", Taken: l.To}
	if p.answer != nil {
		r, err = p.answer(p.n, l)
	}
	if p.texts == nil {
		p.texts = map[string]string{}
	}
	for _, to := range r.Taken {
		p.taken = append(p.taken, l.From+" "+to)
		p.texts[l.From] = string(text)
	}
	if errors.Is(err, submit.ErrDoubt) {
		r = submit.Receipt{}
	}
	return r, err
}

// away makes a spool of n messages, all in quarantine.
func away(t *testing.T, n int) string {
	t.Helper()
	dir := makeSpool(t, n)
	m, _ := mover(t, tree(t, dir), Options{})
	mustApply(t, m, plan(t, dir, Quarantine, "m"))
	return dir
}

// sendAll submits what is in quarantine, and what an earlier run left.
func sendAll(t *testing.T, m *Mover, at time.Time) (Run, error) {
	t.Helper()
	healthy, p := mover(t, tree(t, m.tree.Path()), Options{})
	var from []Pick
	for _, pick := range picks(t, p, true, "m") {
		if !Replayed(p.Layout(), pick.Entry) {
			from = append(from, pick)
		}
	}
	rest, err := healthy.Rest(ctx)
	if err != nil {
		t.Fatal(err)
	}
	pl, err := NewPlan(p, Submit, "all", append(from, rest...), at)
	if err != nil {
		return Run{}, err
	}
	return m.Apply(ctx, pl)
}

func TestSubmit(t *testing.T) {
	dir := away(t, 2)
	via := &post{most: 100}
	m, p := mover(t, tree(t, dir), Options{Via: via})
	run, err := sendAll(t, m, testTime.Add(time.Hour))
	if err != nil || run.Outcome != Complete || run.Done != 2 {
		t.Fatalf("%+v %v", run, err)
	}
	want := []string{"from@m000.example to@a.example", "from@m000.example to@b.example", "from@m001.example to@a.example", "from@m001.example to@b.example"}
	if diff := cmp.Diff(want, via.taken); diff != "" {
		t.Error(diff)
	}
	if got := via.texts["from@m001.example"]; got != "Subject: m001\r\n\r\nHello from m001\r\n" {
		t.Errorf("text %q", got)
	}
	// Neither again, nor by another way, nor back.
	if _, err := sendAll(t, m, testTime.Add(2*time.Hour)); !errors.Is(err, ErrEmpty) {
		t.Errorf("again: %v", err)
	}
	for _, v := range []Verb{Inject, PutBack} {
		if _, err := NewPlan(p, v, "", picks(t, p, true, "m"), testTime); !errors.Is(err, ErrEmpty) {
			t.Errorf("%s: %v", v, err)
		}
	}
	if _, err := m.Undo(ctx, run); !errors.Is(err, ErrNoUndo) {
		t.Errorf("undo: %v", err)
	}
	last, err := m.lastRelease(ctx)
	if err != nil || last.IsZero() {
		t.Errorf("the pace begins at %v, %v", last, err)
	}
}

func TestSubmitNeedsAServer(t *testing.T) {
	dir := away(t, 1)
	m, _ := mover(t, tree(t, dir), Options{})
	if _, err := sendAll(t, m, testTime.Add(time.Hour)); !errors.Is(err, ErrNoVia) {
		t.Errorf("%v", err)
	}
}

// TestSubmitAnswers is what becomes of a message, by what the server said, and
// what the next run does.
func TestSubmitAnswers(t *testing.T) {
	only := func(r submit.Receipt, err error) func(int, submit.Letter) (submit.Receipt, error) {
		return func(n int, l submit.Letter) (submit.Receipt, error) {
			if n == 1 {
				return r, err
			}
			return submit.Receipt{Taken: l.To}, nil
		}
	}
	a, b := "from@m000.example to@a.example", "from@m000.example to@b.example"
	for name, c := range map[string]struct {
		most    int
		answer  func(int, submit.Letter) (submit.Receipt, error)
		reason  string
		outcome string
		err     error
		taken   []string
		later   []string // what the second run adds
	}{
		"later":          {2, only(submit.Receipt{}, submit.ErrLater), whyLater, InPart, nil, nil, []string{a, b}},
		"refused":        {2, only(submit.Receipt{}, submit.ErrRefused), whyRefused, InPart, nil, nil, []string{a, b}},
		"away":           {2, only(submit.Receipt{}, submit.ErrAway), whyLater, Failed, submit.ErrAway, nil, []string{a, b}},
		"in doubt":       {2, only(submit.Receipt{Taken: []string{"to@a.example"}}, submit.ErrDoubt), whyDoubt, InPart, nil, []string{a}, nil},
		"one later":      {2, only(submit.Receipt{Taken: []string{"to@a.example"}, Later: []submit.Answer{{To: "to@b.example"}}}, nil), whyPart, InPart, nil, []string{a}, []string{b}},
		"one refused":    {2, only(submit.Receipt{Taken: []string{"to@a.example"}, Refused: []submit.Answer{{To: "to@b.example"}}}, nil), "", Complete, nil, []string{a}, nil},
		"in two parts":   {1, nil, "", Complete, nil, []string{a, b}, nil},
		"away for one":   {1, func(n int, l submit.Letter) (submit.Receipt, error) { return answers(n, l, nil, submit.ErrAway) }, whyPart, Failed, submit.ErrAway, []string{a}, []string{b}},
		"doubt for one":  {1, func(n int, l submit.Letter) (submit.Receipt, error) { return answers(n, l, nil, submit.ErrDoubt) }, whyDoubt, InPart, nil, []string{a}, nil},
		"later, for one": {1, func(n int, l submit.Letter) (submit.Receipt, error) { return answers(n, l, submit.ErrLater, nil) }, whyPart, InPart, nil, []string{b}, []string{a}},
		"a broken text":  {2, only(submit.Receipt{}, io.ErrClosedPipe), whyError, InPart, nil, nil, []string{a, b}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := away(t, 1)
			via := &post{most: c.most, answer: c.answer}
			m, _ := mover(t, tree(t, dir), Options{Via: via})
			run, err := sendAll(t, m, testTime.Add(time.Hour))
			if !errors.Is(err, c.err) || c.err == nil && err != nil || run.Outcome != c.outcome {
				t.Errorf("%+v %v", run, err)
			}
			if c.reason != "" && run.Skipped[c.reason] != 1 || c.reason == "" && len(run.Skipped) > 0 {
				t.Errorf("skipped %v, want %q", run.Skipped, c.reason)
			}
			if diff := cmp.Diff(c.taken, via.taken); diff != "" {
				t.Error(diff)
			}
			if runs, err := m.Recover(ctx); err != nil || len(runs) > 0 {
				t.Errorf("left to recover: %+v %v", runs, err)
			}
			doubts, err := m.InDoubt(run)
			if err != nil || len(doubts) != run.Skipped[whyDoubt] || len(doubts) > 0 && (doubts[0].ID != "m000" || len(doubts[0].To) == 0) {
				t.Errorf("in doubt: %+v %v", doubts, err)
			}
			via.taken, via.answer = nil, nil
			_, err = sendAll(t, m, testTime.Add(2*time.Hour))
			if (c.later == nil) != errors.Is(err, ErrEmpty) {
				t.Errorf("next run: %v", err)
			}
			if diff := cmp.Diff(c.later, via.taken); diff != "" {
				t.Errorf("next run: %s", diff)
			}
			if _, err = sendAll(t, m, testTime.Add(3*time.Hour)); !errors.Is(err, ErrEmpty) {
				t.Errorf("third run: %v", err)
			}
		})
	}
}

// answers gives the errors in turn, and then takes everything.
func answers(n int, l submit.Letter, errs ...error) (submit.Receipt, error) {
	if n <= len(errs) && errs[n-1] != nil {
		return submit.Receipt{}, errs[n-1]
	}
	return submit.Receipt{Taken: l.To}, nil
}

// TestDoubtIsForAPerson: who has looked may put it back into quarantine.
func TestDoubtIsForAPerson(t *testing.T) {
	dir := away(t, 1)
	before := where(t, dir)
	via := &post{most: 9, answer: func(n int, l submit.Letter) (submit.Receipt, error) { return answers(n, l, submit.ErrDoubt) }}
	m, _ := mover(t, tree(t, dir), Options{Via: via})
	run, err := sendAll(t, m, testTime.Add(time.Hour))
	if err != nil || run.Skipped[whyDoubt] != 1 {
		t.Fatalf("%+v %v", run, err)
	}
	if _, err := m.Undo(ctx, run); !errors.Is(err, ErrNoUndo) {
		t.Errorf("undo: %v", err)
	}
	looked, _ := mover(t, tree(t, dir), Options{Via: via, InDoubt: true})
	if undo, err := looked.Undo(ctx, run); err != nil || undo.Done != 1 {
		t.Fatalf("undo of what was looked at: %+v %v", undo, err)
	}
	if diff := cmp.Diff(before, where(t, dir)); diff != "" {
		t.Error(diff)
	}
	if run, err := sendAll(t, m, testTime.Add(2*time.Hour)); err != nil || run.Done != 1 {
		t.Errorf("%+v %v", run, err)
	}
}

// TestSubmitInterrupted stops between two messages, and within one.
func TestSubmitInterrupted(t *testing.T) {
	dir := away(t, 3)
	stop, cancel := context.WithCancel(ctx)
	via := &post{most: 1}
	via.answer = func(n int, l submit.Letter) (submit.Receipt, error) {
		if n == 3 {
			cancel()
		}
		return submit.Receipt{Taken: l.To}, nil
	}
	m, p := mover(t, tree(t, dir), Options{Via: via})
	pl, err := NewPlan(p, Submit, "all", picks(t, p, true, "m"), testTime.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	run, err := m.Apply(stop, pl)
	if !errors.Is(err, context.Canceled) || run.Outcome != Interrupted || run.Done != 1 || run.Skipped[whyPart] != 1 {
		t.Errorf("%+v %v", run, err)
	}
	if _, err := sendAll(t, m, testTime.Add(2*time.Hour)); err != nil {
		t.Error(err)
	}
	if len(via.taken) != 6 || len(slices.Compact(slices.Sorted(slices.Values(via.taken)))) != 6 {
		t.Errorf("taken: %q", via.taken)
	}
}

// TestNeverSubmitsTwice kills the process, or takes the power, at each
// operation, and then sends the rest: nobody gets a message twice, and who did
// not get it, or may not have, is named.
func TestNeverSubmitsTwice(t *testing.T) {
	powers := map[string]*faulty.Power{
		"death": nil, "power": {}, "halves": {Split: true}, "entries only": {Entries: faulty.All}, "torn": {Entries: faulty.Luck(1), Data: faulty.DataTorn},
	}
	for name, power := range powers {
		t.Run(name, func(t *testing.T) {
			n := sweep(t, 3, func(t *testing.T, i int) *faulty.Tree { return submitAndDie(t, i, power) })
			t.Logf("at %d operations", n)
		})
	}
}

func submitAndDie(t *testing.T, i int, power *faulty.Power) *faulty.Tree {
	t.Helper()
	dir := away(t, 2)
	files := contentsOf(t, dir)
	via := &post{most: 1}
	tr := faulty.Open(t, dir, faulty.Faults{DieAt: i, Torn: i%2 == 0, Only: faulty.Op.Changes})
	m, _ := mover(t, tr, Options{Via: via, Now: clockFrom(testTime.Add(time.Hour))})
	if _, err := sendAll(t, m, testTime.Add(time.Hour)); tr.Reached() && !errors.Is(err, faulty.ErrDead) {
		t.Fatalf("died, and yet: %v", err)
	}
	boot := "boot-1"
	if power != nil {
		boot = "boot-2"
		if err := tr.Crash(*power); err != nil {
			t.Fatal(err)
		}
	}
	healthy, _ := mover(t, tree(t, dir), Options{Via: via, Boot: boot, Now: clockFrom(testTime.AddDate(0, 0, 1))})
	runs, err := healthy.Recover(ctx)
	if err != nil {
		t.Fatal("recover:", err)
	}
	doubtful := map[string]bool{}
	for _, run := range runs {
		doubts, err := healthy.InDoubt(run)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range doubts {
			doubtful["from@"+string(d.ID)+".example"] = true
		}
	}
	if len(doubtful) > 1 {
		t.Errorf("%d messages in doubt", len(doubtful))
	}
	if _, err := sendAll(t, healthy, testTime.AddDate(0, 0, 1)); err != nil && !errors.Is(err, ErrEmpty) {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, line := range via.taken {
		count[line]++
	}
	for _, from := range []string{"from@m000.example", "from@m001.example"} {
		for _, to := range []string{"to@a.example", "to@b.example"} {
			n := count[from+" "+to]
			if n > 1 || n == 0 && !doubtful[from] {
				t.Errorf("%s to %s: delivered %d times, in doubt %v", from, to, n, doubtful[from])
			}
		}
	}
	if diff := cmp.Diff(files, contentsOf(t, dir)); diff != "" {
		t.Errorf("originals: %s", diff)
	}
	return tr
}

func contentsOf(t *testing.T, dir string) map[string]int {
	t.Helper()
	out := map[string]int{}
	for name, places := range where(t, dir) {
		out[name] = len(places)
	}
	return out
}

// TestForgedHanding are journals with lines about other servers that no run writes.
func TestForgedHanding(t *testing.T) {
	for name, c := range map[string]struct {
		verb Verb
		kind string
		args []string
		had  bool
	}{
		"another verb":       {Inject, lineOwed, []string{"1"}, false},
		"offer before owed":  {Submit, lineOffer, []string{"a@b"}, false},
		"owed twice":         {Submit, lineOwed, []string{"1"}, true},
		"owed to nobody":     {Submit, lineOwed, []string{"0"}, false},
		"owed without":       {Submit, lineOwed, nil, false},
		"taken too short":    {Submit, lineTaken, []string{"1"}, true},
		"taken at no time":   {Submit, lineTaken, []string{"x", "ok", "a@b"}, true},
		"never before owed":  {Submit, lineNever, []string{"no"}, false},
		"notnow before owed": {Submit, lineNotNow, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			l := &ledger{head: head{verb: c.verb}, steps: []Step{{N: 1}}, phases: make([]phase, 1), handed: map[int]*handing{}}
			if c.had {
				l.handed[1] = newHanding(1, nil)
			}
			if err := l.event(1, c.kind, c.args); err == nil {
				t.Error("taken for good")
			}
		})
	}
}

var _ submit.Sender = (*post)(nil)
