package replay

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"qclean/scan/spool"
	"qclean/scan/spool/imcdata"
)

// BenchmarkQuarantine compares a quarantine, plan, journal, checks, hashes and
// syncs included, with a bare loop of renameat2(2) over the same names, in
// turn. It prints the ratio of the medians: the goal is 2 at most.
// QCLEAN_BENCH_N sets the number of messages.
func BenchmarkQuarantine(b *testing.B) {
	n := 20_000
	if s, err := strconv.Atoi(os.Getenv("QCLEAN_BENCH_N")); err == nil {
		n = s
	}
	dir := b.TempDir()
	out := filepath.Join(dir, "out")
	for _, sub := range []string{"out", "out.old"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			b.Fatal(err)
		}
	}
	text := bytes.Repeat([]byte("From: a@example.com\r\n"), 200)
	for i := range n {
		if err := os.WriteFile(filepath.Join(out, fmt.Sprintf("WK%06d", i)), text, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	tr := tree(b, dir)
	s, err := imcdata.Driver{}.Open(tr, "out")
	if err != nil {
		b.Fatal(err)
	}
	var bare, ours []cost
	for round := 0; b.Loop(); round++ {
		if round%2 == 0 {
			bare = append(bare, bareRenames(b, dir))
			ours = append(ours, quarantineOnce(b, dir, s, n, time.Duration(round)))
		} else {
			ours = append(ours, quarantineOnce(b, dir, s, n, time.Duration(round)))
			bare = append(bare, bareRenames(b, dir))
		}
	}
	perMessage := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / float64(n) / 1000 }
	wall, cpu := medians(bare)
	ourWall, ourCPU := medians(ours)
	b.ReportMetric(perMessage(wall), "µs/bare")
	b.ReportMetric(perMessage(ourWall), "µs/message")
	b.ReportMetric(float64(ourWall)/float64(wall), "ratio")
	b.ReportMetric(float64(ourCPU)/float64(cpu), "cpu-ratio")
}

// cost is what something took: by the clock, and of the processors, which is
// the steadier figure on a machine that others use as well.
type cost struct{ wall, cpu time.Duration }

func medians(costs []cost) (wall, cpu time.Duration) {
	var walls, cpus []time.Duration
	for _, c := range costs {
		walls, cpus = append(walls, c.wall), append(cpus, c.cpu)
	}
	slices.Sort(walls)
	slices.Sort(cpus)
	return walls[len(walls)/2], cpus[len(cpus)/2]
}

// measure gives a function that tells the cost so far.
func measure() func() cost {
	start, used := time.Now(), processor()
	return func() cost { return cost{time.Since(start), processor() - used} }
}

func processor() time.Duration {
	var u unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func bareRenames(b *testing.B, dir string) cost {
	b.Helper()
	bare := filepath.Join(dir, "bare")
	if err := os.Mkdir(bare, 0o700); err != nil { // new, as that of a run
		b.Fatal(err)
	}
	defer os.Remove(bare)
	from, err := unix.Open(filepath.Join(dir, "out"), unix.O_DIRECTORY, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer unix.Close(from)
	to, err := unix.Open(bare, unix.O_DIRECTORY, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer unix.Close(to)
	names, err := os.ReadDir(filepath.Join(dir, "out"))
	if err != nil {
		b.Fatal(err)
	}
	used := measure()
	for _, d := range names {
		if err := unix.Renameat2(from, d.Name(), to, d.Name(), unix.RENAME_NOREPLACE); err != nil {
			b.Fatal(err)
		}
	}
	took := used()
	for _, d := range names {
		if err := unix.Renameat2(to, d.Name(), from, d.Name(), unix.RENAME_NOREPLACE); err != nil {
			b.Fatal(err)
		}
	}
	return took
}

func quarantineOnce(b *testing.B, dir string, s spool.Spool, n int, round time.Duration) cost {
	b.Helper()
	chosen := make([]Pick, 0, n)
	for e, err := range s.Entries(ctx) {
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Stat(ctx, &e); err != nil {
			b.Fatal(err)
		}
		chosen = append(chosen, Pick{Entry: e})
	}
	m, err := New(tree(b, dir), s, Options{})
	if err != nil {
		b.Fatal(err)
	}
	used := measure()
	p, err := NewPlan(s, Quarantine, "--all", chosen, testTime.Add(round*time.Minute))
	if err != nil {
		b.Fatal(err)
	}
	run, err := m.Apply(ctx, p)
	took := used()
	if err != nil || run.Done != n {
		b.Fatalf("%+v %v", run, err)
	}
	if _, err := m.Undo(ctx, run); err != nil {
		b.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "out.old")); err != nil && !errors.Is(err, os.ErrNotExist) {
		b.Fatal(err)
	}
	return took
}

// BenchmarkSwap shows that a swap costs the same for any number of messages.
func BenchmarkSwap(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			dir := b.TempDir()
			if err := os.Mkdir(filepath.Join(dir, "out"), 0o700); err != nil {
				b.Fatal(err)
			}
			for i := range n {
				if err := os.WriteFile(filepath.Join(dir, "out", fmt.Sprintf("WK%06d", i)), nil, 0o600); err != nil {
					b.Fatal(err)
				}
			}
			tr := tree(b, dir)
			s, err := imcdata.Driver{}.Open(tr, "out")
			if err != nil {
				b.Fatal(err)
			}
			m, err := New(tr, s, Options{})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				p, err := NewSwap(s, nil, "--all", m.o.Now())
				if err != nil {
					b.Fatal(err)
				}
				run, err := m.Apply(ctx, p)
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				if _, err := m.Undo(ctx, run); err != nil {
					b.Fatal(err)
				}
				os.RemoveAll(filepath.Join(dir, "out.old"))
				b.StartTimer()
			}
		})
	}
}
