package scan

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"syscall"

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
// says so is what the kernel counts for the worker's thread: blocks that came
// from a disk, and, for filesystems that do not count (of a network), how often
// the thread had to wait. Unlike the time that reading takes, neither mistakes
// a busy machine for a slow disk.
type advice struct {
	to     spool.Adviser // nil: nobody to ask
	mode   ReadAhead
	asking atomic.Bool
	judged atomic.Bool // whether the disk is slow is known
}

func newAdvice(s spool.Spool, mode ReadAhead) *advice {
	a := &advice{mode: mode}
	a.to, _ = s.(spool.Adviser)
	a.asking.Store(a.to != nil && mode != Off) // a few of the first are asked for: nothing is known yet
	a.judged.Store(mode != Auto)
	return a
}

// wanted tells whether the disk is slow, as far as is known.
func (a *advice) wanted() bool { return a.asking.Load() }

// trial is how many of a batch are asked for while it is not known whether the
// disk is slow. Each stays open until it is read, and for a process that opens
// more than 64 files the kernel makes another table, which takes it 15 ms
// (expand_files, fs/file.c): as long as to read a thousand messages.
const trial = 8

// most is how many of a batch are asked for.
func (a *advice) most() int {
	if a.judged.Load() {
		return batchSize
	}
	return trial
}

// watchOne is how many batches one stands for where nothing had to be waited
// for: to ask what a thread waited for is two more calls a message.
const watchOne = 8

// watches tells whether a worker's n-th batch is looked at to decide: each that
// is asked for, since the disk is slow or nothing is known yet.
func (a *advice) watches(n int, asked bool) bool {
	return a.to != nil && a.mode == Auto && (asked || n%watchOne == 0)
}

// watched asks the disk, or reads from it, and adds to a batch what that had to
// wait for. No more is done within it: a goroutine that is bound to a thread
// and has to wait for another one leaves its processor idle meanwhile.
func (e *errand) watched(work func()) {
	if !e.watch {
		work()
		return
	}
	runtime.LockOSThread() // the kernel counts for a thread
	defer runtime.UnlockOSThread()
	began := waitsNow()
	work()
	now := waitsNow()
	e.waits.blocks += now.blocks - began.blocks
	e.waits.switches += now.switches - began.switches
}

// ask asks the disk for what is read of so many of a batch.
func ask(e *errand, most int) {
	to, ok := e.near.(spool.Adviser)
	if !ok {
		return
	}
	for i := range e.batch[:min(most, len(e.batch))] {
		if e.looks[i].err == nil && !e.looks[i].known {
			to.Advise(&e.batch[i], adviceBytes)
		}
	}
}

// judge decides by what a batch took, from when it was asked for until it was read.
func (a *advice) judge(e *errand) {
	if e.watch {
		a.asking.Store(e.waits.slow(len(e.batch)))
		a.judged.Store(true)
	}
}

// waits is what a thread had to wait for so far.
type waits struct {
	blocks   int64 // of 512 bytes, from disks
	switches int64 // times that it gave up the processor of its own
}

const (
	pageBlocks = 8  // the least that is read
	blockShare = 16 // one message in so many came from a disk
	waitShare  = 1  // as many waits as messages: the collector, and a busy machine, make a thread wait now and then
)

// slow judges what a batch of n messages was waited for.
func (w waits) slow(n int) bool {
	return n > 0 && (w.blocks*blockShare >= int64(n)*pageBlocks || w.switches*waitShare >= int64(n))
}

// rusageThread is RUSAGE_THREAD (getrusage(2)).
const rusageThread = 1

func waitsNow() waits {
	var u syscall.Rusage
	if syscall.Getrusage(rusageThread, &u) != nil {
		return waits{}
	}
	return waits{int64(u.Inblock), int64(u.Nvcsw)}
}
