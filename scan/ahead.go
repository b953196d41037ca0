package scan

import (
	"fmt"
	"sync/atomic"
	"syscall"
	"time"

	"qclean/scan/spool"
)

// ReadAhead says whether the disk is asked for a batch of messages before they
// are read, so that it works on all of them at once. It halves the time and
// more where messages have to come from the disk, and costs a second open of
// each file, some two microseconds, where they are in memory.
type ReadAhead uint8

// The ways to read ahead.
const (
	Auto ReadAhead = iota // as long as the disk has to be read
	On
	Off
)

// ParseReadAhead reads "auto", "on" or "off".
func ParseReadAhead(s string) (ReadAhead, error) {
	for r, name := range readAheads {
		if s == name {
			return ReadAhead(r), nil
		}
	}
	return Auto, fmt.Errorf("%q is none of auto, on, off", s)
}

// String is the word that ParseReadAhead reads.
func (r ReadAhead) String() string { return readAheads[min(int(r), len(readAheads)-1)] }

var readAheads = [...]string{"auto", "on", "off"}

// adviceBytes is what is asked for of each file: hardly a message is longer.
const adviceBytes = 64 << 10

// advice decides, after each batch, whether the next ones are asked for. What
// says so is the number of blocks that this process had read from disks: unlike
// the time that reading takes, it does not mistake a busy machine for a slow
// disk. Filesystems that do not count (of a network) are told by the time.
type advice struct {
	to     spool.Adviser // nil: nobody to ask
	mode   ReadAhead
	asking atomic.Bool
}

func newAdvice(s spool.Spool, mode ReadAhead) *advice {
	a := &advice{mode: mode}
	a.to, _ = s.(spool.Adviser)
	a.asking.Store(a.to != nil && mode != Off) // the first batches are asked for: nothing is known yet
	return a
}

// wanted tells whether the disk is slow, as far as is known.
func (a *advice) wanted() bool { return a.asking.Load() }

// mark is where time and blocks stood when a batch began.
type mark struct {
	at     time.Time
	blocks int64
}

// before asks for a batch, if that helps.
func (a *advice) before(batch []spool.Entry) mark {
	if a.to == nil || a.mode == Off {
		return mark{}
	}
	m := mark{time.Now(), blocksRead()}
	if a.wanted() {
		a.to.Advise(batch, adviceBytes)
	}
	return m
}

// after looks at what a batch of n messages took.
func (a *advice) after(m mark, n int) {
	if a.to == nil || a.mode != Auto || n == 0 {
		return
	}
	a.asking.Store(slow(blocksRead()-m.blocks, time.Since(m.at), n))
}

const (
	slowShare = 16                     // one message in so many came from a disk
	slowRead  = 500 * time.Microsecond // a message, when nobody counts: a busy processor alone takes less
)

// slow judges a batch by the blocks of 512 bytes that were read meanwhile.
func slow(blocks int64, took time.Duration, n int) bool {
	const page = 8
	return blocks*slowShare >= int64(n)*page || took >= time.Duration(n)*slowRead
}

// blocksRead counts what this process had read from disks (getrusage(2)).
func blocksRead() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return int64(u.Inblock)
}
