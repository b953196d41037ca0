package index

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"unsafe"
)

// A damaged file can still say what makes sense, and wrong facts would move the
// wrong mail. So the sum of each file stands beside it, and is held against the
// file before anything of it is believed.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func sumName(name string) string { return name + ".crc" }

// sum is taken while a file is written, or read.
type sum struct {
	crc uint32
	n   int64
}

func (s *sum) Write(b []byte) (int, error) {
	s.crc, s.n = crc32.Update(s.crc, castagnoli, b), s.n+int64(len(b))
	return len(b), nil
}

// WriteString spares a text of a megabyte its copy.
func (s *sum) WriteString(text string) (int, error) {
	return s.Write(unsafe.Slice(unsafe.StringData(text), len(text)))
}

func (s *sum) String() string { return fmt.Sprintf("%08x %d\n", s.crc, s.n) }

// sumOf reads a file to its end.
func sumOf(r io.Reader) (string, error) {
	var s sum
	_, err := io.CopyBuffer(&s, struct{ io.Reader }{r}, make([]byte, 1<<18)) // a file would use a small one of its own
	return s.String(), err
}

// writeSum notes the sum of a file that has been written. A crash before it
// leaves a sum that does not fit, and the spool is read again.
func writeSum(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	sum, err := sumOf(f)
	if err != nil {
		return err
	}
	return replace(sumName(name), func(out *os.File) error {
		_, err := out.WriteString(sum)
		return err
	})
}

// checkSum holds a file against its sum and goes back to its beginning.
func checkSum(name string, f *os.File) error {
	want, err := os.ReadFile(sumName(name))
	if err != nil {
		return fmt.Errorf("%w: its sum: %v", ErrDamaged, err)
	}
	got, err := sumOf(f)
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	if got != string(want) {
		return fmt.Errorf("%w: its sum is not the one that was written", ErrDamaged)
	}
	_, err = f.Seek(0, io.SeekStart)
	return err
}

// openSummed opens a file whose content is what its sum says: ErrNone, ErrDamaged.
func openSummed(name string) (*os.File, error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	if err := checkSum(name, f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
