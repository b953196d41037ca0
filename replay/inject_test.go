package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"qclean/scan/disk/faulty"
)

// quarantined makes a spool whose n messages lie in quarantine.
func quarantined(t *testing.T, n int) string {
	t.Helper()
	dir := makeSpool(t, n)
	m, _ := mover(t, tree(t, dir), Options{})
	mustApply(t, m, plan(t, dir, Quarantine, "m"))
	return dir
}

// takePickup is an MTA: it takes what is in pickup, and counts by subject.
func takePickup(dir string, got map[string]int) {
	names, _ := os.ReadDir(filepath.Join(dir, "pickup"))
	for _, d := range names {
		name := filepath.Join(dir, "pickup", d.Name())
		data, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		_, subject, _ := strings.Cut(string(data), "Subject: ")
		subject, _, _ = strings.Cut(subject, "\r\n")
		got[subject]++
		os.Remove(name)
	}
}

// replayAll plans and applies a replay of all that may be replayed.
func replayAll(t *testing.T, m *Mover, p *pair) (Run, error) {
	t.Helper()
	healthy := &pair{t: tree(t, m.tree.Path())}
	pl, err := NewPlan(p, Inject, "--id m", picks(t, healthy, true, "m"), m.o.Now())
	if err != nil {
		return Run{}, err
	}
	return m.Apply(ctx, pl)
}

func later(m *Mover) *Mover {
	m.o.Now = clockFrom(testTime.Add(time.Hour))
	return m
}

func TestReplayKeepsEnvelopeAndOriginal(t *testing.T) {
	dir := quarantined(t, 5)
	m, p := mover(t, tree(t, dir), Options{})
	put(t, filepath.Join(dir, "pickup/m003.eml"), "somebody else's")
	run, err := replayAll(t, later(m), p)
	if err != nil || run.Done != 5 || run.Outcome != Complete {
		t.Fatalf("%+v %v", run, err)
	}
	for name, subject := range map[string]string{"m001.eml": "m001", "m003_2.eml": "m003"} {
		got, err := os.ReadFile(filepath.Join(dir, "pickup", name))
		if err != nil {
			t.Fatal(err)
		}
		want := "X-Receiver: to@a.example\r\nX-Receiver: to@b.example\r\nX-Sender: <from@" + subject + ".example>\r\n" +
			"Subject: " + subject + "\r\n\r\nHello from " + subject + "\r\n"
		if diff := gocmp.Diff(want, string(got)); diff != "" {
			t.Error(diff)
		}
		if _, err := os.Stat(filepath.Join(dir, run.Dir, subject+".b")); err != nil {
			t.Error("the original is not kept:", err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "index.dat")); err == nil {
		t.Error("the fixture lost its point: quarantine leaves the index")
	}
	// Nobody can replay them, or put them back, once more.
	if _, err := replayAll(t, m, p); !errors.Is(err, ErrEmpty) {
		t.Errorf("again: %v", err)
	}
	if _, err := NewPlan(p, PutBack, "", picks(t, p, true, "m"), testTime); !errors.Is(err, ErrEmpty) {
		t.Errorf("put back: %v", err)
	}
	// Nor with a plan that was made by other means.
	forged := &Plan{Run: "20261122-090000-replay", Verb: Inject}
	for _, pick := range picks(t, p, true, "m001") {
		s, _, err := newStep(p, m.at, forged.Run, Inject, pick)
		if err != nil {
			t.Fatal(err)
		}
		forged.add(s)
	}
	if run, err := m.Apply(ctx, forged); err != nil || run.Done != 0 || run.Skipped["replayed"] != 1 {
		t.Errorf("forged plan: %+v %v", run, err)
	}
}

func TestReplayTakesOnlyWholeMessages(t *testing.T) {
	tests := []struct {
		name, control, body, reason string
	}{
		{"empty", "a@a\nb@b\n", "", "empty"},
		{"blanks", "a@a\nb@b\n", "\r\n \r\n", "empty"},
		{"damaged", "a@a\nb@b\n", "damaged", "incomplete"},
		{"no recipient", "a@a\n", "Subject: x\r\n\r\n", "no recipients"},
		{"line end in an address", "a@a\nb@b>\n", "Subject: x\r\n\r\n", "envelope"},
		{"null sender", "\nb@b\n", "Subject: x\r\n\r\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := makeSpool(t, 0)
			put(t, filepath.Join(dir, "out/m.c"), tt.control)
			put(t, filepath.Join(dir, "out/m.b"), tt.body)
			m, p := mover(t, tree(t, dir), Options{})
			mustApply(t, m, plan(t, dir, Quarantine, "m"))
			before := snapshot(t, dir, "-replay", ".lock")
			run, err := replayAll(t, later(m), p)
			if err != nil {
				t.Fatal(err)
			}
			if tt.reason == "" {
				if run.Done != 1 {
					t.Errorf("%+v", run)
				}
				return
			}
			if run.Skipped[tt.reason] != 1 || run.Outcome != InPart {
				t.Errorf("%+v", run)
			}
			same(t, "after a replay that did nothing", before, snapshot(t, dir, "-replay", ".lock"))
		})
	}
}

