package baseline

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Add appends measures and returns when they are on the disk: all of them or
// those up to one that was refused. Their Totals are counted on from those of
// the measure before. What another process has added in the meantime is read first.
func (h *History) Add(measures ...Measure) error {
	if err := h.change(func() error { return h.add(measures) }); err != nil {
		return fmt.Errorf("history: %w", err)
	}
	return nil
}

func (h *History) add(measures []Measure) error {
	last, _ := h.Last()
	totals := last.Totals
	var text []byte
	var err, refused error
	for _, m := range measures {
		if refused = m.check(); refused != nil {
			break
		}
		m = m.bounded()
		m.At = m.At.Truncate(time.Second)
		totals.add(&m)
		m.Totals = totals
		if text, err = appendLine(text, &m); err != nil {
			return err
		}
		h.measures = append(h.measures, m)
	}
	if len(text) == 0 {
		return refused
	}
	if err := h.append(text); err != nil {
		return err
	}
	h.good += int64(len(text))
	if kept, fewer := thin(h.measures, h.good); fewer {
		return errors.Join(refused, h.replace(kept))
	}
	return refused
}

func (t *Totals) add(m *Measure) {
	t.Quarantined += int64(m.Quarantined)
	t.Released += int64(m.Released)
	t.Purged += int64(m.Purged)
}

// append writes behind the last good line; what follows it is cut off first.
func (h *History) append(text []byte) error {
	name := filepath.Join(h.dir, FileName)
	_, err := os.Lstat(name)
	fresh := errors.Is(err, fs.ErrNotExist)
	f, err := openRegular(name, os.O_WRONLY|os.O_CREATE)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Truncate(h.good); err != nil {
		return err
	}
	if _, err := f.WriteAt(text, h.good); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if fresh {
		return syncDir(h.dir)
	}
	return nil
}

// change does something while no other process does: it holds the folder's
// lock and begins with what the file holds now.
func (h *History) change(do func() error) error {
	if err := os.MkdirAll(h.dir, 0o700); err != nil {
		return err
	}
	lock, err := os.Open(h.dir)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock %s: %w", h.dir, err)
	}
	now, err := Open(h.dir)
	if err != nil {
		return err
	}
	*h = *now
	return do()
}

// replace writes the whole history anew: a reader sees the old or the new one.
func (h *History) replace(measures []Measure) error {
	f, err := os.CreateTemp(h.dir, ".new-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already when all went well
	size, err := writeLines(f, measures)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), filepath.Join(h.dir, FileName)); err != nil {
		return err
	}
	h.measures, h.good, h.damaged = measures, size, 0
	return syncDir(h.dir)
}

func writeLines(f *os.File, measures []Measure) (size int64, err error) {
	out := bufio.NewWriter(f)
	var text []byte
	for i := range measures {
		if text, err = appendLine(text[:0], &measures[i]); err != nil {
			return 0, err
		}
		n, err := out.Write(text)
		if size += int64(n); err != nil {
			return 0, err
		}
	}
	return size, out.Flush()
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Accept says, in the name of a person, that the alarms since a moment were
// the beginning of what is usual from now on. They lose their mark, and what
// lies before that moment counts no more. It gives how many had a mark; without
// any, nothing changes.
func (h *History) Accept(since time.Time) (int, error) {
	n := 0
	err := h.edit(func(m *Measure) bool {
		switch {
		case m.At.Before(since):
			m.Past = true
		case m.Alarm:
			m.Alarm = false
			n++
		}
		return true
	}, func() bool { return n > 0 })
	return n, err
}

// ForgetAfter drops the measures that lie after a moment and gives their
// number: what a clock that was wrong has left behind.
func (h *History) ForgetAfter(now time.Time) (int, error) {
	n := 0
	err := h.edit(func(m *Measure) bool {
		if m.At.After(now) {
			n++
			return false
		}
		return true
	}, func() bool { return n > 0 })
	return n, err
}

// edit changes measures, drops those that are not to be kept, and writes them
// all anew if that is worth it. The totals stay those of the last, whatever is
// dropped, unless nothing is left.
func (h *History) edit(keep func(*Measure) bool, worth func() bool) error {
	err := h.change(func() error {
		last, _ := h.Last()
		var kept []Measure
		for _, m := range h.measures {
			if keep(&m) {
				kept = append(kept, m)
			}
		}
		if !worth() {
			return nil
		}
		if len(kept) > 0 {
			kept[len(kept)-1].Totals = last.Totals
		}
		return h.replace(kept)
	})
	if err != nil {
		return fmt.Errorf("history: %w", err)
	}
	return nil
}
