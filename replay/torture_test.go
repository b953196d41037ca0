package replay

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"qclean/scan/disk"
	"qclean/scan/disk/faulty"
)

// victimDir names the spool in the environment of a process that is to be killed.
const victimDir = "QCLEAN_TEST_VICTIM"

// TestVictim is no test: it is what TestKillAtRandomMoments kills. It
// quarantines, replays and undoes for as long as it lives.
func TestVictim(t *testing.T) {
	dir := os.Getenv(victimDir)
	if dir == "" {
		t.Skip("started by TestKillAtRandomMoments only")
	}
	for {
		tr, err := disk.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		p := &pair{t: tr}
		m, err := New(tr, p, Options{Batch: 16, Boot: "boot-1"})
		if err != nil {
			t.Fatal(err)
		}
		if err := oneRound(t, m, p); err != nil {
			t.Fatal(err)
		}
		tr.Close()
	}
}

// oneRound empties the queue into quarantine, gives half to pickup, and takes
// all of it back.
func oneRound(t *testing.T, m *Mover, p *pair) error {
	lock, err := m.Lock(ctx)
	if err != nil {
		return err
	}
	defer lock.Close()
	if _, err := m.Recover(ctx); err != nil {
		return err
	}
	if err := quarantineAll(t, m, p); err != nil && !errors.Is(err, ErrEmpty) {
		return err
	}
	pl, err := NewPlan(p, Inject, "", picks(t, p, true, "m01"), m.o.Now())
	if err == nil {
		_, err = m.Apply(ctx, pl)
	}
	if err != nil && !errors.Is(err, ErrEmpty) {
		return err
	}
	if err := undoAll(m); err != nil {
		return err
	}
	if err := swapAll(t, m, p); err != nil {
		return err
	}
	return undoAll(m)
}

func undoAll(m *Mover) error {
	for range 100 {
		run, err := m.LastRun(ctx)
		if errors.Is(err, ErrNoRun) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := m.Undo(ctx, run); err != nil && !errors.Is(err, ErrEmpty) {
			return err
		}
	}
	return errors.New("no end of runs to undo")
}

// TestKillAtRandomMoments kills a real process, with SIGKILL, and looks after
// the spool each time: QCLEAN_TORTURE does so a thousand times.
func TestKillAtRandomMoments(t *testing.T) {
	const messages = 40
	times := 15
	if torture() {
		times = 1000
	}
	dir := makeSpool(t, messages)
	want := snapshot(t, dir)
	before := snapshot(t, dir, ".old", "index.dat")
	random := rand.New(rand.NewPCG(1, 2))
	recovered := 0
	for i := range times {
		victim := exec.Command(os.Args[0], "-test.run=^TestVictim$")
		victim.Env = append(os.Environ(), victimDir+"="+dir)
		var out strings.Builder
		victim.Stdout, victim.Stderr = &out, &out
		if err := victim.Start(); err != nil {
			t.Fatal(err)
		}
		moment := time.Duration(5+random.IntN(60)) * time.Millisecond
		time.AfterFunc(moment, func() { victim.Process.Kill() })
		if err := victim.Wait(); victim.ProcessState.ExitCode() >= 0 {
			t.Fatalf("it ended by itself: %v\n%s", err, out.String())
		}
		nothingLost(t, dir, want)
		m, _ := mover(t, tree(t, dir), Options{Now: time.Now})
		runs, err := m.Recover(ctx)
		if err != nil {
			t.Fatalf("kill %d: recover: %v", i, err)
		}
		recovered += len(runs)
		if err := undoAll(m); err != nil {
			t.Fatalf("kill %d: undo: %v", i, err)
		}
		same(t, fmt.Sprintf("after kill %d and undo", i), before, snapshot(t, dir, ".old", "index.dat"))
		if t.Failed() {
			return
		}
		os.RemoveAll(filepath.Join(dir, "out.old"))
		os.RemoveAll(filepath.Join(dir, "in.old"))
	}
	t.Logf("killed %d times, %d runs recovered", times, recovered)
}

