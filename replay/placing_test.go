package replay

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/disk/faulty"
	"qclean/scan/spool"
)

// TestSideFilesTravel quarantines whole queues of real MTAs, with defer and
// bounce logs, journals and message logs, and takes that back. Where Postfix's
// logs are safe in their place they stay.
func TestSideFilesTravel(t *testing.T) {
	for _, r := range rigs() {
		t.Run(r.name, func(t *testing.T) {
			dir := r.lay(t, false)
			before, content := snapshot(t, dir), contents(t, dir)
			m, s := r.open(t, tree(t, dir), Options{})
			from := chosen(t, s, false)
			run, err := r.apply(t, m, s, Quarantine, from, testTime)
			if err != nil || run.Outcome != Complete || run.Done != len(from) {
				t.Fatalf("%+v %v", run, err)
			}
			for name := range snapshot(t, dir, ".old") {
				if info, err := os.Stat(filepath.Join(dir, name)); err != nil || !info.IsDir() && !(r.fits && isLog(name)) {
					t.Errorf("left in the queue: %s", name)
				}
			}
			if diff := cmp.Diff(content, contents(t, dir)); diff != "" {
				t.Errorf("in quarantine: %s", diff)
			}
			if v, err := m.Verify(ctx, run); err != nil || len(v.Wrong) > 0 || v.NoSum > 0 || v.Untouched == 0 {
				t.Errorf("verify: %+v %v", v, err)
			}
			undo, err := m.Undo(ctx, run)
			if err != nil || undo.Outcome != Complete {
				t.Fatalf("undo: %+v %v", undo, err)
			}
			same(t, "after undo", r.asAfterUndo(before), snapshot(t, dir, ".old"))
			again, err := m.Undo(ctx, undo)
			if err != nil || again.Done != len(from) {
				t.Fatalf("undo of undo: %+v %v", again, err)
			}
			if rest := chosen(t, s, false); len(rest) > 0 {
				t.Errorf("undo of undo left %d messages in the queue", len(rest))
			}
		})
	}
}

// TestPutBackGoesHome puts a quarantine back by selector instead of by undo.
func TestPutBackGoesHome(t *testing.T) {
	for _, r := range rigs() {
		t.Run(r.name, func(t *testing.T) {
			dir := r.lay(t, false)
			before := snapshot(t, dir)
			m, s := r.open(t, tree(t, dir), Options{})
			if _, err := r.apply(t, m, s, Quarantine, chosen(t, s, false), testTime); err != nil {
				t.Fatal(err)
			}
			run, err := r.apply(t, m, s, PutBack, chosen(t, s, true), testTime.Add(time.Hour))
			if err != nil || run.Outcome != Complete {
				t.Fatalf("%+v %v", run, err)
			}
			same(t, "put back", r.asAfterUndo(before), snapshot(t, dir, ".old"))
		})
	}
}

