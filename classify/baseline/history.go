package baseline

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// History is the measures of one queue, in the order in which they were added.
// A History in memory is a picture of the file; it is not for several
// goroutines at once.
type History struct {
	dir      string
	measures []Measure
	good     int64 // bytes up to the end of the last good line
	damaged  int   // lines that were passed over
}

// FileName is the history in its folder, beside the index of its spool.
const FileName = "history"

// maxFile bounds what is read: of a longer file only the end.
const maxFile = 32 << 20

// Open reads the history in a folder; the folder and the history need not be there.
func Open(dir string) (*History, error) {
	h := &History{dir: dir}
	f, err := openRegular(filepath.Join(dir, FileName), os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return h, nil
	}
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	defer f.Close()
	if err := h.read(f); err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	return h, nil
}

// openRegular opens a file that has to be one: no link, no FIFO.
func openRegular(name string, flag int) (*os.File, error) {
	f, err := os.OpenFile(name, flag|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(fmt.Errorf("%s is no regular file", name), err, f.Close())
	}
	return f, nil
}

// read takes what the file holds instead of what was known.
func (h *History) read(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	from := max(info.Size()-maxFile, 0)
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return err
	}
	in := bufio.NewReaderSize(io.LimitReader(f, maxFile), maxLine+1)
	if from > 0 { // begin after the line that was cut
		n, err := skipLine(in)
		if from += n; err != nil {
			return h.take(nil, from, 0, err)
		}
	}
	measures, good, damaged, err := readLines(in)
	return h.take(measures, from+good, damaged, err)
}

func (h *History) take(measures []Measure, good int64, damaged int, err error) error {
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	h.measures, h.good, h.damaged = measures, good, damaged
	return nil
}

// readLines reads to the end. What follows the last good line is torn, or
// something else that is no line, and is not counted as damage: the next Add
// cuts it off. A bad line before a good one is passed over: a history only
// advises, and one lost measure must not stop a clean-up.
func readLines(in *bufio.Reader) (measures []Measure, good int64, damaged int, err error) {
	var at int64
	bad := 0
	for {
		text, err := in.ReadSlice('\n')
		at += int64(len(text))
		if errors.Is(err, bufio.ErrBufferFull) {
			var n int64
			n, err = skipLine(in)
			at += n
			text = nil
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return measures, good, damaged, err
		}
		m, err := parseLine(bytes.TrimSuffix(text, []byte{'\n'}))
		if err != nil {
			bad++
			continue
		}
		measures, good, damaged, bad = append(measures, m), at, damaged+bad, 0
	}
}

// skipLine goes behind the next line end and gives the bytes up to there.
func skipLine(in *bufio.Reader) (int64, error) {
	var n int64
	for {
		part, err := in.ReadSlice('\n')
		n += int64(len(part))
		if !errors.Is(err, bufio.ErrBufferFull) {
			return n, err
		}
	}
}

// Len is how many measures there are.
func (h *History) Len() int { return len(h.measures) }

// Damaged is how many lines of the file were no measures and were passed over.
func (h *History) Damaged() int { return h.damaged }

// Last gives the measure that was added last, false when there is none. Its
// time may lie in the future when the clock has been set back since.
func (h *History) Last() (Measure, bool) {
	if len(h.measures) == 0 {
		return Measure{}, false
	}
	return h.measures[len(h.measures)-1], true
}

// LastRun is Last but for measures that were taken for their own sake.
func (h *History) LastRun() (Measure, bool) {
	for _, m := range slices.Backward(h.measures) {
		if m.Outcome != Measured {
			return m, true
		}
	}
	return Measure{}, false
}

// Since gives the measures from a moment on up to another, in order of time.
func (h *History) Since(from, to time.Time) []Measure {
	var out []Measure
	for _, m := range h.measures {
		if !m.At.Before(from) && !m.At.After(to) {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b Measure) int { return a.At.Compare(b.At) })
	return out
}
