package replay

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qclean/scan/disk"
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
