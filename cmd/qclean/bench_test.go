package main

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"qclean/fixtures"
)

// BenchmarkScan runs the program over a flood in turn with a bare read of the
// same files, and with ripgrep, and prints the ratios of that one run beside
// what they have to be. Nothing fails on a figure: this machine may be busy.
//
// QCLEAN_BENCH_N sets the number of messages, QCLEAN_BENCH_ROUNDS how often all
// is done, and QCLEAN_BENCH_SPOOL names a flat folder of messages to read
// instead of a flood of its own: nothing is changed in it.
func BenchmarkScan(b *testing.B) {
	s := newSpoolBench(b)
	for range b.N {
		for round := range s.rounds {
			s.round(b, round)
		}
		s.cold(b)
		s.tenth(b)
	}
	b.ReportMetric(0, "ns/op")
	s.print(b)
}

// spoolBench is a spool, the programs that read it, and what they took.
type spoolBench struct {
	n, rounds       int
	own             bool // the spool is ours to change
	dir, queue, bin string
	state           string
	rg              string // path of ripgrep, "" without it
	took            map[string][]usage
}

func fromEnv(name string, std int) int {
	if v, err := strconv.Atoi(os.Getenv(name)); err == nil && v > 0 {
		return v
	}
	return std
}

func newSpoolBench(b *testing.B) *spoolBench {
	b.Helper()
	s := &spoolBench{n: fromEnv("QCLEAN_BENCH_N", 10_000), rounds: fromEnv("QCLEAN_BENCH_ROUNDS", 5), dir: b.TempDir(), took: map[string][]usage{}}
	s.queue = os.Getenv("QCLEAN_BENCH_SPOOL")
	if s.queue == "" {
		s.own, s.queue = true, filepath.Join(s.dir, "out")
		if free := freeBytes(b, s.dir); free < int64(s.n)*bytesEach {
			b.Skipf("%d messages need %d MB, and %s has %d MB left", s.n, int64(s.n)*bytesEach>>20, s.dir, free>>20)
		}
		if err := (fixtures.Flood{N: s.n, Seed: 1, Bare: true}).WriteEach(s.queue, nil); err != nil {
			b.Fatal(err)
		}
	}
	s.n = len(namesIn(b, s.queue))
	s.bin, s.rg = build(b, s.dir), ""
	if rg, err := exec.LookPath("rg"); err == nil {
		s.rg = rg
	} else {
		fmt.Println("ripgrep is not installed (Debian: apt-get install ripgrep): its rows are left out")
	}
	s.bare(b, false) // all in memory, whoever comes first
	return s
}

// bytesEach is what one message takes on a disk, and room to spare.
const bytesEach = 8 << 10

func build(b *testing.B, dir string) string {
	b.Helper()
	bin := filepath.Join(dir, "qclean")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return bin
}

// round does everything once, every second time in the reverse order.
func (s *spoolBench) round(b *testing.B, round int) {
	runs := []func(){
		func() { s.took["bare"] = append(s.took["bare"], s.bare(b, false)) },
		func() { s.search(b, "rg") },
		func() {
			s.state = b.TempDir()
			s.scan(b, "scan", "--state", s.state, "scan", "-q", s.queue)
			s.scan(b, "same", "--state", s.state, "scan", "-q", s.queue)
			s.scan(b, "report", "--state", s.state, "report", "--top", "20", "--spool", s.queue)
			s.change(b)
		},
		func() { s.scan(b, "version", "version") },
		func() { s.took["progress"] = append(s.took["progress"], s.firstWord(b)) },
	}
	if round%2 == 1 {
		slices.Reverse(runs)
	}
	for _, run := range runs {
		run()
	}
}

// scan runs the program and keeps what it took.
func (s *spoolBench) scan(b *testing.B, what string, args ...string) {
	b.Helper()
	s.took[what] = append(s.took[what], program(b, s.bin, args...))
}

func (s *spoolBench) search(b *testing.B, what string) {
	b.Helper()
	if s.rg != "" {
		s.took[what] = append(s.took[what], program(b, s.rg, "-c", "no such string anywhere", s.queue))
	}
}

// change gives one message in a hundred another name and content, and scans again.
func (s *spoolBench) change(b *testing.B) {
	b.Helper()
	if !s.own {
		return
	}
	for i, name := range namesIn(b, s.queue) {
		if i%100 != 0 {
			continue
		}
		old := filepath.Join(s.queue, name)
		text, err := os.ReadFile(old)
		if err != nil {
			b.Fatal(err)
		}
		fresh := filepath.Join(s.queue, fmt.Sprintf("N%07d", len(s.took["changed"])*s.n+i))
		if err := os.WriteFile(fresh, append(text, "one more line\r\n"...), 0o600); err != nil {
			b.Fatal(err)
		}
		if err := os.Remove(old); err != nil {
			b.Fatal(err)
		}
	}
	s.scan(b, "changed", "--state", s.state, "scan", "-q", s.queue)
}

