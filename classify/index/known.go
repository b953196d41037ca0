package index

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"qclean/classify/known"
)

// KnownPath is the list of known fingerprints, there or not.
func (s *Store) KnownPath() string { return filepath.Join(s.dir, "known.txt") }

// Known reads the list of known fingerprints, empty when there is none.
func (s *Store) Known() (known.List, error) {
	f, err := os.Open(s.KnownPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("known fingerprints: %w", err)
	}
	defer f.Close()
	list, err := known.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.KnownPath(), err)
	}
	return list, nil
}

// SetKnown replaces the list of known fingerprints.
func (s *Store) SetKnown(list known.List) error {
	return replace(s.KnownPath(), func(f *os.File) error { return list.Write(f) })
}
