package scan

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"qclean/scan/disk"
	"qclean/scan/spool"
	"qclean/scan/spool/imcdata"
)

// TestGarbageOfAScan holds what listing and reading a message allocates: its
// names, which the caller may keep. Its envelope and its Ident are lent.
func TestGarbageOfAScan(t *testing.T) {
	const n, first, more, most, mostPieces = 200, 60, 60, 160, 3
	dir := t.TempDir()
	queue := filepath.Join(dir, "out")
	if err := os.Mkdir(queue, 0o700); err != nil {
		t.Fatal(err)
	}
	text := "Received: from a.example.net (a.example.net [192.0.2.1]) by b.example.com with SMTP; x\r\nFrom: a@example.net\r\nTo: b@example.com\r\nSubject: x\r\n\r\n" +
		strings.Repeat("Some words of a text.\r\n", 50)
	for i := range n {
		if err := os.WriteFile(filepath.Join(queue, fmt.Sprintf("M%07d", i)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	s, err := imcdata.Driver{}.Open(tree, "out")
	if err != nil {
		t.Fatal(err)
	}
	start := func() func(*Message) (int64, error) {
		return func(m *Message) (int64, error) { return m.Entry.Size, nil }
	}
	pass := func(times int) (bytes, pieces uint64) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for size, err := range Each(t.Context(), repeated{s, s.(spool.Nearer), times}, Options{Workers: 2}, start) {
			if err != nil || size != int64(len(text)) {
				t.Fatal(size, err)
			}
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc, after.Mallocs - before.Mallocs
	}
	fixedBytes, fixedPieces := pass(first) // the workers' buffers, and batches
	bytes, pieces := pass(first + more)
	perBytes, perPieces := float64(bytes-fixedBytes)/(more*n), float64(pieces-fixedPieces)/(more*n)
	if perBytes > most || perPieces > mostPieces {
		t.Errorf("%.0f bytes in %.1f pieces a message, want at most %d in %d", perBytes, perPieces, most, mostPieces)
	}
	t.Logf("%.0f bytes in %.1f pieces a message", perBytes, perPieces)
}

// repeated is a spool that lists everything several times.
type repeated struct {
	spool.Spool
	spool.Nearer
	times int
}

func (s repeated) Entries(ctx context.Context) iter.Seq2[spool.Entry, error] {
	return func(yield func(spool.Entry, error) bool) {
		for range s.times {
			for e, err := range s.Spool.Entries(ctx) {
				if !yield(e, err) {
					return
				}
			}
		}
	}
}
