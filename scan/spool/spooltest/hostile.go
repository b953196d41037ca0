package spooltest

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"qclean/scan/spool"
)

// secret must never come out of a spool: it lies outside.
const secret = "From: root@example.org\nSubject: secret\n\nof the outside\n"

// trap puts something at a path that a reader must not fall into.
type trap struct {
	name string
	set  func(t *testing.T, path, outside string)
}

var traps = []trap{
	{"FIFO", func(t *testing.T, path, _ string) { must(t, syscall.Mkfifo(path, 0o600)) }},
	{"link outside", func(t *testing.T, path, outside string) {
		must(t, os.Symlink(filepath.Join(outside, "secret"), path))
	}},
	{"link to itself", func(t *testing.T, path, _ string) { must(t, os.Symlink(filepath.Base(path), path)) }},
	{"link to nothing", func(t *testing.T, path, _ string) { must(t, os.Symlink("nothing", path)) }},
	{"link to a folder", func(t *testing.T, path, outside string) { must(t, os.Symlink(outside, path)) }},
	{"folder", func(t *testing.T, path, _ string) {
		must(t, os.Mkdir(path, 0o700))
		must(t, syscall.Mkfifo(filepath.Join(path, "inside"), 0o600)) // a quarantine may be looked through
	}},
	{"socket", setSocket},
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// setSocket binds under a short name first: the path of a socket is bounded (unix(7)).
func setSocket(t *testing.T, path, _ string) {
	short, err := os.MkdirTemp("", "s")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(short) })
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(short, "s"), Net: "unix"})
	must(t, err)
	l.SetUnlinkOnClose(false)
	t.Cleanup(func() { l.Close() })
	must(t, os.Rename(filepath.Join(short, "s"), path))
}

func outside(t *testing.T) string {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "secret"), []byte(secret), 0o600))
	return dir
}

// checkDecoys sets each trap at each decoy.
func checkDecoys(t *testing.T, b *bench) {
	if len(b.Decoys) == 0 {
		t.Fatal("the golden has no decoys")
	}
	for _, trap := range traps {
		t.Run(trap.name, func(t *testing.T) {
			s := b.open(t)
			away := outside(t)
			for _, decoy := range b.Decoys {
				must(t, os.MkdirAll(filepath.Dir(s.path(decoy)), 0o700))
				trap.set(t, s.path(decoy), away)
			}
			read := b.readAll(t, s)
			for _, want := range b.Want {
				if diff := compare(want, read[want.ID]); diff != "" {
					t.Errorf("%q beside a decoy (-want +got):\n%s", want.ID, diff)
				}
			}
			if len(read) > len(b.Want) {
				t.Errorf("a decoy was taken for a message: %d read, %d are there", len(read), len(b.Want))
			}
		})
	}
}

// readAll reads all there is, and wants nothing of the outside in it.
func (b *bench) readAll(t *testing.T, s *spoolIn) map[spool.ID]Message {
	t.Helper()
	got := map[spool.ID]Message{}
	for _, e := range collect(s.Entries(context.Background())).entries {
		m, err := read(context.Background(), s, e)
		if strings.Contains(m.Text, "of the outside") {
			t.Errorf("%q: read what lies outside of the spool", e.ID)
		}
		if err == nil {
			got[e.ID] = m
		}
	}
	return got
}

// checkSwapped puts a trap in the place of a message between two looks at it.
func checkSwapped(t *testing.T, b *bench) {
	for _, trap := range traps {
		t.Run(trap.name, func(t *testing.T) {
			s := b.open(t)
			away := outside(t)
			for _, e := range collect(s.Entries(context.Background())).entries {
				if s.Stat(context.Background(), &e) != nil {
					continue
				}
				for _, f := range e.Files {
					must(t, os.Remove(s.path(f.Name)))
					trap.set(t, s.path(f.Name), away)
				}
				b.checkTrapped(t, s, e)
			}
		})
	}
}

func (b *bench) checkTrapped(t *testing.T, s *spoolIn, e spool.Entry) {
	t.Helper()
	again := e
	if err := s.Stat(context.Background(), &again); err == nil {
		t.Errorf("Stat of %q, which is no file any more: no error", e.ID)
	}
	text, err := s.Load(context.Background(), &e, make([]byte, maxText))
	if err == nil || strings.Contains(string(text.Bytes), "of the outside") {
		t.Errorf("Load of %q, which is no file any more: %q, %v", e.ID, text.Bytes, err)
	}
	body, err := readBody(context.Background(), s, &e)
	if err == nil || strings.Contains(body, "of the outside") {
		t.Errorf("Body of %q, which is no file any more: %q, %v", e.ID, body, err)
	}
	if got, err := s.Find(context.Background(), e.ID); err == nil {
		t.Errorf("Find of %q, which is no file any more: %+v", e.ID, got)
	} else if !errors.Is(err, spool.ErrGone) && !errors.As(err, new(*spool.Left)) {
		t.Errorf("Find of %q, which is no file any more: %v, want ErrGone or *Left", e.ID, err)
	}
}
