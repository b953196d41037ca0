package postfix

import (
	"os"
	"path/filepath"
	"testing"

	"qclean/scan/disk"
	"qclean/scan/spool/spooltest"
)

// golden is a spool in a fresh folder, and the folder's name.
func golden(t testing.TB) (*queueDir, string) {
	t.Helper()
	dir := t.TempDir()
	queue := filepath.Join(dir, "postfix")
	if err := os.Mkdir(queue, 0o755); err != nil {
		t.Fatal(err)
	}
	spooltest.Unpack(t, "testdata/queue.tar.gz", queue) // made by fixtures/live/golden-postfix.sh
	return openAt(t, dir, "postfix"), queue
}

func openAt(t testing.TB, dir, at string) *queueDir {
	t.Helper()
	tree, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	s, err := Driver{}.Open(tree, at)
	if err != nil {
		t.Fatal(err)
	}
	return s.(*queueDir)
}
