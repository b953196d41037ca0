package index

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"

	"qclean/classify"
	"qclean/classify/fingerprint"
)

// Snapshot is one remembered scan.
type Snapshot struct {
	Spool   string // absolute path
	MTA     string
	Taken   time.Time
	Basis   string   // what the facts rest on besides the messages: known fingerprints and trusted hosts
	Relays  []string // networks that were guessed to be our relays
	Records []classify.Record
	Priors  []classify.Prior // campaigns as they were, so that they keep their IDs
}

// format grows when the meaning of a column changes; an older index is then
// read as if it were not there.
const format = "3"

const chunk = 4096 // rows at a time

// Save replaces what is remembered of a spool.
func (s *Store) Save(set Set, snap *Snapshot) error {
	meta := []parquet.WriterOption{
		parquet.Compression(&parquet.Snappy),
		parquet.KeyValueMetadata("qclean.format", format),
		parquet.KeyValueMetadata("qclean.spool", snap.Spool),
		parquet.KeyValueMetadata("qclean.mta", snap.MTA),
		parquet.KeyValueMetadata("qclean.basis", snap.Basis),
		parquet.KeyValueMetadata("qclean.relays", strings.Join(snap.Relays, " ")),
		parquet.KeyValueMetadata("qclean.taken", snap.Taken.UTC().Format(time.RFC3339Nano)),
	}
	err := writeAll(s.Path(snap.Spool, set), meta, snap.Records, toRow)
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	if err := writeAll(s.priors(snap.Spool, set), meta, snap.Priors, toPriorRow); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	return nil
}

// Load gives what is remembered of a spool: ErrNone, ErrDamaged.
func (s *Store) Load(spool string, set Set) (*Snapshot, error) {
	snap := &Snapshot{Spool: spool}
	file, err := readAll(s.Path(spool, set), func(r *row) error {
		rec, err := fromRow(r)
		snap.Records = append(snap.Records, rec)
		return err
	})
	if err != nil {
		return nil, err
	}
	snap.MTA, _ = file.Lookup("qclean.mta")
	snap.Basis, _ = file.Lookup("qclean.basis")
	relays, _ := file.Lookup("qclean.relays")
	snap.Relays = strings.Fields(relays)
	taken, _ := file.Lookup("qclean.taken")
	if snap.Taken, err = time.Parse(time.RFC3339Nano, taken); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	_, err = readAll(s.priors(spool, set), func(r *priorRow) error {
		p, err := fromPriorRow(r)
		snap.Priors = append(snap.Priors, p)
		return err
	})
	if err != nil && !errors.Is(err, ErrNone) {
		return nil, err
	}
	return snap, nil
}

func (s *Store) priors(spool string, set Set) string {
	return filepath.Join(s.folder(spool), string(set)+"-campaigns.parquet")
}

func writeAll[V, R any](name string, meta []parquet.WriterOption, values []V, convert func(*V) (R, error)) error {
	err := replace(name, func(f *os.File) error {
		w := parquet.NewGenericWriter[R](f, meta...)
		rows := make([]R, 0, chunk)
		for i := range values {
			r, err := convert(&values[i])
			if err != nil {
				return err
			}
			rows = append(rows, r)
			if len(rows) == chunk || i == len(values)-1 {
				if _, err := w.Write(rows); err != nil {
					return err
				}
				rows = rows[:0]
			}
		}
		return w.Close()
	})
	if err != nil {
		return err
	}
	return writeSum(name)
}

// readAll hands over the rows of a file. The library panics on some damaged
// files; an index must never stop a clean-up, so that is damage like any other.
func readAll[R any](name string, row func(*R) error) (file *parquet.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	defer f.Close()
	if err := checkSum(name, f); err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	if file, err = parquet.OpenFile(f, info.Size()); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	if v, _ := file.Lookup("qclean.format"); v != format {
		return nil, ErrNone
	}
	r := parquet.NewGenericReader[R](file)
	defer r.Close()
	rows := make([]R, chunk)
	for {
		n, err := r.Read(rows)
		for i := range rows[:n] {
			if err := row(&rows[i]); err != nil {
				return nil, fmt.Errorf("%w: %v", ErrDamaged, err)
			}
		}
		clear(rows)
		if errors.Is(err, io.EOF) {
			return file, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %v", ErrDamaged, err)
		}
	}
}

// Join adds what another snapshot knows: messages whose Ident is new, when both
// rest on the same, and campaigns.
func (s *Snapshot) Join(other *Snapshot) {
	if s.Basis == other.Basis {
		seen := make(map[string]struct{}, len(s.Records))
		for i := range s.Records {
			seen[s.Records[i].Ident] = struct{}{}
		}
		for i := range other.Records {
			if _, ok := seen[other.Records[i].Ident]; !ok {
				s.Records = append(s.Records, other.Records[i])
			}
		}
	}
	named := map[fingerprint.ID]bool{}
	for _, p := range s.Priors {
		named[p.ID] = true
	}
	for _, p := range other.Priors {
		if !named[p.ID] {
			s.Priors = append(s.Priors, p)
		}
	}
}
