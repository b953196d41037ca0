// Package journal keeps lines of text that survive a torn write: each has a checksum, a number, and the count of syncs before it.
//
// A line reads
//
//	5d1f0a3c 2.17 done 12 sha256=…
//
// checksum, syncs and number, kind, arguments. A person can read it with
// less(1) and a program can tell, after a crash or a power loss, which end of
// it was never promised to be on the disk. That end may have a hole in its
// middle, since pages reach the disk in any order: so the reader does not ask
// whether anything valid follows a bad line, but whether anything follows
// that was written after a later sync. If so, the bad line was on the disk
// once and the journal is damaged; if not, the end is cut at the bad line.
//
// The checksum guards against accidents. Whoever may write into the folder
// can make a journal with good checksums: what the lines ask for has to be
// checked by whoever reads them.
package journal

import (
	"errors"
	"hash/crc32"
	"io"
)

// ErrDamaged is a line that was on the disk once and is bad now, or a file
// that never was a journal.
var ErrDamaged = errors.New("damaged journal")

// ErrTooLong is a line or a journal beyond the bounds that a reader accepts.
var ErrTooLong = errors.New("journal too long")

// Bounds of what is written and read.
const (
	MaxLine = 1 << 20 // bytes of one line
	MaxSize = 1 << 30 // bytes of one journal: about four million messages
	maxArgs = 4096    // arguments of one line
	maxTorn = 1 << 24 // bytes that are looked through after a bad line: sync more often than that
)

// Line is one record. Kind is a word of lower-case letters; arguments are any bytes.
type Line struct {
	Kind string
	Args []string
}

// File is what a journal is written to: a file at its end.
type File interface {
	io.Writer
	Sync() error
	Truncate(size int64) error
}

// Position is how far a journal is good, for Resume.
type Position struct {
	Offset int64  // bytes up to the end of the last good line
	Syncs  uint64 // the count that the next line carries
	Lines  uint64 // lines so far
	Torn   bool   // something follows that is no good
}

// mark is the last line before each sync: without it, the lines lost from the
// beginning of a stretch could not be told from those of the stretch before.
const mark = "sync"

// crcTable is Castagnoli's polynomial, which processors compute by themselves.
var crcTable = crc32.MakeTable(crc32.Castagnoli)

const sumLen = 8 // hexadecimal digits of a checksum
