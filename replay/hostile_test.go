package replay

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"qclean/replay/journal"
)

// bytesFile is a journal's file in memory.
type bytesFile struct{ bytes.Buffer }

func (*bytesFile) Sync() error          { return nil }
func (*bytesFile) Truncate(int64) error { return nil }

// forge writes a journal with good checksums. Each line is the kind and its
// arguments.
func forge(t testing.TB, lines ...[]string) []byte {
	t.Helper()
	f := &bytesFile{}
	w := journal.NewWriter(f)
	for _, l := range lines {
		if err := w.Append(l[0], l[1:]...); err != nil {
			t.Fatal(err)
		}
		if l[0] == lineReady || l[0] == lineIntent {
			w.Sync()
		}
	}
	if err := w.Sync(); err != nil {
		t.Fatal(err)
	}
	return f.Bytes()
}

const forgedRun = "20261122-054300-quarantine"

func forgedHead(run string) [][]string {
	verb, _ := verbOf(run)
	h := head{run: run, verb: verb, began: testTime, boot: "boot-1", queues: (&pair{}).Layout().Queues[:1]}
	if verb == Undo {
		h.of = forgedRun
	}
	var out [][]string
	for _, l := range h.lines() {
		out = append(out, append([]string{l.Kind}, l.Args...))
	}
	return out
}

func step(n int, kind Kind, moves ...string) []string {
	out := []string{lineStep, strconv.Itoa(n), string(kind), "id", "out", "", "1", "note"}
	for i := 0; i < len(moves); i += 2 {
		out = append(out, "control", moves[i], moves[i+1])
	}
	return out
}