// cold reads what is not in memory: each reader after the files were dropped.
func (s *spoolBench) cold(b *testing.B) {
	for range min(s.rounds, 3) {
		dropped(b, s.queue)
		s.took["cold bare"] = append(s.took["cold bare"], s.bare(b, true))
		dropped(b, s.queue)
		s.scan(b, "cold scan", "--state", b.TempDir(), "scan", "-q", s.queue)
		if s.rg != "" {
			dropped(b, s.queue)
			s.search(b, "cold rg")
		}
	}
}

// tenth scans a tenth of the messages, to see whether the time grows with their number alone.
func (s *spoolBench) tenth(b *testing.B) {
	small := filepath.Join(s.dir, "tenth")
	if err := os.Mkdir(small, 0o700); err != nil {
		b.Fatal(err)
	}
	names := namesIn(b, s.queue)
	for _, name := range names[:len(names)/10] {
		text, err := os.ReadFile(filepath.Join(s.queue, name))
		if err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(small, name), text, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	for range s.rounds {
		s.scan(b, "tenth", "--state", b.TempDir(), "scan", "-q", small)
	}
}

// print writes the table of ratios, each the median of those of the rounds.
func (s *spoolBench) print(b *testing.B) {
	cpu := func(u usage) float64 { return u.cpu.Seconds() }
	wall := func(u usage) float64 { return u.wall.Seconds() }
	fmt.Printf("\n%d messages, %d processors, %d rounds\n%-52s %9s  %s\n", s.n, processors(), s.rounds, "FIGURE", "MEASURED", "BAR")
	row := func(metric, what string, value float64, ok bool, bar string) {
		if ok {
			fmt.Printf("%-52s %9.2f  %s\n", what, value, bar)
			b.ReportMetric(value, metric)
		}
	}
	ratio := func(metric, what, a, of string, by func(usage) float64, bar string) {
		v, ok := s.ratio(a, of, by)
		row(metric, what, v, ok, bar)
	}
	one := func(metric, what, a string, by func(usage) float64, bar string) {
		row(metric, what, s.median(a, by), len(s.took[a]) > 0, bar)
	}
	ratio("cpu/bare", "scan / bare read, processor time", "scan", "bare", cpu, "<= 3")
	ratio("wall/bare", "scan / bare read, wall", "scan", "bare", wall, "")
	ratio("wall/rg", "scan / rg -c, wall", "scan", "rg", wall, "<= 2")
	ratio("rescan/scan", "scan of the same again / first scan, wall", "same", "scan", wall, "<= 0.15")
	ratio("changed/scan", "scan after 1 % changed / first scan, wall", "changed", "scan", wall, "<= 0.15")
	ratio("cold/advised", "cold: scan / bare read that advises, wall", "cold scan", "cold bare", wall, "<= 1.5")
	ratio("cold/rg", "cold: scan / rg -c, wall", "cold scan", "cold rg", wall, "<= 0.6")
	ratio("all/tenth", "scan / scan of a tenth of it, wall", "scan", "tenth", wall, "<= 10.5")
	one("peak-MB", "peak memory, MB", "scan", func(u usage) float64 { return float64(u.peak) / 1000 }, "<= 150 of 100k, <= 400 of 1M")
	one("µs-cpu/msg", "processor time a message, µs", "scan", func(u usage) float64 { return cpu(u) * 1e6 / float64(s.n) }, "")
	one("msg/s", "messages a second", "scan", func(u usage) float64 { return float64(s.n) / wall(u) }, "")
	one("ms-report", "qclean report --top 20, ms", "report", func(u usage) float64 { return wall(u) * 1e3 }, "<= 1000 of 1M")
	one("ms-progress", "first sign of progress, ms", "progress", func(u usage) float64 { return wall(u) * 1e3 }, "<= 100")
	one("ms-start", "qclean version, ms", "version", func(u usage) float64 { return wall(u) * 1e3 }, "<= 20")
}

// ratio is the median of the ratios of the rounds.
func (s *spoolBench) ratio(a, of string, by func(usage) float64) (float64, bool) {
	n := min(len(s.took[a]), len(s.took[of]))
	if n == 0 {
		return 0, false
	}
	all := make([]float64, n)
	for i := range all {
		all[i] = by(s.took[a][i]) / by(s.took[of][i])
	}
	return median(all), true
}

func (s *spoolBench) median(what string, by func(usage) float64) float64 {
	var all []float64
	for _, u := range s.took[what] {
		all = append(all, by(u))
	}
	return median(all)
}

func median[T cmp.Ordered](v []T) (m T) {
	if len(v) == 0 {
		return m
	}
	slices.Sort(v)
	return v[len(v)/2]
}

// usage is what a program, or a part of this one, took.
type usage struct {
	wall, cpu time.Duration
	peak      int64 // KiB
}

// program runs a program to its end. One that finds nothing, as ripgrep here, is no failure.
func program(b *testing.B, bin string, args ...string) usage {
	b.Helper()
	cmd := exec.Command(bin, args...)
	began := time.Now()
	if err := cmd.Run(); err != nil && filepath.Base(bin) != "rg" {
		b.Fatal(bin, args, err)
	}
	u := usage{wall: time.Since(began), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	u.peak = cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	return u
}
