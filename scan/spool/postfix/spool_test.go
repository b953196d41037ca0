package postfix

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// unpack lays out the queue that fixtures/live/golden-postfix.sh made with a
// real Postfix, with its modes and times; the owner is who runs the test.
func unpack(t testing.TB, dir string) {
	t.Helper()
	f, err := os.Open("testdata/queue.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for archive := tar.NewReader(z); ; {
		h, err := archive.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, filepath.FromSlash(h.Name))
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(name, 0o700)
		} else {
			err = unpackFile(name, archive, h)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func unpackFile(name string, r io.Reader, h *tar.Header) error {
	b, err := io.ReadAll(r)
	if err == nil {
		err = os.WriteFile(name, b, 0o600)
	}
	if err == nil {
		err = os.Chmod(name, h.FileInfo().Mode().Perm())
	}
	if err == nil {
		err = os.Chtimes(name, h.ModTime, h.ModTime)
	}
	return err
}

// golden is a spool in a fresh folder, and the folder's name.
func golden(t testing.TB) (*queueDir, string) {
	t.Helper()
	dir := t.TempDir()
	queue := filepath.Join(dir, "postfix")
	if err := os.Mkdir(queue, 0o755); err != nil {
		t.Fatal(err)
	}
	unpack(t, queue)
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

// collect gives the entries of a stream by ID; it fails on any error but a name left alone.
func collect(t testing.TB, seq func(func(spool.Entry, error) bool)) (map[spool.ID]spool.Entry, []string) {
	t.Helper()
	entries, left := map[spool.ID]spool.Entry{}, []string(nil)
	for e, err := range seq {
		var l *spool.Left
		switch {
		case errors.As(err, &l):
			left = append(left, l.Name+": "+l.Reason)
		case err != nil:
			t.Errorf("listing: %v", err)
		default:
			if _, ok := entries[e.ID]; ok {
				t.Errorf("%s was given twice", e.ID)
			}
			entries[e.ID] = e
		}
	}
	slices.Sort(left)
	return entries, left
}
