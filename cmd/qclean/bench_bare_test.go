package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

func processors() int { return runtime.GOMAXPROCS(0) }

// bare opens, stats, reads and closes every file of the spool with as many
// workers as the program has: what it is held against. advised asks the disk
// for each batch of 64 before it reads it.
func (s *spoolBench) bare(b *testing.B, advised bool) usage {
	b.Helper()
	began, cpuBegan := time.Now(), cpuTime()
	d, err := os.Open(s.queue)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	names := make(chan []string, 16)
	var wg sync.WaitGroup
	for range processors() {
		wg.Go(func() {
			buf := make([]byte, 256<<10)
			for batch := range names {
				for _, fd := range openAll(b, int(d.Fd()), batch, advised) {
					readFile(b, fd, buf)
				}
			}
		})
	}
	for {
		batch, err := d.Readdirnames(64)
		if err != nil {
			break
		}
		names <- batch
	}
	close(names)
	wg.Wait()
	return usage{wall: time.Since(began), cpu: cpuTime() - cpuBegan}
}

const (
	adviseWillNeed = 3 // POSIX_FADV_WILLNEED
	adviseDontNeed = 4
)

// openAll yields open files, all of them asked for before the first where that is wanted.
func openAll(b *testing.B, dir int, names []string, advised bool) func(func(int, int) bool) {
	open := func(name string) int {
		fd, err := syscall.Openat(dir, name, syscall.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NOATIME, 0)
		if err != nil {
			b.Error(err)
		}
		return fd
	}
	return func(yield func(int, int) bool) {
		if !advised {
			for i, name := range names {
				yield(i, open(name))
			}
			return
		}
		fds := make([]int, len(names))
		for i, name := range names {
			fds[i] = open(name)
			advise(fds[i], 64<<10, adviseWillNeed)
		}
		for i, fd := range fds {
			yield(i, fd)
		}
	}
}

func advise(fd int, bytes int64, what uintptr) {
	_, _, _ = syscall.Syscall6(syscall.SYS_FADVISE64, uintptr(fd), 0, uintptr(bytes), what, 0, 0)
}

func readFile(b *testing.B, fd int, buf []byte) {
	defer syscall.Close(fd)
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		b.Error(err)
	}
	for total := int64(0); ; {
		n, err := syscall.Read(fd, buf)
		if err != nil {
			b.Error(err)
		}
		if total += int64(n); n <= 0 || total == st.Size {
			return
		}
	}
}

// dropped takes the files out of memory, as far as this user may: their pages,
// and with QCLEAN_BENCH_DROP=1 the inodes and folders of the whole machine.
func dropped(b *testing.B, dir string) {
	b.Helper()
	syscall.Sync() // pages that are not written yet cannot be dropped
	for _, name := range namesIn(b, dir) {
		fd, err := syscall.Open(filepath.Join(dir, name), syscall.O_RDONLY|syscall.O_NOFOLLOW, 0)
		if err != nil {
			continue
		}
		advise(fd, 0, adviseDontNeed)
		syscall.Close(fd)
	}
	if os.Getenv("QCLEAN_BENCH_DROP") == "1" {
		if err := os.WriteFile("/proc/sys/vm/drop_caches", []byte("3\n"), 0); err != nil {
			fmt.Println("caches stay:", err)
		}
	}
}

func namesIn(b *testing.B, dir string) []string {
	b.Helper()
	d, err := os.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if err != nil {
		b.Fatal(err)
	}
	return names
}

func freeBytes(b *testing.B, dir string) int64 {
	b.Helper()
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		b.Fatal(err)
	}
	return int64(st.Bavail) * st.Frsize
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// firstWord is the time until a scan writes anything on its terminal.
func (s *spoolBench) firstWord(b *testing.B) usage {
	b.Helper()
	terminal, name, err := openTerminal()
	if err != nil {
		b.Fatal(err)
	}
	defer terminal.Close()
	end, err := os.OpenFile(name, os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(s.bin, "--state", b.TempDir(), "scan", s.queue)
	cmd.Stderr = end
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	end.Close()
	buf := make([]byte, 4096)
	if _, err := terminal.Read(buf); err != nil {
		b.Fatal(err)
	}
	took := time.Since(began)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	return usage{wall: took}
}

// openTerminal makes a terminal and gives its other end's name (pts(4)).
func openTerminal() (*os.File, string, error) {
	f, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, "", err
	}
	var unlock, number int32
	for request, value := range map[uintptr]*int32{syscall.TIOCSPTLCK: &unlock, syscall.TIOCGPTN: &number} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, uintptr(unsafe.Pointer(value))); errno != 0 {
			f.Close()
			return nil, "", errno
		}
	}
	return f, fmt.Sprintf("/dev/pts/%d", number), nil
}
