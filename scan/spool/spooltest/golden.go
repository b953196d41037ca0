package spooltest

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"qclean/scan/spool"
)

// Unpack lays out a spool that a real MTA made (fixtures/live), from a .tar.gz
// file, with the modes and times of its files; the owner is who runs the test.
func Unpack(t testing.TB, archive, dir string) {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for files := tar.NewReader(z); ; {
		h, err := files.Next()
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
			err = unpackFile(name, files, h)
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

// Collect gives the entries of a stream by ID, and what it left alone, with
// the reason, sorted. Any other error fails the test, and so does an entry that comes twice.
func Collect(t testing.TB, stream iter.Seq2[spool.Entry, error]) (entries map[spool.ID]spool.Entry, left []string) {
	t.Helper()
	entries = map[spool.ID]spool.Entry{}
	for e, err := range stream {
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
