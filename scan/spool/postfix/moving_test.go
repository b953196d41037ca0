package postfix

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/spool"
	"qclean/scan/spool/spooltest"
)

// lock takes a lock as Postfix's daemons do.
func lock(t *testing.T, name string, how int) *os.File {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB); err != nil {
		t.Fatal(err)
	}
	return f
}

func found(t *testing.T, s *queueDir, id spool.ID) spool.Entry {
	t.Helper()
	e, err := s.Find(t.Context(), id)
	if err != nil {
		t.Fatalf("find %s: %v", id, err)
	}
	return e
}

func TestRunning(t *testing.T) {
	dir := t.TempDir()
	lay(t, dir, map[string]string{"postfix/active/": "", "postfix/deferred/": "", "postfix/pid/": ""})
	s := openAt(t, dir, "postfix")
	running := func() bool {
		t.Helper()
		yes, how, err := s.Running(t.Context())
		if err != nil || how == "" {
			t.Errorf("%q: %v", how, err)
		}
		return yes
	}
	if running() {
		t.Error("runs without a pid file")
	}
	lay(t, dir, map[string]string{"postfix/pid/master.pid": "1234\n"})
	if running() {
		t.Error("runs though nobody holds the lock: a copied queue")
	}
	held := lock(t, filepath.Join(dir, "postfix/pid/master.pid"), syscall.LOCK_EX)
	if !running() {
		t.Error("does not run though the lock is held")
	}
	held.Close()
	if running() {
		t.Error("still runs")
	}
}