func TestRefusesHostileJournal(t *testing.T) {
	run := "out.old/" + forgedRun
	long := strings.Repeat("n", 256)
	tests := []struct {
		name  string
		run   string
		lines [][]string
	}{
		{"target outside", forgedRun, [][]string{step(1, Message, "out/m000.b", "../../etc/passwd")}},
		{"target above, in the middle", forgedRun, [][]string{step(1, Message, "out/m000.b", run+"/../../../etc/cron.d/x")}},
		{"absolute", forgedRun, [][]string{step(1, Message, "out/m000.b", "/etc/passwd")}},
		{"source outside", forgedRun, [][]string{step(1, Message, "../secret", run+"/x")}},
		{"absolute source", forgedRun, [][]string{step(1, Message, "/etc/shadow", run+"/x")}},
		{"source in no queue", forgedRun, [][]string{step(1, Message, "index.dat", run+"/x")}},
		{"another folder of the tree", forgedRun, [][]string{step(1, Message, "out/m000.b", "elsewhere/x")}},
		{"another run's folder", forgedRun, [][]string{step(1, Message, "out/m000.b", "out.old/20261122-054301-quarantine/x")}},
		{"the run's own things", forgedRun, [][]string{step(1, Message, "out/m000.b", run+"/.qclean/journal")}},
		{"straight into pickup", forgedRun, [][]string{step(1, Message, "out/m000.b", "pickup/x")}},
		{"queue to queue", forgedRun, [][]string{step(1, Message, "out/m000.b", "in/x")}},
		{"empty part", forgedRun, [][]string{step(1, Message, "out//m000.b", run+"/x")}},
		{"dot", forgedRun, [][]string{step(1, Message, "out/./m000.b", run+"/x")}},
		{"NUL", forgedRun, [][]string{step(1, Message, "out/m\x00", run+"/x")}},
		{"long name", forgedRun, [][]string{step(1, Message, "out/"+long, run+"/"+long)}},
		{"step twice", forgedRun, [][]string{step(1, Message, "out/m000.b", run+"/x"), step(2, Message, "out/m000.b", run+"/y")}},
		{"target twice", forgedRun, [][]string{step(1, Message, "out/m000.b", run+"/x"), step(2, Message, "out/m001.b", run+"/x")}},
		{"number twice", forgedRun, [][]string{step(1, Message, "out/m000.b", run+"/x"), step(1, Message, "out/m001.b", run+"/y")}},
		{"no target", forgedRun, [][]string{step(1, Message, "out/m000.b", "")}},
		{"kind", forgedRun, [][]string{step(1, "link", "out/m000.b", run+"/x")}},
		{"index that is none", forgedRun, [][]string{step(1, Index, "out/m000.b", run+"/.qclean/index/m000.b")}},
		{"index to a queue", forgedRun, [][]string{step(1, Index, "index.dat", "out/index.dat")}},
		{"folder in a quarantine", forgedRun, [][]string{step(1, Folder, "out", run+"/out")}},
		{"swap of a folder that is no queue", "20261122-054300-swap", [][]string{step(1, Folder, "pickup", "out.old/20261122-054300-swap/out")}},
		{"swap elsewhere", "20261122-054300-swap", [][]string{step(1, Folder, "out", "in")}},
		{"put-back into pickup", "20261122-054300-put-back", [][]string{step(1, Message, run+"/m", "pickup/m")}},
		{"replay without a plan for it", "20261122-054300-replay", [][]string{step(1, Message, run+"/m", "pickup/m")}},
		{"purge of the queue", "20261122-054300-purge", [][]string{step(1, Message, "out/m000.b", "")}},
		{"purge of a journal", "20261122-054300-purge", [][]string{step(1, Message, run+"/.qclean/journal", "")}},
		{"undo into pickup", "20261122-054300-undo", [][]string{step(1, Message, run+"/m", "pickup/m")}},
		{"where afterwards", forgedRun, [][]string{step(1, Message, "out/m000.b", run+"/x"), {lineReady}, {lineWhere, "1", "control", "out/m000.b", "../../x"}}},
		{"intent of no step", forgedRun, [][]string{{lineReady}, {lineIntent, "1", "1-2-3"}}},
		{"staged under another name", "20261122-054300-replay", [][]string{
			step(1, Message, run+"/m", "out.old/20261122-054300-replay/m"), {lineReady}, {lineIntent, "1", "1-2-3"},
			{lineStaged, "1", "../../x", "1-2-3", strings.Repeat("a", 64), "1", "m"}}},
		{"staged for another folder", "20261122-054300-replay", [][]string{
			step(1, Message, run+"/m", "out.old/20261122-054300-replay/m"), {lineReady}, {lineIntent, "1", "1-2-3"},
			{lineStaged, "1", "1", "1-2-3", strings.Repeat("a", 64), "1", "../out/m"}}},
		{"queue elsewhere", forgedRun, [][]string{{lineQueue, "in", "pickup", "in.old"}, step(1, Message, "out/m000.b", run+"/x")}},
		{"unknown line", forgedRun, [][]string{step(1, Message, "out/m000.b", run+"/x"), {"exec", "1", "rm"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := makeSpool(t, 2)
			lines := append(forgedHead(tt.run), tt.lines...)
			if tt.lines[len(tt.lines)-1][0] == lineStep {
				lines = append(lines, []string{lineReady, "1", "1"})
				if n := len(tt.lines); n == 1 {
					lines = append(lines, []string{lineIntent, "1", identOf(t, filepath.Join(dir, "out/m000.b"))})
				}
			}
			plant(t, dir, tt.run, forge(t, lines...))
			outside := filepath.Join(filepath.Dir(dir), "secret")
			put(t, outside, "secret")
			before := snapshot(t, filepath.Dir(dir), ".lock")
			m, _ := mover(t, tree(t, dir), Options{})
			if _, err := m.Recover(ctx); !errors.Is(err, ErrJournal) {
				t.Errorf("recover: %v", err)
			}
			if _, err := m.Apply(ctx, plan(t, dir, Quarantine, "m")); !errors.Is(err, ErrJournal) {
				t.Errorf("apply: %v", err)
			}
			if _, err := m.Undo(ctx, Run{Name: tt.run, Dir: "out.old/" + tt.run}); !errors.Is(err, ErrJournal) {
				t.Errorf("undo: %v", err)
			}
			after := snapshot(t, filepath.Dir(dir), ".lock")
			delete(after, "spool/in.old") // made for its lock
			same(t, "after all that", before, after)
		})
	}
}

func identOf(t testing.TB, name string) string {
	t.Helper()
	tr := tree(t, filepath.Dir(name))
	info, err := tr.Lstat(filepath.Base(name))
	if err != nil {
		t.Fatal(err)
	}
	return info.Ident()
}

// plant puts a journal where a run would have it.
func plant(t testing.TB, dir, run string, data []byte) {
	t.Helper()
	own := filepath.Join(dir, "out.old", run, ownDir)
	if err := os.MkdirAll(own, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(own, journalName), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestEndedHostileJournalIsRefusedByUndo: a run that says it has ended is not
// recovered, and still cannot be used.
func TestEndedHostileJournalIsRefusedByUndo(t *testing.T) {
	dir := makeSpool(t, 1)
	lines := append(forgedHead(forgedRun), step(1, Message, "out/m000.b", "../../x"), []string{lineReady, "1", "1"},
		[]string{lineIntent, "1", "1-2-3"}, []string{lineDone, "1"},
		append([]string{lineEnd}, ending{outcome: Complete, at: testTime, planned: 1, done: 1}.args()...))
	plant(t, dir, forgedRun, forge(t, lines...))
	m, _ := mover(t, tree(t, dir), Options{})
	run, err := m.LastRun(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Undo(ctx, run); !errors.Is(err, ErrJournal) {
		t.Errorf("undo: %v", err)
	}
	if _, err := m.Verify(ctx, run); !errors.Is(err, ErrJournal) {
		t.Errorf("verify: %v", err)
	}
	// It does not stand in the way of anything else.
	if run, err := m.Apply(ctx, plan(t, dir, Quarantine, "m")); err != nil || run.Done != 1 {
		t.Errorf("%+v %v", run, err)
	}
}
