package scan

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"qclean/scan/disk"
	"qclean/scan/spool/imcdata"
)

// TestGarbageOfAScan holds what listing and reading a message allocates: its
// names, its envelope and its Ident, which the caller may keep.
func TestGarbageOfAScan(t *testing.T) {
	const n, most, mostPieces = 3000, 600, 14
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
	var before, after runtime.MemStats
	pass := func() {
		for size, err := range Each(t.Context(), s, Options{Workers: 2}, start) {
			if err != nil || size != int64(len(text)) {
				t.Fatal(size, err)
			}
		}
	}
	runtime.ReadMemStats(&before)
	pass()
	runtime.ReadMemStats(&after)
	const fixed = 2*DefaultText + 1<<20 // the workers' buffers, batches
	bytes, pieces := (after.TotalAlloc-before.TotalAlloc-fixed)/n, (after.Mallocs-before.Mallocs)/n
	if bytes > most || pieces > mostPieces {
		t.Errorf("%d bytes in %d pieces a message, want at most %d in %d", bytes, pieces, most, mostPieces)
	}
	t.Logf("%d bytes in %d pieces a message", bytes, pieces)
}
