package replay

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"qclean/replay/journal"
)

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
		load(at, run, journal.NewReader(bytes.NewReader(data)), 0)
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
		l, err := load(at, run, journal.NewReader(bytes.NewReader(b.Bytes())), 0)
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
