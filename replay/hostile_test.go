package replay

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

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

// TestRefusesDamagedJournal turns and cuts a real journal everywhere: it is
// refused, or what is recovered from it loses nothing.
func TestRefusesDamagedJournal(t *testing.T) {
	dir := makeSpool(t, 2)
	want := snapshot(t, dir)
	m, _ := mover(t, tree(t, dir), Options{})
	run := mustApply(t, m, plan(t, dir, Quarantine, "m"))
	name := filepath.Join(dir, run.Dir, ownDir, journalName)
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	try := func(what string, data []byte) {
		t.Helper()
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		m, _ := mover(t, tree(t, dir), Options{})
		_, err := m.Recover(ctx)
		if err == nil {
			_, err = m.UndoPlan(ctx, run)
		}
		if err != nil && !errors.Is(err, ErrJournal) && !errors.Is(err, ErrEmpty) && !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("%s: %v", what, err)
		}
		if errors.Is(err, ErrJournal) {
			refused++
		}
		nothingLost(t, dir, want)
	}
	for i := 0; i < len(whole); i += stride(13) {
		flipped := bytes.Clone(whole)
		flipped[i] ^= 1 << (i % 8)
		try(fmt.Sprintf("byte %d turned", i), flipped)
		try(fmt.Sprintf("cut at %d", i), whole[:i])
	}
	if refused == 0 {
		t.Error("nothing was refused")
	}
	t.Logf("%d of %d refused", refused, 2*len(whole)/stride(13))
}

// TestRefusesStrangeFilesInItsWay: links, FIFOs and folders where the mover
// has its own files.
func TestRefusesStrangeFilesInItsWay(t *testing.T) {
	own := path.Join("out.old", forgedRun, ownDir)
	tests := []struct {
		name string
		make func(dir string) error
	}{
		{"journal is a link", func(dir string) error {
			os.MkdirAll(filepath.Join(dir, own), 0o700)
			return os.Symlink("/etc/passwd", filepath.Join(dir, own, journalName))
		}},
		{"journal is a FIFO", func(dir string) error {
			os.MkdirAll(filepath.Join(dir, own), 0o700)
			return unix.Mkfifo(filepath.Join(dir, own, journalName), 0o600)
		}},
		{"journal is a folder", func(dir string) error {
			return os.MkdirAll(filepath.Join(dir, own, journalName), 0o700)
		}},
		{"quarantine is a link", func(dir string) error {
			os.Mkdir(filepath.Join(dir, "..", "trap"), 0o700)
			return os.Symlink("../trap", filepath.Join(dir, "out.old"))
		}},
		{"quarantine is a file", func(dir string) error { return os.WriteFile(filepath.Join(dir, "out.old"), nil, 0o600) }},
		{"lock is a link", func(dir string) error {
			os.Mkdir(filepath.Join(dir, "out.old"), 0o700)
			return os.Symlink("../../secret", filepath.Join(dir, "out.old", lockName))
		}},
		{"lock is a hard link", func(dir string) error {
			os.Mkdir(filepath.Join(dir, "out.old"), 0o700)
			return os.Link(filepath.Join(dir, "../secret"), filepath.Join(dir, "out.old", lockName))
		}},
		{"lock is a FIFO", func(dir string) error {
			os.Mkdir(filepath.Join(dir, "out.old"), 0o700)
			return unix.Mkfifo(filepath.Join(dir, "out.old", lockName), 0o600)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := makeSpool(t, 2)
			put(t, filepath.Join(dir, "../secret"), "secret")
			pl := plan(t, dir, Quarantine, "m")
			if err := tt.make(dir); err != nil {
				t.Fatal(err)
			}
			before := snapshot(t, filepath.Dir(dir), ".lock", "in.old")
			m, _ := mover(t, tree(t, dir), Options{})
			if run, err := m.Apply(ctx, pl); err == nil {
				t.Errorf("%+v", run)
			}
			same(t, "after it was refused", before, snapshot(t, filepath.Dir(dir), ".lock", "in.old"))
		})
	}
}

// FuzzLoad feeds journals with good checksums and arbitrary words, and raw
// ones: whatever is accepted stays within the spool.
func FuzzLoad(f *testing.F) {
	run := "out.old/" + forgedRun
	f.Add([]byte("step 1 message id out - 1 note control out/m000.b " + run + "/x\nready\nintent 1 1-2-3\ndone 1"))
	f.Add([]byte("step 1 message id out - 1 note control ../x /etc/passwd\nready"))
	f.Add([]byte("step 1 index - - - 0 - control index.dat " + run + "/.qclean/index/index.dat\nready\nskip 1 gone\nend done"))
	at := places{(&pair{}).Layout()}
	f.Fuzz(func(t *testing.T, data []byte) {
		load(at, run, journal.NewReader(bytes.NewReader(data)))
		b := &bytesFile{}
		w := journal.NewWriter(b)
		for _, l := range forgedHead(forgedRun) {
			w.Append(l[0], l[1:]...)
		}
		for line := range strings.SplitSeq(string(data), "\n") {
			words := strings.Split(line, " ")
			if w.Append(words[0], words[1:]...) != nil {
				return
			}
		}
		w.Sync()
		l, err := load(at, run, journal.NewReader(bytes.NewReader(b.Bytes())))
		if err != nil || !l.ready {
			return
		}
		for _, s := range l.steps {
			for _, m := range s.Moves {
				for _, name := range []string{m.From, m.To} {
					if name != path.Clean(name) || strings.HasPrefix(name, "/") || strings.HasPrefix(name, "..") ||
						!strings.HasPrefix(name, "out/") && !strings.HasPrefix(name, "in/") && name != "index.dat" &&
							!strings.HasPrefix(name, "out.old/") && !strings.HasPrefix(name, "in.old/") {
						t.Fatalf("accepted %q", name)
					}
				}
			}
		}
	})
}