// TestPutBackYieldsToTheNewOne is a queue ID that has come again meanwhile.
func TestPutBackYieldsToTheNewOne(t *testing.T) {
	for _, r := range rigs() {
		t.Run(r.name, func(t *testing.T) {
			dir := r.lay(t, true)
			m, s := r.open(t, tree(t, dir), Options{})
			all := chosen(t, s, false)
			if _, err := r.apply(t, m, s, Quarantine, all, testTime); err != nil {
				t.Fatal(err)
			}
			back := chosen(t, s, true)
			p, err := NewPlan(s, PutBack, "all", back, testTime.Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range all[0].Entry.Files { // after the plan
				put(t, filepath.Join(dir, f.Name), "another")
			}
			run, err := m.Apply(ctx, p)
			if err != nil || run.Skipped[whyExists] != 1 || run.Done != len(all)-1 {
				t.Errorf("%+v %v", run, err)
			}
			_, s = r.open(t, tree(t, dir), Options{}) // as the next command
			left := chosen(t, s, true)
			if p, err := NewPlan(s, PutBack, "all", left, testTime.Add(2*time.Hour)); !errors.Is(err, ErrEmpty) || len(left) != 1 {
				t.Errorf("planned once more: %+v %v", p, err)
			}
		})
	}
}

// TestRetriedMessageIsTheSame: an attempt between the scan and the move
// changes times and marks, and with Exim the header file as a whole.
func TestRetriedMessageIsTheSame(t *testing.T) {
	for _, r := range rigs() {
		t.Run(r.name, func(t *testing.T) {
			dir := r.lay(t, true)
			m, s := r.open(t, tree(t, dir), Options{})
			all := chosen(t, s, false)
			p, err := NewPlan(s, Quarantine, "all", all, testTime)
			if err != nil {
				t.Fatal(err)
			}
			for _, pick := range all {
				name := filepath.Join(dir, pick.Entry.Files[0].Name)
				data, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				if r.name == "exim" { // spool_out.c: a new file, and rename
					err = errors.Join(os.WriteFile(name+".new", data, 0o640), os.Rename(name+".new", name))
				} else {
					err = os.Chtimes(name, testTime, testTime.Add(time.Hour))
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if run, err := m.Apply(ctx, p); err != nil || run.Done != len(all) {
				t.Errorf("%+v %v", run, err)
			}
		})
	}
}

// TestLogsComeAndGo plays an MTA that writes its logs anew between the intent
// and the move.
func TestLogsComeAndGo(t *testing.T) {
	const log = "postfix/defer/B/BA6BE99032D"
	r := rigs()[0]
	for name, c := range map[string]struct {
		change func(dir string)
		log    string // its content in quarantine
	}{
		"gone": {func(dir string) { os.Remove(filepath.Join(dir, log)) }, ""},
		"new":  {func(dir string) { os.Remove(filepath.Join(dir, log)); put(t, filepath.Join(dir, log), "new") }, "new"},
		"came": {func(dir string) { put(t, filepath.Join(dir, "postfix/bounce/BA6BE99032D"), "came") }, "came"},
		"forbidden": {func(dir string) {
			os.Remove(filepath.Join(dir, log))
			os.Symlink("/etc/passwd", filepath.Join(dir, log))
		}, ""},
	} {
		for _, moment := range []string{"claim", "move"} {
			t.Run(name+" at "+moment, func(t *testing.T) {
				dir := r.lay(t, true)
				changed := false
				tr := faulty.Open(t, dir, faulty.Faults{Before: func(op faulty.Op) {
					at := op.Kind == faulty.OpLock && strings.HasSuffix(op.Name, "BA6BE99032D")
					if moment == "move" {
						at = op.Kind == faulty.OpMove && strings.HasSuffix(op.Name, "deferred/B/BA6BE99032D")
					}
					if at && !changed {
						changed = true
						c.change(dir)
					}
				}})
				m, s := r.open(t, tr, Options{})
				all := chosen(t, s, false)
				run, err := r.apply(t, m, s, Quarantine, all, testTime)
				if err != nil || run.Done != len(all) || !changed {
					t.Fatalf("%+v %v, changed %v", run, err, changed)
				}
				shelf := filepath.Join(dir, "postfix/.old/deferred", run.Name)
				kind := ".defer"
				if name == "came" {
					kind = ".bounce"
				}
				var got []byte
				if info, err := os.Lstat(filepath.Join(shelf, "BA6BE99032D"+kind)); err == nil && info.Mode().IsRegular() {
					got, _ = os.ReadFile(filepath.Join(shelf, "BA6BE99032D"+kind))
				}
				if string(got) != c.log && !(name == "came" && moment == "move") {
					t.Errorf("log in quarantine is %q, want %q", got, c.log)
				}
				if _, err := os.Stat(filepath.Join(shelf, "BA6BE99032D")); err != nil {
					t.Error(err)
				}
				if undo, err := m.Undo(ctx, run); err != nil || undo.Outcome != Complete {
					t.Errorf("undo: %+v %v", undo, err)
				}
			})
		}
	}
}

// TestForgedLogMoves are journals that would take other files than a
// message's own side files.
func TestForgedLogMoves(t *testing.T) {
	r := rigs()[0]
	dir := r.lay(t, true)
	m, _ := r.open(t, tree(t, dir), Options{})
	old := "postfix/.old/deferred/20261122-054300-quarantine/"
	for name, c := range map[string]struct {
		verb Verb
		move Move
		want bool
	}{
		"its log":              {Quarantine, Move{Role: spool.Log, From: "postfix/defer/B/BA6BE99032D", To: old + "x"}, true},
		"unhashed":             {Quarantine, Move{Role: spool.Log, From: "postfix/bounce/BA6BE99032D", To: old + "x"}, true},
		"another's":            {Quarantine, Move{Role: spool.Log, From: "postfix/defer/C/C3F46990340", To: old + "x"}, false},
		"no log":               {Quarantine, Move{Role: spool.Body, From: "postfix/defer/B/BA6BE99032D", To: old + "x"}, false},
		"of another folder":    {Quarantine, Move{Role: spool.Log, From: "postfix/pid/BA6BE99032D", To: old + "x"}, false},
		"the folder itself":    {Quarantine, Move{Role: spool.Log, From: "postfix/defer", To: old + "x"}, false},
		"back":                 {PutBack, Move{Role: spool.Log, From: old + "x", To: "postfix/trace/BA6BE99032D"}, true},
		"back to another name": {PutBack, Move{Role: spool.Log, From: old + "x", To: "postfix/trace/C3F46990340"}, false},
		"back out of nowhere":  {PutBack, Move{Role: spool.Log, From: "postfix/pid/x", To: "postfix/trace/BA6BE99032D"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			l := &ledger{head: head{run: "20261122-054300-quarantine", verb: c.verb}, at: m.at}
			if got := l.allowed(Step{ID: "BA6BE99032D"}, c.move); got != c.want {
				t.Errorf("allowed: %v", got)
			}
		})
	}
}

// TestPickupNames are names that Postfix's pickup takes (mail_queue.c: letters,
// digits and "_").
func TestPickupNames(t *testing.T) {
	r := rigs()[0]
	dir := r.lay(t, true)
	m, s := r.open(t, tree(t, dir), Options{})
	if _, err := r.apply(t, m, s, Quarantine, chosen(t, s, false), testTime); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "postfix/maildrop/BA6BE99032D"), "taken")
	back := chosen(t, s, true)
	run, err := r.apply(t, m, s, Inject, back, testTime.Add(time.Hour))
	if err != nil || run.Done != len(back) {
		t.Fatalf("%+v %v", run, err)
	}
	got := []string{}
	files, _ := os.ReadDir(filepath.Join(dir, "postfix/maildrop"))
	for _, f := range files {
		got = append(got, f.Name())
		if info, _ := f.Info(); f.Name() != "BA6BE99032D" && info.Mode().Perm()&0o700 != 0o700 {
			t.Errorf("%s has mode %v: pickup waits for it for ever", f.Name(), info.Mode())
		}
	}
	if diff := cmp.Diff([]string{"BA6BE99032D", "BA6BE99032D_2", "C3F46990340", "C814F99034E"}, got); diff != "" {
		t.Error(diff)
	}
	// Taken back, as long as pickup has not come.
	undo, err := m.Undo(ctx, run)
	if err != nil || undo.Done != len(back) {
		t.Errorf("undo: %+v %v", undo, err)
	}
	if files, _ := os.ReadDir(filepath.Join(dir, "postfix/maildrop")); len(files) != 1 {
		t.Errorf("left in maildrop: %v", files)
	}
}

// TestMaildropCanBeQuarantined: Postfix's pickup folder is a queue as well.
func TestMaildropCanBeQuarantined(t *testing.T) {
	r := rigs()[0]
	dir := r.lay(t, false)
	before := snapshot(t, dir)
	m, s := r.open(t, tree(t, dir), Options{})
	var drop []Pick
	for _, pick := range chosen(t, s, false) {
		if pick.Entry.Queue == "maildrop" {
			drop = append(drop, pick)
		}
	}
	run, err := r.apply(t, m, s, Quarantine, drop, testTime)
	if err != nil || run.Done != 1 {
		t.Fatalf("%+v %v", run, err)
	}
	if undo, err := m.Undo(ctx, run); err != nil || undo.Done != 1 {
		t.Fatalf("undo: %+v %v", undo, err)
	}
	same(t, "after undo", before, snapshot(t, dir, ".old"))
}
