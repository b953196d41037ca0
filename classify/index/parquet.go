package index

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"

	"qclean/classify"
)

// parquetFormat grows when the meaning of a column changes.
const parquetFormat = "4"

const (
	chunk      = 1024     // rows at a time
	rowGroup   = 8 * 1024 // rows that the writer holds
	pageBuffer = 32 << 10 // bytes of each of 50 columns; the library takes 256 KiB
)

// Copied tells whether the Parquet file of a spool is of its last scan.
func (s *Store) Copied(spool string, set Set) bool {
	copied, err := os.Stat(s.Path(spool, set))
	if err != nil {
		return false
	}
	scan, err := os.Stat(s.scan(spool, set))
	return err == nil && !copied.ModTime().Before(scan.ModTime())
}

// Copy writes a scan as Parquet, for other tools. Nothing here reads it.
func (s *Store) Copy(set Set, snap *Snapshot) error {
	meta := []parquet.WriterOption{
		parquet.Compression(&parquet.Snappy),
		parquet.MaxRowsPerRowGroup(rowGroup),
		parquet.PageBufferSize(pageBuffer),
		parquet.KeyValueMetadata("qclean.format", parquetFormat),
		parquet.KeyValueMetadata("qclean.spool", snap.Spool),
		parquet.KeyValueMetadata("qclean.mta", snap.MTA),
		parquet.KeyValueMetadata("qclean.basis", snap.Basis),
		parquet.KeyValueMetadata("qclean.relays", strings.Join(snap.Relays, " ")),
		parquet.KeyValueMetadata("qclean.taken", snap.Taken.UTC().Format(time.RFC3339Nano)),
	}
	err := replace(s.Path(snap.Spool, set), func(f *os.File) error { return writeParquet(f, meta, snap.Table) })
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	return nil
}

func writeParquet(f *os.File, meta []parquet.WriterOption, t *classify.Table) error {
	w := parquet.NewGenericWriter[row](f, meta...)
	rows := make([]row, 0, chunk)
	for i, r := range t.All() {
		one, err := toRow(r)
		if err != nil {
			return err
		}
		if rows = append(rows, one); len(rows) < chunk && i+1 < t.Len() {
			continue
		}
		if _, err := w.Write(rows); err != nil {
			return err
		}
		clear(rows)
		rows = rows[:0]
	}
	return w.Close()
}
