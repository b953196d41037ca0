package index

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"qclean/scan/disk"
)

// ErrNone means that nothing is remembered: of this spool, or at all.
var ErrNone = errors.New("no scan is remembered")

// ErrDamaged means that what is remembered cannot be read. It is safe to scan again.
var ErrDamaged = errors.New("the index is damaged")

// Set says which part of a spool a snapshot holds.
type Set string

// The two sets are remembered apart: most commands need one of them.
const (
	Queued      Set = "queue"
	Quarantined Set = "quarantine"
)

// Store is a state directory. Everything in it is readable by its owner only.
type Store struct {
	dir string
	// Room is where the messages of scans are loaded to; nil: into memory.
	Room *disk.Room
}

// Open makes the state directory when it is not there.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(dir, "spools"), 0o700); err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	return &Store{dir: dir}, nil
}

// Dir is where the store lies.
func (s *Store) Dir() string { return s.dir }

// Last gives the spool of the last scan, as an absolute path.
func (s *Store) Last() (string, error) {
	b, err := os.ReadFile(filepath.Join(s.dir, "last"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", ErrNone
	}
	if err != nil {
		return "", fmt.Errorf("last spool: %w", err)
	}
	if p := strings.TrimSuffix(string(b), "\n"); filepath.IsAbs(p) {
		return p, nil
	}
	return "", ErrNone
}

// SetLast remembers the spool of the last scan.
func (s *Store) SetLast(spool string) error {
	return replace(filepath.Join(s.dir, "last"), func(f *os.File) error {
		_, err := f.WriteString(spool + "\n")
		return err
	})
}

// Path is the Parquet file of a spool, there or not.
func (s *Store) Path(spool string, set Set) string {
	return filepath.Join(s.Folder(spool), string(set)+".parquet")
}

// Folder is where all that is remembered of a spool lies, there or not. It is
// named after the spool, for people, and its hash, to be unique.
func (s *Store) Folder(spool string) string {
	sum := sha256.Sum256([]byte(spool))
	base := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return -1
	}, filepath.Base(spool))
	return filepath.Join(s.dir, "spools", base[:min(len(base), 40)]+"-"+hex.EncodeToString(sum[:6]))
}

// replace writes a file beside its place and renames it in, so that a reader
// sees the old one or the new one.
func replace(name string, write func(*os.File) error) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already when all went well
	if err := errors.Join(write(f), f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return os.Rename(f.Name(), name)
}