// TestTwoMovers: of two that start at the same time one works and the other
// is told to wait, over and over; each message is handled once.
func TestTwoMovers(t *testing.T) {
	dir := makeSpool(t, 30)
	want := snapshot(t, dir)
	var wg sync.WaitGroup
	var mu sync.Mutex
	done, locked := 0, 0
	for i := range 4 {
		wg.Go(func() {
			tr, err := disk.Open(dir)
			if err != nil {
				t.Error(err)
				return
			}
			defer tr.Close()
			p := &pair{t: tr}
			m, err := New(tr, p, Options{Batch: 4})
			if err != nil {
				t.Error(err)
				return
			}
			for n := range 30 {
				pl, err := NewPlan(p, Quarantine, "", someOf(p, fmt.Sprintf("m%03d", (n+7*i)%30)), time.Now())
				if errors.Is(err, ErrEmpty) {
					continue
				}
				var run Run
				if err == nil {
					run, err = m.Apply(context.Background(), pl)
				}
				mu.Lock()
				done += run.Done
				if errors.Is(err, ErrLocked) {
					locked++
				} else if err != nil {
					t.Error(err)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	nothingLost(t, dir, want)
	left, _ := filepath.Glob(filepath.Join(dir, "out/*.c"))
	if done+len(left) != 30 {
		t.Errorf("%d done, %d left of 30", done, len(left))
	}
	t.Logf("%d done, %d left, %d times locked", done, len(left), locked)
}

// someOf looks for messages by ID without ending the test.
func someOf(p *pair, id string) []Pick {
	for e, err := range p.Entries(context.Background()) {
		if err == nil && string(e.ID) == id && p.Stat(context.Background(), &e) == nil {
			return []Pick{{Entry: e}}
		}
	}
	return nil
}

// TestMTAWorksMeanwhile: an MTA delivers, adds and moves messages at each
// operation. Each is delivered, or quarantined, or still there: never two of
// these, and never none.
func TestMTAWorksMeanwhile(t *testing.T) {
	const n = 24
	rounds := 5
	if torture() {
		rounds = 200
	}
	for seed := range rounds {
		dir := makeSpool(t, n)
		random := rand.New(rand.NewPCG(uint64(seed), 9))
		delivered, added := map[string]bool{}, 0
		tr := faulty.Open(t, dir, faulty.Faults{Before: func(faulty.Op) {
			name := filepath.Join(dir, "out", fmt.Sprintf("m%03d", random.IntN(n)))
			switch random.IntN(12) {
			case 0: // deliver: control file first, as the owner of the lock
				if lockedUnlink(name) {
					delivered[filepath.Base(name)] = true
				}
			case 1: // a new one
				added++
				putMessage(t, dir, "out", fmt.Sprintf("n%03d", added))
			}
		}})
		m, _ := mover(t, tr, Options{})
		pl := plan(t, dir, Quarantine, "m")
		run, err := m.Apply(ctx, pl)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		at := where(t, dir)
		quarantinedNow, queued := 0, 0
		for i := range n {
			name := fmt.Sprintf("m%03d", i)
			places := len(at[name+".c"])
			if delivered[name] {
				places++
			}
			if places != 1 {
				t.Errorf("seed %d: %s is at %v, delivered %v", seed, name, at[name+".c"], delivered[name])
			}
			if len(at[name+".c"]) == 1 && strings.HasPrefix(at[name+".c"][0], "out.old") {
				quarantinedNow++
				if len(at[name+".b"]) != 1 || !strings.HasPrefix(at[name+".b"][0], "out.old") {
					t.Errorf("seed %d: the text of %s is at %v", seed, name, at[name+".b"])
				}
			} else if len(at[name+".c"]) == 1 {
				queued++
			}
		}
		if run.Done != quarantinedNow || run.Done+run.Skipped[whyGone]+queued < n-len(delivered) {
			t.Errorf("seed %d: %d in quarantine, %d queued, %d delivered: %+v", seed, quarantinedNow, queued, len(delivered), run)
		}
		if undo, err := m.Undo(ctx, run); err != nil || undo.Done != run.Done {
			t.Errorf("seed %d: %+v %v", seed, undo, err)
		}
	}
}

// lockedUnlink delivers a message as the MTA of these tests does: under its
// lock, which the mover takes as well.
func lockedUnlink(name string) bool {
	f, err := os.Open(name + ".c")
	if err != nil {
		return false
	}
	defer f.Close()
	if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		return false
	}
	var held, named unix.Stat_t
	if unix.Fstat(int(f.Fd()), &held) != nil || unix.Lstat(name+".c", &named) != nil || held.Ino != named.Ino {
		return false
	}
	return os.Remove(name+".c") == nil && os.Remove(name+".b") == nil
}

// TestOwnerOfTheSpoolAttacks: while the mover works as root, whoever owns the
// spool swaps names for links, hard links, FIFOs and folders as fast as he can.
// Nothing outside is read into the spool, moved or changed.
func TestOwnerOfTheSpoolAttacks(t *testing.T) {
	rounds, handled := 10, 0
	if torture() {
		rounds = 300
	}
	for round := range rounds {
		dir := makeSpool(t, 12)
		outside := filepath.Join(filepath.Dir(dir), "outside")
		if err := os.Mkdir(outside, 0o700); err != nil {
			t.Fatal(err)
		}
		for i := range 12 {
			put(t, filepath.Join(outside, fmt.Sprintf("m%03d.c", i)), "SECRET\nSECRET@x\n")
			put(t, filepath.Join(outside, fmt.Sprintf("m%03d.b", i)), "Subject: SECRET\r\n\r\nSECRET")
		}
		before := snapshot(t, outside)
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for seed := range 2 {
			wg.Go(func() { attack(dir, outside, rand.New(rand.NewPCG(uint64(round), uint64(seed))), stop) })
		}
		m, p := mover(t, tree(t, dir), Options{Now: time.Now})
		for _, quarantine := range []bool{true, false} {
			chosen := someEntries(p, !quarantine)
			verb := Quarantine
			if !quarantine {
				verb = Inject
			}
			pl, err := NewPlan(p, verb, "", chosen, time.Now())
			if err != nil {
				continue // errors are fine here: harm is not
			}
			run, _ := m.Apply(ctx, pl)
			handled += run.Done
			if run.Dir != "" {
				m.Undo(ctx, run)
				m.Verify(ctx, run)
			}
		}
		close(stop)
		wg.Wait()
		same(t, "outside", before, snapshot(t, outside))
		filepath.WalkDir(filepath.Join(dir, "pickup"), func(name string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				if data, _ := os.ReadFile(name); strings.Contains(string(data), "SECRET") {
					t.Errorf("%s has what lies outside", name)
				}
			}
			return nil
		})
	}
	t.Logf("%d messages moved under attack", handled)
}

func someEntries(p *pair, quarantined bool) []Pick {
	var out []Pick
	entries := p.Entries(ctx)
	if quarantined {
		entries = p.Quarantined(ctx)
	}
	for e, err := range entries {
		if err == nil && p.Stat(ctx, &e) == nil {
			out = append(out, Pick{Entry: e})
		}
	}
	return out
}

// attack swaps what it can reach. It holds the folders open, so that it does
// not walk into the traps of the other attackers.
func attack(dir, outside string, random *rand.Rand, stop <-chan struct{}) {
	out := holdFolder(filepath.Join(dir, "out"))
	in := holdFolder(filepath.Join(dir, "in"))
	target := holdFolder(outside)
	defer unix.Close(out)
	defer unix.Close(in)
	defer unix.Close(target)
	ext := []string{".c", ".b"}
	folders := []string{"out", "out.old", "pickup"}
	for {
		select {
		case <-stop:
			return
		default:
		}
		name := fmt.Sprintf("m%03d%s", random.IntN(12), ext[random.IntN(2)])
		what := random.IntN(8)
		if what < 6 {
			unix.Unlinkat(out, name, 0)
		}
		switch what {
		case 0:
			unix.Symlinkat(filepath.Join(outside, name), out, name)
		case 1:
			unix.Mkfifoat(out, name, 0o600)
		case 2:
			unix.Mkdirat(out, name, 0o700)
		case 3:
			unix.Linkat(in, "other.b", out, name, 0)
		case 4:
			unix.Linkat(target, name, out, name, 0)
		case 5:
			if fd, err := unix.Openat(out, name, unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY, 0o600); err == nil {
				unix.Write(fd, []byte("again@x\nagain@x\n"))
				unix.Close(fd)
			}
		case 6:
			unix.Renameat(out, name, out, name+".away")
			unix.Renameat(out, name+".away", out, name)
		case 7: // the whole folder for a link to the other one
			f := filepath.Join(dir, folders[random.IntN(len(folders))])
			if os.Rename(f, f+".away") == nil {
				os.Symlink(outside, f)
				os.Remove(f)
				os.Rename(f+".away", f)
			}
		}
	}
}

func holdFolder(name string) int {
	fd, _ := unix.Open(name, unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
	return fd
}