// TestNeverLocksInActive is what would make a delivery agent die.
func TestNeverLocksInActive(t *testing.T) {
	s := openWhole(t)
	lay(t, s.t.Path(), map[string]string{"postfix/active/C89C5D4258": file("a@example.com", text1, "", "b@example.net")})
	e := found(t, s, "C89C5D4258")
	if l, err := s.Claim(t.Context(), e); !errors.Is(err, spool.ErrBusy) {
		t.Errorf("claimed %v: %v", l, err)
	}
	to, err := s.Stage(t.Context(), e)
	if err != nil || to != "postfix/hold/C89C5D4258" {
		t.Fatalf("stage: %q, %v", to, err)
	}
	if err := s.t.Move(e.Files[0].Name, to); err != nil {
		t.Fatal(err)
	}
	now := found(t, s, e.ID)
	if !s.Same(e, now) || now.Ident != e.Ident {
		t.Errorf("%q became %q", e.Ident, now.Ident)
	}
	// An agent that is still at it has a shared lock.
	agent := lock(t, filepath.Join(s.t.Path(), to), syscall.LOCK_SH)
	if _, err := s.Claim(t.Context(), now); !errors.Is(err, spool.ErrBusy) {
		t.Errorf("claimed what is being delivered: %v", err)
	}
	agent.Close()
	l, err := s.Claim(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if back, err := s.Release(t.Context(), now); err != nil || back != "postfix/deferred/C89C5D4258" && back != "postfix/incoming/C89C5D4258" {
		t.Errorf("release to %q: %v", back, err)
	}
}

// TestServedMeanwhileIsGone is a message whose delivery ended while it was on
// its way to hold: the agent's mark is in the moved file.
func TestServedMeanwhileIsGone(t *testing.T) {
	s := openWhole(t)
	lay(t, s.t.Path(), map[string]string{"postfix/hold/C89C5D4258": file("a@example.com", text1, "", "D:b@example.net")})
	if _, err := s.Claim(t.Context(), found(t, s, "C89C5D4258")); !errors.Is(err, spool.ErrGone) {
		t.Errorf("claim: %v", err)
	}
}

func TestStage(t *testing.T) {
	s := openWhole(t)
	dir := s.t.Path()
	lay(t, dir, map[string]string{
		"postfix/pid/master.pid":         "1\n",
		"postfix/active/C00000001A":      file("a@example.com", text1, rec('A', "trace_flags=16"), "b@example.net"),
		"postfix/incoming/C00000002A":    file("a@example.com", text1, "", "b@example.net"),
		"postfix/incoming/C00000003A":    file("a@example.com", text1, "", "b@example.net"),
		"postfix/deferred/C/C00000004A":  file("a@example.com", text1, "", "b@example.net"),
		"postfix/maildrop/C00000005A":    file("a@example.com", text1, "", "b@example.net"),
		"postfix/deferred/C/C00000006A":  file("a@example.com", text1, "", "b@example.net"),
		"postfix/active/C00000007A":      file("a@example.com", text1, rec('A', "trace_flags=0"), "b@example.net"),
		"postfix/maildrop/C00000008.tmp": "",
	})
	if err := os.Chmod(filepath.Join(dir, "postfix/incoming/C00000003A"), 0o700); err != nil {
		t.Fatal(err)
	}
	lock(t, filepath.Join(dir, "postfix/pid/master.pid"), syscall.LOCK_EX)
	for id, want := range map[spool.ID]struct {
		to  string
		err error
	}{
		"C00000001A": {"", spool.ErrBusy}, // sendmail -v: its disappearance crashes the queue manager
		"C00000002A": {"", spool.ErrBusy}, // still being written
		"C00000003A": {"", nil},
		"C00000004A": {"", nil},
		"C00000005A": {"", spool.ErrBusy}, // pickup takes no lock
		"C00000007A": {"postfix/hold/C00000007A", nil},
	} {
		to, err := s.Stage(t.Context(), found(t, s, id))
		if to != want.to || !errors.Is(err, want.err) || want.err == nil && err != nil {
			t.Errorf("%s: %q, %v; want %q, %v", id, to, err, want.to, want.err)
		}
	}
	gone := found(t, s, "C00000006A")
	os.Remove(filepath.Join(dir, gone.Files[0].Name))
	if _, err := s.Claim(t.Context(), gone); !errors.Is(err, spool.ErrGone) {
		t.Errorf("claim of what is gone: %v", err)
	}
}

// TestThereAndBack takes a message with its logs out and puts it back, each
// file under the name that the driver gives.
func TestThereAndBack(t *testing.T) {
	for from, home := range map[string]string{
		"postfix/deferred/C/C89C5D4258": "postfix/deferred/C/C89C5D4258",
		"postfix/hold/C89C5D4258":       "postfix/hold/C89C5D4258",
		"postfix/active/C89C5D4258":     "postfix/deferred/C/C89C5D4258",
		"postfix/incoming/C89C5D4258":   "postfix/incoming/C89C5D4258",
	} {
		s := openWhole(t)
		lay(t, s.t.Path(), map[string]string{
			from: file("a@example.com", text1, "", "b@example.net"), "postfix/deferred/C/": "",
			"postfix/defer/C/C89C5D4258": deferLog, "postfix/bounce/C89C5D4258": deferLog, "postfix/.old/r/": "",
		})
		s = openAt(t, s.t.Path(), "postfix")
		e := found(t, s, "C89C5D4258")
		for range 2 { // a second call must not double them
			if err := s.Gather(t.Context(), &e, false); err != nil {
				t.Fatal(err)
			}
		}
		old := "postfix/.old/" + e.Queue
		os.MkdirAll(filepath.Join(s.t.Path(), old, "r"), 0o700)
		var shelved []string
		for _, f := range e.Files {
			shelved = append(shelved, s.Shelf(e, f))
			if err := s.t.Move(f.Name, old+"/r/"+s.Shelf(e, f)); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff([]string{"C89C5D4258", "C89C5D4258.defer", "C89C5D4258.bounce"}, shelved); diff != "" {
			t.Errorf("%s (-want +got):\n%s", from, diff)
		}
		quarantined, left := spooltest.Collect(t, s.Quarantined(t.Context()))
		if len(quarantined) != 1 || len(left) > 0 {
			t.Errorf("%s: in quarantine %v, left %v", from, quarantined, left)
		}
		for _, q := range quarantined {
			if _, err := s.Load(t.Context(), &q, make([]byte, 100)); err != nil || q.Envelope.Reason == "" {
				t.Errorf("%s: reason %q: %v", from, q.Envelope.Reason, err)
			}
			checkHome(t, s, q, []string{home, "postfix/defer/C/C89C5D4258", "postfix/bounce/C89C5D4258"})
		}
	}
}

func checkHome(t *testing.T, s *queueDir, e spool.Entry, want []string) {
	t.Helper()
	if err := s.Gather(t.Context(), &e, false); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range e.Files {
		to, err := s.Home(t.Context(), e, f)
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		got = append(got, to)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("way back (-want +got):\n%s", diff)
	}
	// Another message has the name by now.
	lay(t, s.t.Path(), map[string]string{"postfix/incoming/" + e.ID.Short(): file("x@example.com", text1, "", "y@example.net")})
	if _, err := s.Home(t.Context(), e, e.Files[0]); !errors.Is(err, fs.ErrExist) {
		t.Errorf("the name is taken: %v", err)
	}
}

// TestTakenFromActiveWaits is a message that the queue manager may still have in memory.
func TestTakenFromActiveWaits(t *testing.T) {
	s := openWhole(t)
	lay(t, s.t.Path(), map[string]string{
		"postfix/pid/master.pid": "1\n", "postfix/deferred/C/": "",
		"postfix/.old/active/r/C89C5D4258":   file("a@example.com", text1, "", "b@example.net"),
		"postfix/.old/deferred/r/C0000DD42A": file("a@example.com", text1, "", "b@example.net"),
	})
	master := lock(t, filepath.Join(s.t.Path(), "postfix/pid/master.pid"), syscall.LOCK_EX)
	back := map[string]error{}
	look := func() {
		t.Helper()
		entries, _ := spooltest.Collect(t, s.Quarantined(t.Context()))
		for _, e := range entries {
			_, back[e.Queue] = s.Home(t.Context(), e, e.Files[0])
		}
	}
	if look(); !errors.Is(back["active"], spool.ErrBusy) || back["deferred"] != nil || len(back) != 2 {
		t.Errorf("at once: %v", back)
	}
	s.now = func() time.Time { return time.Now().Add(settleTime) }
	if look(); back["active"] != nil {
		t.Errorf("later: %v", back)
	}
	s.now = time.Now
	master.Close()
	if look(); back["active"] != nil {
		t.Errorf("while Postfix is stopped: %v", back)
	}
}

// TestFollowsWhatMoved is a message that goes on to another queue between two looks.
func TestFollowsWhatMoved(t *testing.T) {
	s := openWhole(t)
	lay(t, s.t.Path(), map[string]string{"postfix/incoming/C89C5D4258": file("a@example.com", text1, "", "b@example.net"), "postfix/deferred/C/": ""})
	e := found(t, s, "C89C5D4258")
	for _, to := range []string{"postfix/active/C89C5D4258", "postfix/deferred/C/C89C5D4258"} {
		if err := s.t.Move(e.Files[0].Name, to); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Load(t.Context(), &e, make([]byte, 100)); err != nil || e.Files[0].Name != to {
			t.Errorf("%s: %v", e.Files[0].Name, err)
		}
	}
}

// TestEachOnceWhileItRuns moves a message on while the queues are listed.
func TestEachOnceWhileItRuns(t *testing.T) {
	s := openWhole(t)
	dir := s.t.Path()
	lay(t, dir, map[string]string{
		"postfix/pid/master.pid":        "1\n",
		"postfix/incoming/C00000001A":   file("a@example.com", text1, "", "b@example.net"),
		"postfix/deferred/C/C00000002A": file("a@example.com", text1, "", "b@example.net"),
		"postfix/deferred/D/D00000003A": file("a@example.com", text1, "", "b@example.net"),
	})
	lock(t, filepath.Join(dir, "postfix/pid/master.pid"), syscall.LOCK_EX)
	seen := map[spool.ID]int{}
	for e, err := range s.Entries(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		seen[e.ID]++
		if e.ID == "C00000001A" { // one on, and one back to where was looked already
			os.Rename(filepath.Join(dir, "postfix/incoming/C00000001A"), filepath.Join(dir, "postfix/active/C00000001A"))
		}
		if len(seen) == 2 {
			for _, name := range []string{"C/C00000002A", "D/D00000003A"} {
				os.Rename(filepath.Join(dir, "postfix/deferred", name), filepath.Join(dir, "postfix/active", filepath.Base(name)))
			}
		}
	}
	if diff := cmp.Diff(map[spool.ID]int{"C00000001A": 1, "C00000002A": 1, "D00000003A": 1}, seen); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
