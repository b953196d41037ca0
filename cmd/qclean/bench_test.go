package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"qclean/fixtures"
)

// BenchmarkScan runs the program over a flood, in turn with a bare read of the
// same files by as many workers, and prints the ratios of that one run.
// QCLEAN_BENCH_N sets the number of messages.
func BenchmarkScan(b *testing.B) {
	n := 10000
	if v, err := strconv.Atoi(os.Getenv("QCLEAN_BENCH_N")); err == nil {
		n = v
	}
	dir := b.TempDir()
	queue := filepath.Join(dir, "out")
	if err := (fixtures.Flood{N: n, Seed: 1, Bare: true}).WriteEach(queue, nil); err != nil {
		b.Fatal(err)
	}
	bin := filepath.Join(dir, "qclean")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	const rounds = 5
	var wall, cpu, rescan, perSecond, peak []float64
	for range b.N {
		for range rounds {
			bareWall, bareCPU := bareRead(b, queue)
			state := b.TempDir()
			first := program(b, bin, "--state", state, "scan", "-q", queue)
			second := program(b, bin, "--state", state, "scan", "-q", queue)
			wall = append(wall, first.wall.Seconds()/bareWall.Seconds())
			cpu = append(cpu, first.cpu.Seconds()/bareCPU.Seconds())
			rescan = append(rescan, second.wall.Seconds()/first.wall.Seconds())
			perSecond = append(perSecond, float64(n)/first.wall.Seconds())
			peak = append(peak, float64(first.peak)/1024)
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(perSecond), "msg/s")
	b.ReportMetric(median(peak), "peak-MiB")
	b.ReportMetric(median(wall), "wall/bare-read")
	b.ReportMetric(median(cpu), "cpu/bare-read")
	b.ReportMetric(median(rescan), "rescan/scan")
}

type usage struct {
	wall, cpu time.Duration
	peak      int64 // KiB
}

func program(b *testing.B, bin string, args ...string) usage {
	b.Helper()
	cmd := exec.Command(bin, args...)
	began := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatal(err)
	}
	u := usage{wall: time.Since(began), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	u.peak = cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	return u
}

// bareRead opens, stats, reads and closes every file of a folder.
func bareRead(b *testing.B, dir string) (wall, cpu time.Duration) {
	b.Helper()
	began, cpuBegan := time.Now(), cpuTime()
	d, err := os.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	names := make(chan []string, 16)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			buf := make([]byte, 256<<10)
			for batch := range names {
				for _, name := range batch {
					readFile(b, filepath.Join(dir, name), buf)
				}
			}
		})
	}
	for {
		batch, err := d.Readdirnames(256)
		if err != nil {
			break
		}
		names <- batch
	}
	close(names)
	wg.Wait()
	return time.Since(began), cpuTime() - cpuBegan
}

func readFile(b *testing.B, name string, buf []byte) {
	fd, err := syscall.Open(name, syscall.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		b.Error(err)
		return
	}
	defer syscall.Close(fd)
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		b.Error(err)
	}
	for {
		n, err := syscall.Read(fd, buf)
		if err != nil {
			b.Error(err)
		}
		if n <= 0 || int64(n) == st.Size {
			return
		}
	}
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}
