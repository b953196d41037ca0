package disk

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// TestRoomKeepsWhatIsWritten: blocks of the file are apart from one another and
// from ordinary ones, begin empty, and still say what was written after the
// system was told to take their pages.
func TestRoomKeepsWhatIsWritten(t *testing.T) {
	dir := t.TempDir()
	r := NewRoom(dir)
	r.Ordinary, r.Most = 1000, 1<<40
	defer r.Close()
	var blocks [][]byte
	for i := range 100 {
		b := r.Bytes(1 + i*9973)
		if len(b) != 1+i*9973 || cap(b) != len(b) || bytes.ContainsFunc(b, func(c rune) bool { return c != 0 }) {
			t.Fatalf("block %d has %d bytes, or is not empty", i, len(b))
		}
		for k := range b {
			b[k] = byte(i + k)
		}
		blocks = append(blocks, b)
	}
	if len(r.segments) == 0 {
		t.Skip("no file can be had here")
	}
	if names, err := filepath.Glob(filepath.Join(dir, ".*")); err != nil || len(names) > 0 {
		t.Errorf("the file has a name: %v %v", names, err)
	}
	for range 3 {
		r.letGo(0, 0)
		for i, b := range blocks {
			for k := range b {
				if b[k] != byte(i+k) {
					t.Fatalf("block %d, byte %d is %d", i, k, b[k])
				}
			}
			b[0]++ // a page that came back can be written
			b[0]--
		}
	}
	r.letGo(0, 0)
}

// TestNoMoreIsLetGoThanNeedBe: and the next time it is another segment's turn.
func TestNoMoreIsLetGoThanNeedBe(t *testing.T) {
	r := NewRoom(t.TempDir())
	r.Ordinary, r.Most = 0, 1<<40
	defer r.Close()
	fill := func() {
		for _, b := range r.segments {
			for i := 0; i < len(b); i += 4096 {
				b[i] = 1
			}
		}
	}
	for range 8 {
		r.Bytes(roomSegment / 2)
	}
	if _, file := resident(); len(r.segments) != 4 || file == 0 {
		t.Skip("no file can be had here, or no /proc")
	}
	for turn := range 5 {
		fill()
		all, before := resident()
		most := all - roomSegment/2
		now := r.letGo(all, most)
		if _, file := resident(); now > most || before-file < roomSegment/2 || before-file > roomSegment*3/2 {
			t.Errorf("turn %d: of %d MB of files, %d are in memory", turn, before>>20, file>>20)
		}
	}
}

// TestPagesAreLetGo: when the process holds more than it should, the pages of
// the room are let go, again and again.
func TestPagesAreLetGo(t *testing.T) {
	_, before := resident() // other tests' rooms among it
	r := NewRoom(t.TempDir())
	r.Ordinary, r.Most = 0, 1
	defer r.Close()
	blocks := [][]byte{r.Bytes(roomSegment / 2), r.Bytes(roomSegment / 2), r.Bytes(roomSegment / 2), r.Bytes(roomSegment / 2)}
	if _, file := resident(); len(r.segments) == 0 || file == 0 {
		t.Skip("no file can be had here, or no /proc")
	}
	for range 3 {
		for _, b := range blocks {
			for i := 0; i < len(b); i += 4096 {
				b[i] = 1
			}
		}
		seen := false
		for range 1000 {
			_, file := resident()
			if seen = file <= before+roomWorth; seen {
				break
			}
			time.Sleep(roomWatch)
		}
		if !seen {
			t.Fatal("the pages stay")
		}
	}
}

// TestRoomWithoutADisk: where there is no file, or no room on it, all is
// ordinary memory; and so it is without a room.
func TestRoomWithoutADisk(t *testing.T) {
	gone := NewRoom(filepath.Join(t.TempDir(), "gone"))
	gone.Ordinary = 0
	for _, r := range []*Room{gone, nil} {
		for _, n := range []int{0, 1, 5000, roomSegment + 1} {
			if b := r.Bytes(n); len(b) != n {
				t.Errorf("%d bytes of %d", len(b), n)
			}
		}
		r.Close()
		r.Close()
	}
	large := NewRoom(t.TempDir())
	large.Ordinary = 0
	defer large.Close()
	if b := large.Bytes(roomSegment + 1); len(b) != roomSegment+1 || large.file != nil {
		t.Error("a block that no segment can hold is ordinary memory")
	}
}

