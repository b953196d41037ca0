package exim

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"qclean/scan/spool"
)

// lockAsExim takes the lock that Exim has while it works on a message. It is
// an open-file-description lock, because a plain one of this same process
// would not stand in the way of another; the kernel makes no other difference.
func lockAsExim(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	l := unix.Flock_t{Type: unix.F_WRLCK, Len: oldID + 3}
	if err := unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLK, &l); err != nil {
		t.Fatal(err)
	}
	return f
}

func openSpool1(t *testing.T) (*spoolDir, string) {
	t.Helper()
	dir := t.TempDir()
	lay(t, filepath.Join(dir, "exim4"), spool1)
	return openAt(t, dir, "exim4"), dir
}

func TestClaim(t *testing.T) {
	s, dir := openSpool1(t)
	e, err := s.Find(t.Context(), id1)
	if err != nil {
		t.Fatal(err)
	}
	exim := lockAsExim(t, filepath.Join(dir, e.Files[1].Name))
	if _, err := s.Claim(t.Context(), e); !errors.Is(err, spool.ErrBusy) {
		t.Errorf("claimed what Exim works on: %v", err)
	}
	exim.Close()
	held, err := s.Claim(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Claim(t.Context(), e); !errors.Is(err, spool.ErrBusy) {
		t.Errorf("claimed twice: %v", err)
	}
	// Reading meanwhile must not lose the lock, as a plain POSIX lock would be.
	if _, err := s.Load(t.Context(), &e, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Claim(t.Context(), e); !errors.Is(err, spool.ErrBusy) {
		t.Errorf("the lock was lost by reading: %v", err)
	}
	held.Close()
	os.Remove(filepath.Join(dir, e.Files[1].Name))
	if _, err := s.Claim(t.Context(), e); !errors.Is(err, spool.ErrBusy) {
		t.Errorf("claimed what Exim is removing: %v", err)
	}
	if e, err = s.Find(t.Context(), id1); err != nil {
		t.Fatal(err)
	}
	if l, err := s.Claim(t.Context(), e); err != nil {
		t.Errorf("a header file without a body: %v", err)
	} else {
		l.Close()
	}
	os.Remove(filepath.Join(dir, e.Files[0].Name))
	if _, err := s.Claim(t.Context(), e); !errors.Is(err, spool.ErrGone) {
		t.Errorf("gone: %v", err)
	}
}

// TestJournalTravels is what keeps those who were served from being served again.
func TestJournalTravels(t *testing.T) {
	s, dir := openSpool1(t)
	lay(t, dir, map[string]string{"exim4/.old/input/run/": ""})
	e, err := s.Find(t.Context(), id1)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // a second call must not double them
		if err := s.Gather(t.Context(), &e, false); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	for _, f := range e.Files {
		names = append(names, s.Shelf(e, f))
		if err := s.t.Move(f.Name, "exim4/.old/input/run/"+s.Shelf(e, f)); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{id1 + "-H", id1 + "-D", id1 + "-J", id1 + ".msglog"}, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	q, err := s.Find(t.Context(), "exim4/.old/input/run/"+id1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(t.Context(), &q, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	want := spool.Envelope{From: "a@example.com", To: []string{"b@example.net", "c@example.net"}, AuthUser: "alice",
		ClientIP: "192.0.2.7", ClientName: "mx.example.com", Helo: "client.example.com", Reason: "Connection refused"}
	if diff := cmp.Diff(want, q.Envelope); diff != "" {
		t.Errorf("in quarantine (-want +got):\n%s", diff)
	}
	checkHome(t, s, q, []string{"exim4/input/" + id1 + "-H", "exim4/input/" + id1 + "-D", "exim4/input/" + id1 + "-J", "exim4/msglog/" + id1})
}

// checkHome asks for each file's way back, into an unsplit and a split spool.
func checkHome(t *testing.T, s *spoolDir, q spool.Entry, want []string) {
	t.Helper()
	if err := s.Gather(t.Context(), &q, false); err != nil {
		t.Fatal(err)
	}
	home := func() (got []string) {
		for _, f := range q.Files {
			to, err := s.Home(t.Context(), q, f)
			if err != nil {
				t.Errorf("%s: %v", f.Name, err)
			}
			got = append(got, to)
		}
		return got
	}
	if diff := cmp.Diff(want, home()); diff != "" {
		t.Errorf("way back (-want +got):\n%s", diff)
	}
	lay(t, s.t.Path(), map[string]string{"exim4/input/a/": ""})
	if got := home(); got[0] != "exim4/input/a/"+id1+"-H" || got[3] != "exim4/msglog/"+id1 {
		t.Errorf("split: %v", got)
	}
	lay(t, s.t.Path(), map[string]string{"exim4/input/" + id1 + "-H": spool1["input/"+id1+"-H"]})
	if _, err := s.Home(t.Context(), q, q.Files[0]); !errors.Is(err, fs.ErrExist) {
		t.Errorf("the ID is taken: %v", err)
	}
}

// TestFollowsWhatMoved is a message that goes to a queue of its own between two looks.
func TestFollowsWhatMoved(t *testing.T) {
	s, dir := openSpool1(t)
	e, err := s.Find(t.Context(), id1)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range e.Files {
		os.Rename(filepath.Join(dir, f.Name), filepath.Join(dir, "exim4/q1/input", filepath.Base(f.Name)))
	}
	if _, err := s.Load(t.Context(), &e, make([]byte, 10)); err != nil || e.Queue != "q1" {
		t.Errorf("queue %q: %v", e.Queue, err)
	}
}
