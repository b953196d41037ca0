package journal

import (
	"fmt"
	"hash/crc32"
	"strconv"
)

// Writer appends lines. After the first failure nothing is written any more,
// and every call returns that failure: a line that was torn is at the end of
// the file, where a reader expects it. Not for several goroutines at once.
type Writer struct {
	file  File
	buf   []byte
	at    Position
	dirty bool // lines since the last sync
	err   error
}

const flushAt = 64 << 10

// NewWriter begins a journal in an empty file.
func NewWriter(f File) *Writer { return &Writer{file: f} }

// Resume goes on with a journal that was read up to at. What follows there is
// cut off for good before anything is added, so that no old line can come
// back behind a new one; and what stands is synced, since nobody knows
// whether the last sync of whoever wrote it came to its end.
func Resume(f File, at Position) (*Writer, error) {
	if at.Torn {
		if err := f.Truncate(at.Offset); err != nil {
			return nil, fmt.Errorf("cut torn end: %w", err)
		}
		at.Torn = false
	}
	if err := f.Sync(); err != nil {
		return nil, fmt.Errorf("sync journal: %w", err)
	}
	return &Writer{file: f, at: at}, nil
}

// Append adds one line to the buffer, which goes to the file when it is full,
// and with Flush and Sync.
func (w *Writer) Append(kind string, args ...string) error {
	if w.err != nil {
		return w.err
	}
	start := len(w.buf)
	w.buf = appendLine(w.buf, w.at.Syncs, w.at.Lines+1, kind, args)
	size := int64(len(w.buf) - start)
	if !isKind(kind) {
		w.buf = w.buf[:start]
		w.err = fmt.Errorf("no kind of line: %q", kind)
		return w.err
	}
	if size > MaxLine || len(args) > maxArgs || w.at.Offset+size > MaxSize {
		w.buf = w.buf[:start]
		w.err = ErrTooLong
		return w.err
	}
	w.at.Lines++
	w.at.Offset += size
	w.dirty = true
	if len(w.buf) >= flushAt {
		return w.Flush()
	}
	return nil
}

// Flush gives the lines so far to the kernel: they survive the end of the
// process, but not that of the power.
func (w *Writer) Flush() error {
	if w.err != nil || len(w.buf) == 0 {
		return w.err
	}
	if _, err := w.file.Write(w.buf); err != nil {
		w.err = fmt.Errorf("write journal: %w", err)
		return w.err
	}
	w.buf = w.buf[:0]
	return nil
}

// Sync returns when all lines so far are on the disk.
func (w *Writer) Sync() error {
	if w.err != nil || !w.dirty {
		return w.err
	}
	if err := w.Append(mark); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := w.file.Sync(); err != nil {
		w.err = fmt.Errorf("sync journal: %w", err)
		return w.err
	}
	w.at.Syncs++
	w.dirty = false
	return nil
}

// Size is the length of the journal in bytes, with what is not written yet.
func (w *Writer) Size() int64 { return w.at.Offset }

func appendLine(dst []byte, syncs, number uint64, kind string, args []string) []byte {
	start := len(dst)
	dst = append(dst, "00000000 "...)
	text := len(dst)
	dst = strconv.AppendUint(dst, syncs, 10)
	dst = append(dst, '.')
	dst = strconv.AppendUint(dst, number, 10)
	dst = append(dst, ' ')
	dst = append(dst, kind...)
	for _, a := range args {
		dst = append(dst, ' ')
		dst = appendEscaped(dst, a)
	}
	putSum(dst[start:], crc32.Checksum(dst[text:], crcTable))
	return append(dst, '\n')
}