// TestRoomIsSharedByWorkers: blocks that are asked for at the same time are not the same.
func TestRoomIsSharedByWorkers(t *testing.T) {
	r := NewRoom(t.TempDir())
	r.Ordinary = 4 * int64(os.Getpagesize())
	defer r.Close()
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for range 200 {
				b := r.Bytes(5000)
				for i := range b {
					if b[i] != 0 {
						t.Error("somebody else's block")
						return
					}
					b[i] = byte(w + 1)
				}
			}
		})
	}
	wg.Wait()
}

// TestEaseLetsGoAtOnce: who eases a process that holds too much need not wait
// for the watch; while it does not, or once the room is closed, nothing is let go.
func TestEaseLetsGoAtOnce(t *testing.T) {
	var none *Room
	none.Ease()
	for _, test := range []struct {
		name        string
		most        int64
		close, gone bool
	}{
		{name: "too much", most: 1, gone: true},
		{name: "not too much", most: 1 << 40},
		{name: "closed", most: 1, close: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := NewRoom(t.TempDir())
			r.Ordinary, r.Most = 0, 1<<40
			b := r.Bytes(roomSegment / 2)
			_, before := resident()
			if len(r.segments) == 0 || before == 0 {
				t.Skip("no file can be had here, or no /proc")
			}
			close(r.end) // no watch but the test
			r.end = nil
			for i := 0; i < len(b); i += 4096 {
				b[i] = 1
			}
			for i := 0; i < 2*roomWorth; i += roomSegment / 2 { // enough to be worth it
				for c, k := r.Bytes(roomSegment/2), 0; k < len(c); k += 4096 {
					c[k] = 1
				}
			}
			r.Most = test.most
			r.next.Store(1) // it is time to look
			if test.close {
				r.next.Store(0)
			}
			r.Ease()
			if _, file := resident(); (file-before < roomWorth) != test.gone {
				t.Errorf("%d MB of files are in memory", file>>20)
			}
			r.letGo(0, 0)
		})
	}
}

// TestMappedFile: what is in a file can be looked at, also after its pages were
// let go and the file is gone, with a room and without.
func TestMappedFile(t *testing.T) {
	for _, size := range []int{0, 1, 5000, 2*roomSegment + 1} {
		name := filepath.Join(t.TempDir(), "f")
		want := bytes.Repeat([]byte{1, 2, 3, 4, 5, 6, 7}, size/7+1)[:size]
		if err := os.WriteFile(name, want, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		r := NewRoom(t.TempDir())
		defer r.Close()
		for _, r := range []*Room{r, nil} {
			b, err := r.Map(f)
			if err != nil || !bytes.Equal(b, want) {
				t.Fatalf("%d bytes of %d, %v", len(b), size, err)
			}
			defer func() {
				if !bytes.Equal(b, want) {
					t.Errorf("%d bytes are others now", size)
				}
			}()
		}
		if err := errors.Join(f.Close(), os.Remove(name)); err != nil {
			t.Fatal(err)
		}
		if segments := (size + roomSegment - 1) / roomSegment; len(r.segments) != segments {
			t.Errorf("%d bytes: %d segments", size, len(r.segments))
		}
		r.letGo(0, 0)
	}
}

// TestNobodyGoesOnWhilePagesAreLetGo: who brings pages in waits for who lets them go.
func TestNobodyGoesOnWhilePagesAreLetGo(t *testing.T) {
	r := NewRoom(t.TempDir())
	r.letting.Store(true)
	done := make(chan bool)
	go func() {
		r.Ease()
		done <- r.letting.Load()
	}()
	select {
	case <-done:
		t.Fatal("it did not wait")
	case <-time.After(20 * time.Millisecond):
	}
	r.letting.Store(false)
	if <-done {
		t.Error("it went on before the end")
	}
}