func TestUndoOfReplayTakesBackWhatIsStillThere(t *testing.T) {
	dir := quarantined(t, 4)
	m, p := mover(t, tree(t, dir), Options{})
	before := snapshot(t, filepath.Join(dir, "out.old"), "-replay", "-undo", ".lock")
	run, err := replayAll(t, later(m), p)
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(dir, "pickup/m001.eml")) // delivered
	put(t, filepath.Join(dir, "pickup/m002.eml"), "written to")
	undo, err := m.Undo(ctx, run)
	if err != nil {
		t.Fatal(err)
	}
	if undo.Done != 2 || undo.Skipped["delivered"] != 1 || undo.Skipped["changed"] != 1 {
		t.Errorf("%+v", undo)
	}
	for name, there := range map[string]bool{
		"pickup/m000.eml": false, "pickup/m002.eml": true,
		run.Dir + "/m000.c": false, run.Dir + "/m001.c": true, run.Dir + "/m002.c": true,
	} {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != there {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := m.Undo(ctx, undo); !errors.Is(err, ErrNoUndo) {
		t.Errorf("undo of that: %v", err)
	}
	// Those that came back can be replayed, and taken back, again.
	again, err := replayAll(t, m, p)
	if err != nil || again.Done != 2 {
		t.Fatalf("%+v %v", again, err)
	}
	if undo, err := m.Undo(ctx, again); err != nil || undo.Done != 2 {
		t.Fatalf("%+v %v", undo, err)
	}
	after := snapshot(t, filepath.Join(dir, "out.old"), "-replay", "-undo", ".lock")
	for name, text := range before {
		if !strings.Contains(name, "m001") && !strings.Contains(name, "m002") && after[name] != text {
			t.Errorf("%s: %s, was %s", name, after[name], text)
		}
	}
}

// TestReplayKeepsItsPace: the rate holds within a run, and from run to run.
func TestReplayKeepsItsPace(t *testing.T) {
	dir := quarantined(t, 6)
	now := testTime.Add(time.Hour)
	var slept []time.Duration
	o := Options{Rate: 4, Now: func() time.Time { return now }, Sleep: func(_ context.Context, d time.Duration) error {
		slept = append(slept, d.Round(time.Millisecond))
		now = now.Add(d)
		return nil
	}}
	m, p := mover(t, tree(t, dir), o)
	stop, cancel := context.WithCancel(ctx)
	m.o.Progress = func(pr Progress) {
		if pr.Done == 3 {
			cancel()
		}
	}
	pl, err := NewPlan(p, Inject, "", picks(t, p, true, "m"), now)
	if err != nil {
		t.Fatal(err)
	}
	run, err := m.Apply(stop, pl)
	if !errors.Is(err, context.Canceled) || run.Done != 3 || run.Outcome != Interrupted {
		t.Fatalf("%+v %v", run, err)
	}
	now = now.Add(100 * time.Millisecond)
	m, p = mover(t, tree(t, dir), o)
	if run, err = replayAll(t, m, p); err != nil || run.Done != 3 {
		t.Fatalf("%+v %v", run, err)
	}
	ms := time.Millisecond
	if diff := gocmp.Diff([]time.Duration{250 * ms, 250 * ms, 150 * ms, 250 * ms, 250 * ms}, slept); diff != "" {
		t.Error(diff)
	}
}

// TestReplayKeepsItsPaceOverDeaths kills a replay at one of its operations,
// again and again, and starts the next without waiting: no two messages reach
// pickup faster than the rate allows.
func TestReplayKeepsItsPaceOverDeaths(t *testing.T) {
	const n, gap = 3, 250 * time.Millisecond
	through := 0
	ops := sweep(t, 3, func(t *testing.T, i int) *faulty.Tree {
		dir := quarantined(t, n)
		now := testTime.Add(time.Hour)
		var came []time.Time
		look := func(faulty.Op) {
			names, _ := os.ReadDir(filepath.Join(dir, "pickup"))
			for range len(names) - len(came) {
				came = append(came, now)
			}
		}
		o := Options{Rate: 4, Batch: 2, Now: func() time.Time { return now }, Sleep: func(_ context.Context, d time.Duration) error {
			now = now.Add(d)
			return nil
		}}
		var first *faulty.Tree
		for range 2 * n { // with few operations a life, it never gets there
			tr := faulty.Open(t, dir, faulty.Faults{DieAt: i, Torn: i%2 == 0, Only: faulty.Op.Changes, Before: look})
			first = cmp.Or(first, tr)
			m, p := mover(t, tr, o)
			if _, err := m.Recover(ctx); err == nil {
				replayAll(t, m, p) // with whatever error
			}
			look(faulty.Op{})
		}
		for k := 1; k < len(came); k++ {
			if d := came[k].Sub(came[k-1]); d < gap {
				t.Errorf("message %d came %v after the one before", k+1, d)
			}
		}
		if len(came) == n {
			through++
		}
		return first
	})
	t.Logf("died at %d operations, of which %d let all through in time", ops, through)
	if through < 2 {
		t.Error("nothing was shown")
	}
}

// TestReplayNeverTwice throws every fault at a replay while an MTA empties
// pickup, recovers, and replays the rest: each message is delivered once.
func TestReplayNeverTwice(t *testing.T) {
	const n = 3
	type fault struct {
		name   string
		faults faulty.Faults
		crash  *faulty.Power
	}
	faults := []fault{
		{"death", faulty.Faults{Only: faulty.Op.Changes, Torn: true}, nil},
		{"EIO", faulty.Faults{Err: unix.EIO, Torn: true}, nil},
		{"EIO for good", faulty.Faults{Err: unix.EIO, Stuck: true}, nil},
		{"full disk", faulty.Faults{Err: unix.ENOSPC, Stuck: true, Torn: true, Only: faulty.Op.Changes}, nil},
		{"power", faulty.Faults{Only: faulty.Op.Changes}, &faulty.Power{}},
		{"power, halves", faulty.Faults{Only: faulty.Op.Changes}, &faulty.Power{Split: true}},
		{"power, luck", faulty.Faults{Only: faulty.Op.Changes}, &faulty.Power{Entries: faulty.Luck(7), Data: faulty.DataZeros}},
		{"power, all entries", faulty.Faults{Only: faulty.Op.Changes}, &faulty.Power{Entries: faulty.All}},
	}
	for _, f := range faults {
		for _, quick := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/MTA quick %v", f.name, quick), func(t *testing.T) {
				doubts := 0
				ops := sweep(t, 5, func(t *testing.T, i int) *faulty.Tree {
					dir := quarantined(t, n)
					want := snapshot(t, dir)
					got := map[string]int{}
					set := f.faults
					if set.Err == nil {
						set.DieAt = i
					} else {
						set.FailAt = i
					}
					if quick {
						set.Before = func(faulty.Op) { takePickup(dir, got) }
					}
					tr := faulty.Open(t, dir, set)
					m, p := mover(t, tr, Options{Batch: 2})
					replayAll(t, later(m), p) // with whatever error
					boot := "boot-1"
					if f.crash != nil {
						boot = "boot-2"
						if err := tr.Crash(*f.crash); err != nil {
							t.Fatal(err)
						}
					}
					takePickup(dir, got)
					doubts += replayRest(t, dir, boot, got)
					for i := range n {
						if name := fmt.Sprintf("m%03d", i); got[name] > 1 || f.crash == nil && got[name] != 1 {
							t.Errorf("%s was delivered %d times", name, got[name])
						}
					}
					nothingLost(t, dir, want)
					return tr
				})
				t.Logf("%d operations, %d messages in doubt", ops, doubts)
				if f.crash == nil && doubts > 0 {
					t.Error("in doubt without a power loss")
				}
			})
		}
	}
}

