package index

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"qclean/classify"
)

func (s *Store) messages(spool string, set Set) string {
	return filepath.Join(s.Folder(spool), string(set)+".messages")
}

func (s *Store) saveTable(name string, t *classify.Table) (string, error) {
	t, err := t.Compact()
	if err != nil {
		return "", err
	}
	var sum sum
	err = replace(name, func(f *os.File) error { return t.Encode(io.MultiWriter(f, &sum)) })
	return sum.String(), err
}

// loadTable reads the messages of a scan, whose file has that sum.
func (s *Store) loadTable(name, want string) (*classify.Table, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	defer f.Close()
	var got sum
	t, err := classify.DecodeTable(io.TeeReader(f, &got), s.Room)
	if err == nil {
		_, err = io.Copy(&got, f)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %v", ErrDamaged, err)
	case got.String() != want:
		return nil, fmt.Errorf("%w: the messages are not those of the scan", ErrDamaged)
	}
	return t, nil
}
