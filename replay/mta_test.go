package replay

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"qclean/scan/disk"
	"qclean/scan/spool"
	"qclean/scan/spool/exim"
	"qclean/scan/spool/postfix"
)

// rig is the queue of a real MTA, as its driver's golden archive has it.
type rig struct {
	name    string
	driver  spool.Driver
	archive string
	adjust  map[string]string // names that are changed after unpacking: of a message under delivery, …
	small   []string          // what is kept for the tests that do everything many times
	fits    bool              // Postfix's IDs are given the inodes that the files have here, and each message a folder in quarantine
}

func rigs() []rig {
	rigs := []rig{
		{
			name: "postfix", driver: postfix.Driver{}, archive: "../scan/spool/postfix/testdata/queue.tar.gz",
			adjust: map[string]string{"deferred/C/C814F99034E": "active/C814F99034E", "deferred/B/BFE9E99033D": "active/BFE9E99033D", "incoming/0BADF00D2": ""},
			small:  []string{"BA6BE99032D", "C3F46990340", "C814F99034E"},
		},
		{
			name: "exim", driver: exim.Driver{}, archive: "../scan/spool/exim/testdata/spool.tar.gz",
			adjust: map[string]string{"input/1aaaaa-000000-00-D": ""},
			small:  []string{"1xV1Vj-0001V5-0u", "1xV1Vn-0001YS-14"},
		},
	}
	fitting := rigs[0]
	fitting.fits = true
	return append(rigs, fitting)
}

// lay unpacks the queue into a folder and gives the folder that holds it.
func (r rig) lay(t testing.TB, small bool) string {
	t.Helper()
	dir := scratch(t)
	f, err := os.Open(r.archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for archive := tar.NewReader(z); ; {
		h, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if to, ok := r.adjust[h.Name]; ok {
			h.Name = to
		}
		top, _, _ := strings.Cut(h.Name, "/")
		if h.Name == "" || top == "text" || strings.HasPrefix(top, "listing") || small && !r.wanted(h) {
			continue
		}
		unpackTo(t, filepath.Join(dir, r.name, filepath.FromSlash(h.Name)), h, archive)
	}
	if r.fits {
		fitNames(t, filepath.Join(dir, r.name))
	}
	return dir
}

// fitNames gives messages with short IDs, and their logs, the names that
// Postfix would have given them: with the inodes that they have.
func fitNames(t testing.TB, dir string) {
	t.Helper()
	files := func(queue string) []string {
		flat, _ := filepath.Glob(filepath.Join(dir, queue, "??????*"))
		hashed, _ := filepath.Glob(filepath.Join(dir, queue, "?", "??????*"))
		return append(flat, hashed...)
	}
	fitting := map[string]string{}
	for _, queue := range []string{"maildrop", "incoming", "active", "deferred", "hold"} {
		for _, name := range files(queue) {
			info, err := os.Stat(name)
			id := filepath.Base(name)
			if micros, shortErr := strconv.ParseUint(id[:5], 16, 32); err != nil || shortErr != nil || micros >= 1e6 || strings.Contains(id, "z") {
				continue
			}
			fitting[id] = fmt.Sprintf("%s%X", id[:5], info.Sys().(*syscall.Stat_t).Ino)
			if err := os.Rename(name, filepath.Join(filepath.Dir(name), fitting[id])); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, kind := range []string{"defer", "bounce", "trace"} {
		for _, name := range files(kind) {
			if id, ok := fitting[filepath.Base(name)]; ok {
				if err := os.Rename(name, filepath.Join(filepath.Dir(name), id)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if len(fitting) == 0 {
		t.Fatal("no message with a short ID")
	}
}

func (r rig) wanted(h *tar.Header) bool {
	return h.Typeflag == tar.TypeDir || slices.ContainsFunc(r.small, func(id string) bool { return strings.HasPrefix(path.Base(h.Name), id) })
}

func unpackTo(t testing.TB, name string, h *tar.Header, from io.Reader) {
	t.Helper()
	var err error
	if h.Typeflag == tar.TypeDir {
		err = os.MkdirAll(name, 0o700)
	} else {
		var b []byte
		if b, err = io.ReadAll(from); err == nil {
			err = os.WriteFile(name, b, fs.FileMode(h.Mode).Perm())
		}
		if err == nil {
			err = os.Chmod(name, fs.FileMode(h.Mode).Perm())
		}
		if err == nil {
			err = os.Chtimes(name, h.ModTime, h.ModTime)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// open gives the spool and a Mover over a tree, which may be faulty.
func (r rig) open(t testing.TB, tr disk.Tree, o Options) (*Mover, spool.Spool) {
	t.Helper()
	s, err := r.driver.Open(tr, r.name)
	if err != nil {
		t.Fatal(err)
	}
	return r.moverOf(t, tr, s, o), s
}

func (r rig) moverOf(t testing.TB, tr disk.Tree, s spool.Spool, o Options) *Mover {
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
	m, err := New(tr, s, o)
	if err != nil {
		t.Fatal(err)
	}
	m.inline = true
	return m
}

// chosen are all messages, in the order of their IDs.
func chosen(t testing.TB, s spool.Spool, quarantined bool) []Pick {
	t.Helper()
	entries := s.Entries(ctx)
	if quarantined {
		entries = s.Quarantined(ctx)
	}
	var out []Pick
	for e, err := range entries {
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Stat(ctx, &e); err != nil {
			t.Fatal(err)
		}
		out = append(out, Pick{Entry: e})
	}
	slices.SortFunc(out, func(a, b Pick) int { return strings.Compare(string(a.Entry.ID), string(b.Entry.ID)) })
	return out
}

// apply plans for what was chosen and makes the change.
func (r rig) apply(t testing.TB, m *Mover, s spool.Spool, v Verb, from []Pick, at time.Time) (Run, error) {
	t.Helper()
	p, err := r.plan(s, v, from, at)
	if err != nil {
		t.Fatal(err)
	}
	return m.Apply(ctx, p)
}

func (r rig) plan(s spool.Spool, v Verb, from []Pick, at time.Time) (*Plan, error) {
	p, err := NewPlan(s, v, "all", from, at)
	if err == nil && r.fits {
		p.shelve(1)
	}
	return p, err
}

// contents tells at how many places each content lies, with the last part of
// the names: what must not change whatever happens.
func contents(t testing.TB, dir string) map[string]int {
	t.Helper()
	out := map[string]int{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if err == nil && d.Name() == ownDir {
				return fs.SkipDir
			}
			return err
		}
		if strings.HasPrefix(d.Name(), lockName) {
			return nil
		}
		data, err := os.ReadFile(name)
		out[fmt.Sprintf("%x", sha256.Sum256(data))]++
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// asAfterUndo is a queue as an undo leaves it: what was in active is deferred.
func (r rig) asAfterUndo(before map[string]string) map[string]string {
	if r.name != "postfix" {
		return before
	}
	out := map[string]string{}
	for name, text := range before {
		if rest, ok := strings.CutPrefix(name, "postfix/active/"); ok {
			name = "postfix/deferred/" + rest[:1] + "/" + rest
		}
		out[name] = text
	}
	return out
}