// replayRest recovers, and replays what was not, until nothing is left.
func replayRest(t *testing.T, dir, boot string, got map[string]int) (doubts int) {
	t.Helper()
	m, p := mover(t, tree(t, dir), Options{Boot: boot, Now: clockFrom(testTime.Add(2 * time.Hour))})
	runs, err := m.Recover(ctx)
	if err != nil {
		t.Fatal("recover:", err)
	}
	for _, r := range runs {
		doubts += r.Skipped[whyDoubt]
	}
	takePickup(dir, got)
	if _, err := replayAll(t, m, p); err != nil && !errors.Is(err, ErrEmpty) {
		t.Fatal("replay the rest:", err)
	}
	takePickup(dir, got)
	missing := 0
	for name := range where(t, dir) {
		if name, ok := strings.CutSuffix(name, ".c"); ok && strings.HasPrefix(name, "m") && got[name] == 0 {
			missing++
		}
	}
	if missing > doubts {
		t.Errorf("%d were not delivered, and only %d named as in doubt", missing, doubts)
	}
	return doubts
}

// TestReplaySendsNobodysFile: whoever owns a queue that was swapped links a file
// from outside into it for as long as a message is read, and has the message
// back in its place whenever somebody looks.
func TestReplaySendsNobodysFile(t *testing.T) {
	for verb, reason := range map[Verb]string{Inject: whyChanged, Submit: whyError} {
		t.Run(string(verb), func(t *testing.T) { sendsNobodysFile(t, verb, reason) })
	}
}

