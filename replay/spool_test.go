package replay

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

var (
	testTime = time.Date(2026, 11, 22, 5, 43, 0, 0, time.UTC)
	ctx      = context.Background()
)

// makeSpool writes a spool of n messages, named m000…, and gives its folder.
func makeSpool(t testing.TB, n int) string {
	t.Helper()
	return makeSpoolIn(t, scratch(t), n)
}

func makeSpoolIn(t testing.TB, parent string, n int) string {
	t.Helper()
	dir := filepath.Join(parent, "spool")
	for _, sub := range []string{"", "out", "in", "pickup"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		putMessage(t, dir, "out", fmt.Sprintf("m%03d", i))
	}
	putMessage(t, dir, "in", "other")
	put(t, filepath.Join(dir, "index.dat"), "index")
	return dir
}

// scratch is a folder in memory, if there is such a filesystem: tests sync
// some ten thousand times, and the power of the machine stays on.
func scratch(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "qclean-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func putMessage(t testing.TB, dir, queue, name string) {
	t.Helper()
	put(t, filepath.Join(dir, queue, name+".c"), "from@"+name+".example\nto@a.example\nto@b.example\n")
	put(t, filepath.Join(dir, queue, name+".b"), "Subject: "+name+"\r\n\r\nHello from "+name+"\r\n")
}

func put(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	old := testTime.Add(-time.Hour)
	if err := os.Chtimes(name, old, old); err != nil {
		t.Fatal(err)
	}
}

// tree opens a folder for a test.
func tree(t testing.TB, dir string) disk.Tree {
	t.Helper()
	tr, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.Close() })
	return tr
}

// clock gives times a second apart.
func clock() func() time.Time { return clockFrom(testTime) }

func clockFrom(at time.Time) func() time.Time {
	return func() time.Time {
		at = at.Add(time.Second)
		return at
	}
}

// mover gives a Mover over a tree, healthy or faulty, that meets the
// operations of its tree in the same order each time.
func mover(t testing.TB, tr disk.Tree, o Options) (*Mover, *pair) {
	t.Helper()
	if o.Now == nil {
		o.Now = clock()
	}
	if o.Boot == "" {
		o.Boot = "boot-1"
	}
	if o.Batch == 0 {
		o.Batch = 3
	}
	o.Host, o.PID = "host", 42
	p := &pair{t: tr}
	m, err := New(tr, p, o)
	if err != nil {
		t.Fatal(err)
	}
	m.inline = true
	return m, p
}

// picks chooses the messages of a queue, or of the quarantine, whose ID has
// the prefix.
func picks(t testing.TB, p *pair, quarantined bool, prefix string) []Pick {
	t.Helper()
	var out []Pick
	entries := p.Entries(ctx)
	if quarantined {
		entries = p.Quarantined(ctx)
	}
	for e, err := range entries {
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(e.ID), prefix) {
			continue
		}
		if err := p.Stat(ctx, &e); err != nil {
			t.Fatal(err)
		}
		out = append(out, Pick{Entry: e, Note: "campaign 4bXk"})
	}
	slices.SortFunc(out, func(a, b Pick) int { return strings.Compare(string(a.Entry.ID), string(b.Entry.ID)) })
	return out
}

// plan makes a plan for all messages with the prefix, on a healthy tree.
func plan(t testing.TB, dir string, v Verb, prefix string) *Plan {
	t.Helper()
	p := &pair{t: tree(t, dir)}
	pl, err := NewPlan(p, v, "--id "+prefix, picks(t, p, v != Quarantine, prefix), testTime)
	if err != nil {
		t.Fatal(err)
	}
	return pl
}

// snapshot is all of a folder: type, mode, owner, time and content by name.
// Names that contain skip are left out; times of folders are not kept.
func snapshot(t testing.TB, dir string, skip ...string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		for _, s := range skip {
			if strings.Contains(rel, s) {
				if d.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		st := info.Sys().(*syscall.Stat_t)
		text := fmt.Sprintf("%v %d:%d", info.Mode(), st.Uid, st.Gid)
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			text += fmt.Sprintf(" %d %d %x", info.Size(), info.ModTime().UnixNano(), sha256.Sum256(data))
		}
		out[rel] = text
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// where tells in which folders each message file of a spool lies, whatever
// its content: for the rule that each is in exactly one place.
func where(t testing.TB, dir string) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			t.Fatal(err)
		}
		if ext := filepath.Ext(name); !d.IsDir() && (ext == ".c" || ext == ".b") {
			rel, _ := filepath.Rel(dir, name)
			out[d.Name()] = append(out[d.Name()], rel)
		}
		return nil
	})
	return out
}

// nothingLost checks that every message file of want is there exactly once,
// with its bytes.
func nothingLost(t testing.TB, dir string, want map[string]string) {
	t.Helper()
	got := where(t, dir)
	all := snapshot(t, dir)
	for name, text := range want {
		ext := filepath.Ext(name)
		if ext != ".c" && ext != ".b" {
			continue
		}
		places := got[filepath.Base(name)]
		if len(places) != 1 {
			t.Errorf("%s is at %q", name, places)
			continue
		}
		if all[places[0]] != text {
			t.Errorf("%s at %s: %s, was %s", name, places[0], all[places[0]], text)
		}
	}
}

func same(t testing.TB, what string, want, got map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: (-want +got)\n%s", what, diff)
	}
}

// mustSwap swaps the queues of these names, all for nil.
func mustSwap(t testing.TB, m *Mover, s spool.Spool, queues []string, selector string) Run {
	t.Helper()
	pl, err := NewSwap(s, queues, selector, m.o.Now())
	if err != nil {
		t.Fatal(err)
	}
	return mustApply(t, m, pl)
}

func mustApply(t testing.TB, m *Mover, p *Plan) Run {
	t.Helper()
	run, err := m.Apply(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

var _ spool.Spool = (*pair)(nil)
