package disk

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// rounds is how often an attacker and a reader meet.
const rounds = 3000

// TestSwappedFolder reads and moves while another goroutine swaps a folder for
// a link to the outside, as fast as it can.
func TestSwappedFolder(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		outside := t.TempDir()
		write(t, outside, "a", "secret")
		write(t, dir, "folder/a", "inside")
		must(t, os.Symlink(outside, filepath.Join(dir, "link")))
		done := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default: // exchanged at once, so that a name is there at all times
					unix.Renameat2(unix.AT_FDCWD, dir+"/folder", unix.AT_FDCWD, dir+"/link", unix.RENAME_EXCHANGE)
				}
			}
		})
		met := map[string]int{}
		for i := range rounds {
			met[readOnce(t, tree)]++
			new := fmt.Sprintf("folder/new%d", i)
			if f, err := tree.Create(new, 0o600); err == nil {
				f.Close()
				tree.Remove(new)
			}
			tree.Move("folder/a", "a")
			tree.Move("a", "folder/a")
		}
		close(done)
		wg.Wait()
		if met["secret"] > 0 || met["inside"] == 0 {
			t.Errorf("read %v", met)
		}
		if diff := names(t, outside); len(diff) != 1 || diff[0] != "a" {
			t.Errorf("the outside holds %q", diff)
		}
	})
}

func readOnce(t *testing.T, tree *folder) string {
	f, err := tree.Open("folder/a")
	if err != nil {
		return "refused"
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}

// TestSwappedFile opens a name that is a file, a link and a FIFO by turns.
func TestSwappedFile(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		outside := write(t, t.TempDir(), "a", "secret")
		write(t, dir, "folder/a", "inside")
		must(t, os.Symlink(outside, filepath.Join(dir, "link")))
		must(t, unix.Mkfifo(filepath.Join(dir, "fifo"), 0o600))
		done := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
					trap := dir + []string{"/link", "/fifo"}[i/2%2]
					unix.Renameat2(unix.AT_FDCWD, dir+"/folder/a", unix.AT_FDCWD, trap, unix.RENAME_EXCHANGE)
				}
			}
		})
		met := map[string]int{}
		for range rounds {
			met[readOnce(t, tree)]++
			if f, err := tree.Append("folder/a"); err == nil {
				f.Close()
			}
			if l, err := tree.Lock("folder/a", Flock); err == nil {
				l.Close()
			}
		}
		close(done)
		wg.Wait()
		if met["secret"] > 0 || met["inside"] == 0 {
			t.Errorf("read %v", met)
		}
	})
}

// TestMoversMeet has several movers that want the same file at the same name.
func TestMoversMeet(t *testing.T) {
	eachTree(t, func(t *testing.T, dir string, tree *folder) {
		const files, movers = 200, 4
		must(t, os.Mkdir(filepath.Join(dir, "to"), 0o700))
		for i := range files {
			write(t, dir, fmt.Sprintf("from/%d", i), fmt.Sprint(i))
		}
		won := make([]int, movers)
		var wg sync.WaitGroup
		for m := range movers {
			wg.Go(func() {
				for i := range files {
					if tree.Move(fmt.Sprintf("from/%d", i), fmt.Sprintf("to/%d", i)) == nil {
						won[m]++
					}
				}
			})
		}
		wg.Wait()
		if sum := won[0] + won[1] + won[2] + won[3]; sum != files {
			t.Errorf("%d moves of %d files succeeded", sum, files)
		}
	})
}

// TestReadingIsCheap bounds what the garbage collector has to do for a message.
func TestReadingIsCheap(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "sub/a", "hello")
	tree := openTree(t, dir)
	buf := make([]byte, 4096)
	allocs := testing.AllocsPerRun(100, func() {
		f, err := tree.Open("sub/a")
		if err != nil {
			t.Fatal(err)
		}
		f.Read(buf)
		if _, err := f.Stat(); err != nil {
			t.Fatal(err)
		}
		f.Close()
	})
	if allocs > 3 {
		t.Errorf("%v allocations for one file", allocs)
	}
	if allocs := testing.AllocsPerRun(100, func() { tree.Lstat("sub/a") }); allocs > 3 {
		t.Errorf("%v allocations for Lstat", allocs)
	}
}
