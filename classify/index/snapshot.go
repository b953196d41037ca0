package index

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"

	"qclean/classify"
	"qclean/classify/fingerprint"
)

// Snapshot is one remembered scan.
type Snapshot struct {
	Spool  string // absolute path
	MTA    string
	Taken  time.Time
	Basis  string   // what the facts rest on besides the messages: known fingerprints and trusted hosts
	Relays []string // networks that were guessed to be our relays
	Table  *classify.Table
	Priors []classify.Prior // campaigns as they were, so that they keep their IDs
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
	err := writeAll(s.Path(snap.Spool, set), meta, rowsOf(snap.Table))
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	if err := writeAll(s.priors(snap.Spool, set), meta, priorRows(snap.Priors)); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	return nil
}

// Load gives what is remembered of a spool: ErrNone, ErrDamaged.
func (s *Store) Load(spool string, set Set) (*Snapshot, error) {
	snap := &Snapshot{Spool: spool, Table: &classify.Table{}}
	file, err := readAll(s.Path(spool, set), func(r *row) error {
		rec, err := fromRow(r)
		if err != nil {
			return err
		}
		return snap.Table.Append(&rec)
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
	if snap.Priors, err = s.Priors(spool, set); err != nil && !errors.Is(err, ErrNone) {
		return nil, err
	}
	return snap, nil
}

// Priors gives the campaigns of a remembered scan alone: ErrNone, ErrDamaged.
func (s *Store) Priors(spool string, set Set) ([]classify.Prior, error) {
	var out []classify.Prior
	_, err := readAll(s.priors(spool, set), func(r *priorRow) error {
		p, err := fromPriorRow(r)
		out = append(out, p)
		return err
	})
	return out, err
}

func (s *Store) priors(spool string, set Set) string {
	return filepath.Join(s.folder(spool), string(set)+"-campaigns.parquet")
}

func writeAll[R any](name string, meta []parquet.WriterOption, values iter.Seq2[R, error]) error {
	err := replace(name, func(f *os.File) error {
		w := parquet.NewGenericWriter[R](f, meta...)
		rows := make([]R, 0, chunk)
		for r, err := range values {
			if err != nil {
				return err
			}
			if rows = append(rows, r); len(rows) == chunk {
				if _, err := w.Write(rows); err != nil {
					return err
				}
				clear(rows)
				rows = rows[:0]
			}
		}
		if _, err := w.Write(rows); err != nil {
			return err
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

// JoinPriors adds the campaigns of others that are not among those of all.
func JoinPriors(all, others []classify.Prior) []classify.Prior {
	named := map[fingerprint.ID]bool{}
	for _, p := range all {
		named[p.ID] = true
	}
	out := slices.Clip(all)
	for _, p := range others {
		if !named[p.ID] {
			out = append(out, p)
		}
	}
	return out
}
