package index

import (
	"errors"
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
	got, err := sumOf(f) // all of it comes from the disk here, where an error is an error
	if err == nil && got != want {
		err = errors.New("the messages are not those of the scan")
	}
	var b []byte
	if err == nil {
		b, err = s.Room.Map(f)
	}
	var t *classify.Table
	if err == nil {
		t, err = classify.DecodeTable(b, s.Room)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	return t, nil
}
