package replay

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"

	"qclean/scan/disk"
)

// sumFile reads a regular file and gives its SHA-256. ident, unless "", is
// what the file has to be: a name may be another's by now.
func sumFile(t disk.Tree, name, ident string, buf []byte) (sum string, size int64, err error) {
	f, err := t.Open(name)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", 0, err
	}
	if ident != "" && (inodeOf(info.Ident()) != inodeOf(ident) || info.Links != 1) {
		return "", 0, fmt.Errorf("read %q: %w", name, errChanged)
	}
	return sumOf(f, info.Size, buf)
}

// sumOf reads to the end. A file of the size that it is said to have is not
// asked for its end, which for most messages would be every second call.
func sumOf(f io.Reader, said int64, buf []byte) (string, int64, error) {
	h := sha256.New()
	var size int64
	for {
		n, err := f.Read(buf)
		h.Write(buf[:n])
		size += int64(n)
		if errors.Is(err, io.EOF) || err == nil && n < len(buf) && size == said {
			break
		}
		if err != nil {
			return "", 0, err
		}
	}
	var raw [sha256.Size]byte
	return hex.EncodeToString(h.Sum(raw[:0])), size, nil
}

// onlyReader keeps io.CopyBuffer to the buffer it is given.
type onlyReader struct{ io.Reader }

var errChanged = errors.New("changed")

const sumBuffer = 128 << 10

// hasher takes the sums of messages that have arrived, while the next ones
// are moved: a rename waits for the filesystem's lock and not for a processor,
// so that reading costs little time beside it.
type hasher struct {
	tree   disk.Tree
	inline bool
	buf    []byte
	steps  []*Step
	wait   chan struct{} // closed when steps have their sums
}

// start begins with the next steps, when those before are through.
func (h *hasher) start(w *work, steps []*Step) error {
	if err := h.drain(w); err != nil || len(steps) == 0 {
		return err
	}
	if h.buf == nil {
		h.buf = make([]byte, sumBuffer)
	}
	h.steps, h.wait = steps, make(chan struct{})
	if h.inline {
		h.work()
	} else {
		go h.work()
	}
	return nil
}

// work is best effort: a message that cannot be read has no sum, and verify says so.
func (h *hasher) work() {
	defer close(h.wait)
	defer keepFolders(h.tree)()
	for _, s := range h.steps {
		for i := range s.Moves {
			m := &s.Moves[i]
			m.Sum, _, _ = sumFile(h.tree, m.To, m.Ident, h.buf)
		}
	}
}

// drain waits for what was begun and writes it down.
func (h *hasher) drain(w *work) error {
	if h.wait == nil {
		return nil
	}
	<-h.wait
	h.wait = nil
	for _, s := range h.steps {
		if err := w.journal.Append(lineSum, append([]string{strconv.Itoa(s.N)}, moveSums(s)...)...); err != nil {
			return err
		}
	}
	h.steps = nil
	return nil
}

func moveSums(s *Step) []string {
	out := make([]string, len(s.Moves))
	for i, m := range s.Moves {
		out[i] = m.Sum
	}
	return out
}

// summed counts and hashes what is written.
type summed struct {
	to   io.Writer
	hash hash.Hash
	n    int64
	err  error
}

func (s *summed) Write(p []byte) (int, error) {
	n, err := s.to.Write(p)
	s.hash.Write(p[:n])
	s.n += int64(n)
	if err != nil {
		s.err = err
	}
	return n, err
}

func newSummed(to io.Writer) *summed { return &summed{to: to, hash: sha256.New()} }

// String is the sum in hexadecimal digits.
func (s *summed) String() string { return hex.EncodeToString(s.hash.Sum(nil)) }