func sendsNobodysFile(t *testing.T, verb Verb, reason string) {
	dir := makeSpool(t, 2)
	outside := filepath.Join(filepath.Dir(dir), "shadow")
	put(t, outside, "Subject: SECRET\r\n\r\nSECRET")
	m, p := mover(t, tree(t, dir), Options{})
	name := mustSwap(t, m, p, nil, "").Dir + "/out/m000.b"
	at, linked := filepath.Join(dir, name), 0
	message, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	server := &post{}
	m, p = mover(t, faulty.Open(t, dir, faulty.Faults{Before: func(o faulty.Op) {
		_, err := os.Lstat(at + ".away")
		switch away := err == nil; {
		case !away && o.Kind == faulty.OpOpen && o.Name == name:
			if err := errors.Join(os.Rename(at, at+".away"), os.Link(outside, at)); err != nil {
				t.Error(err)
			}
			linked++
		case away && o.Kind != faulty.OpRead && o.Kind != faulty.OpStat:
			if err := os.Rename(at+".away", at); err != nil {
				t.Error(err)
			}
		}
	}}), Options{Via: server})
	pl, err := NewPlan(p, verb, "", someEntries(p, true), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	run, err := m.Apply(ctx, pl)
	if err != nil || linked == 0 || run.Done != len(pl.Steps)-1 || run.Skipped[reason] != 1 {
		t.Errorf("linked %d times: %+v, %v", linked, run, err)
	}
	noSecrets(t, filepath.Join(dir, "pickup"))
	for from, text := range server.texts {
		if strings.Contains(text, "SECRET") {
			t.Errorf("what %s sent has what lies outside", from)
		}
	}
	if data, err := os.ReadFile(at); err != nil || string(data) != string(message) {
		t.Errorf("the message is not where it was: %q, %v", data, err)
	}
}
