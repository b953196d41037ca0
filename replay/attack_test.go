package replay

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/sys/unix"
)

// attackedDir names the spool in the environment of a process that attacks it.
const attackedDir = "QCLEAN_TEST_ATTACKED"

// TestAttacker is no test: it is what TestOwnerOfTheSpoolAttacks starts, and kills.
func TestAttacker(t *testing.T) {
	dir := os.Getenv(attackedDir)
	if dir == "" {
		t.Skip("started by TestOwnerOfTheSpoolAttacks only")
	}
	var wg sync.WaitGroup
	for seed := range 2 {
		wg.Go(func() {
			attack(dir, filepath.Join(filepath.Dir(dir), "outside"), rand.New(rand.NewPCG(uint64(os.Getpid()), uint64(seed))))
		})
	}
	wg.Wait()
}

// attacked starts the process and gives what ends it.
func attacked(t *testing.T, dir string) func() {
	t.Helper()
	attacker := exec.Command(os.Args[0], "-test.run=^TestAttacker$")
	attacker.Env = append(os.Environ(), attackedDir+"="+dir)
	if err := attacker.Start(); err != nil {
		t.Fatal(err)
	}
	end := sync.OnceFunc(func() {
		attacker.Process.Kill()
		attacker.Wait()
	})
	t.Cleanup(end)
	return end
}

// TestOwnerOfTheSpoolAttacks: while the mover works as root, whoever owns the
// spool swaps names for links, hard links, FIFOs, sockets, devices and folders
// as fast as a process of its own can. Nothing outside is read into the spool,
// copied to the other filesystem, exported, moved or changed, and nothing hangs.
func TestOwnerOfTheSpoolAttacks(t *testing.T) {
	rounds, handled := 10, 0
	if torture() {
		rounds = 300
	}
	for range rounds {
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
		end := attacked(t, dir)
		far := scratch(t)
		var out bytes.Buffer
		handled += underAttack(t, dir, far, &out)
		end()
		same(t, "outside", before, snapshot(t, outside))
		noSecrets(t, filepath.Join(dir, "pickup"))
		noSecrets(t, far)
		if z, err := zstd.NewReader(&out); err == nil {
			if data, _ := io.ReadAll(z); bytes.Contains(data, []byte("SECRET")) {
				t.Error("the export has what lies outside")
			}
			z.Close()
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d messages moved under attack", handled)
	if handled == 0 {
		t.Error("nothing was moved")
	}
}

// underAttack makes all kinds of changes. Errors are fine: harm is not.
func underAttack(t *testing.T, dir, far string, out io.Writer) (handled int) {
	t.Helper()
	for _, verb := range []Verb{Quarantine, Inject, Swap, Quarantine, Purge} {
		o := Options{Now: time.Now}
		if handled > 0 && verb == Quarantine {
			o.Old = tree(t, far)
		}
		m, p := mover(t, tree(t, dir), o)
		var pl *Plan
		var err error
		switch verb {
		case Swap:
			pl, err = NewSwap(p, nil, "", time.Now())
		case Purge:
			var old []Pick
			if old, err = m.PurgePicks(ctx, time.Now().Add(time.Hour)); err == nil {
				pl, err = NewPlan(p, verb, "", old, time.Now())
			}
		default:
			pl, err = NewPlan(p, verb, "", someEntries(p, verb == Inject), time.Now())
		}
		if err != nil {
			continue
		}
		run, _ := m.Apply(ctx, pl)
		handled += run.Done
		if run.Dir == "" {
			continue
		}
		if verb == Swap { // what he holds open is still his
			if pl, err := NewPlan(p, Inject, "", someEntries(p, true), time.Now()); err == nil {
				sent, _ := m.Apply(ctx, pl)
				handled += sent.Done
			}
		}
		m.Verify(ctx, run)
		m.Export(ctx, run, out)
		if verb != Quarantine || o.Old == nil {
			m.Undo(ctx, run)
		}
	}
	return handled
}

func noSecrets(t *testing.T, dir string) {
	t.Helper()
	filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if data, _ := os.ReadFile(name); strings.Contains(string(data), "SECRET") {
				t.Errorf("%s has what lies outside", name)
			}
		}
		return nil
	})
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
func attack(dir, outside string, random *rand.Rand) {
	out := holdFolder(filepath.Join(dir, "out"))
	in := holdFolder(filepath.Join(dir, "in"))
	target := holdFolder(outside)
	defer unix.Close(out)
	defer unix.Close(in)
	defer unix.Close(target)
	ext := []string{".c", ".b"}
	folders := []string{"out", "out.old", "pickup"}
	for {
		name := fmt.Sprintf("m%03d%s", random.IntN(12), ext[random.IntN(2)])
		what := random.IntN(10)
		if what < 8 {
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
			unix.Mknodat(out, name, unix.S_IFCHR|0o600, int(unix.Mkdev(1, 5))) // /dev/zero, which never ends
		case 7:
			unix.Mknodat(out, name, unix.S_IFSOCK|0o600, 0)
		case 8:
			unix.Renameat(out, name, out, name+".away")
			unix.Renameat(out, name+".away", out, name)
		case 9: // the whole folder for a link to the other one
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
