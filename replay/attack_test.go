package replay

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

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
