package scan

import (
	"runtime"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// Stage is a part of the work on a message.
type Stage uint8

// The stages, in their order.
const (
	Listing   Stage = iota // names of the spool
	Reading                // from the disk or its cache, and the envelope
	Parsing                // fields, parts, decoding, text
	Facts                  // what fn does
	Sketching              // what fn marks so: the fingerprint
	stages
)

var stageNames = [...]string{"list", "read", "parse", "facts", "sketch"}

// String is the word for people and for JSON.
func (s Stage) String() string { return stageNames[min(int(s), len(stageNames)-1)] }

// Stats is where the processor time of a scan went. Its methods may be called
// when the scan is over.
type Stats struct {
	mu       sync.Mutex
	messages int64                 // all
	sampled  int64                 // that the timed ones stand for: about all
	spent    [stages]time.Duration // of those
	whole    [stages]time.Duration // of all, where batches are timed
}

// The clock of a thread costs a system call for each stage. So not all messages
// are timed: of a worker's first some thousand one in sampleFirst, which is no
// divisor of a batch, whose first message opens the folders for all; later, of
// a large spool, one run in sampleEvery. A single message now and then would
// tell too much: what is seldom done is slow.
const (
	sampleFirst = 7
	sampleMany  = 4096
	sampleEvery = 16
	sampleRun   = batchSize
)

// stands is how many messages the one after n others stands for, 0 when it is
// not timed.
func stands(n int64) int64 {
	switch {
	case n < sampleMany && n%sampleFirst == 0:
		return sampleFirst
	case n >= sampleMany && n%(sampleRun*sampleEvery) < sampleRun:
		return sampleEvery
	}
	return 0
}

// Messages is how many messages the workers took up.
func (s *Stats) Messages() int64 { return s.messages }

// Stages yields the stages in order with the processor time that the whole
// scan spent in each, by the messages that were timed.
func (s *Stats) Stages(yield func(Stage, time.Duration) bool) {
	for stage, d := range s.spent {
		if s.sampled > 0 {
			d = time.Duration(float64(d) * float64(s.messages) / float64(s.sampled))
		}
		if !yield(Stage(stage), d+s.whole[stage]) {
			return
		}
	}
}

// meter times the stages of one goroutine by the clock of its thread. A nil
// meter does nothing.
type meter struct {
	stats  *Stats
	own    Stats
	on     bool
	stage  Stage
	into   *[stages]time.Duration
	stands time.Duration // how many messages the one in hand stands for
	at     time.Duration
}

func newMeter(s *Stats) *meter {
	if s == nil {
		return nil
	}
	return &meter{stats: s}
}

// begin takes up a message. Only one in some is timed.
func (m *meter) begin(s Stage) {
	if m == nil {
		return
	}
	n := stands(m.own.messages)
	m.own.messages++
	if n > 0 {
		m.own.sampled += n
		m.start(s, &m.own.spent, n)
	}
}

// beginBatch takes up the list, or many messages at once.
func (m *meter) beginBatch(s Stage) {
	if m != nil {
		m.start(s, &m.own.whole, 1)
	}
}

func (m *meter) start(s Stage, into *[stages]time.Duration, stands int64) {
	runtime.LockOSThread() // the clock is that of a thread
	m.on, m.stage, m.into, m.stands = true, s, into, time.Duration(stands)
	m.at = threadTime()
}

// mark ends one stage and begins the next.
func (m *meter) mark(s Stage) {
	if m == nil || !m.on {
		return
	}
	now := threadTime()
	m.into[m.stage] += (now - m.at) * m.stands
	m.stage, m.at = s, now
}

func (m *meter) end() {
	if m == nil || !m.on {
		return
	}
	m.mark(m.stage)
	m.on = false
	runtime.UnlockOSThread()
}

// flush hands over what was measured.
func (m *meter) flush() {
	if m == nil {
		return
	}
	m.end()
	m.stats.mu.Lock()
	defer m.stats.mu.Unlock()
	m.stats.messages += m.own.messages
	m.stats.sampled += m.own.sampled
	for i := range stages {
		m.stats.spent[i] += m.own.spent[i]
		m.stats.whole[i] += m.own.whole[i]
	}
}

// clockThread is CLOCK_THREAD_CPUTIME_ID (clock_gettime(2)).
const clockThread = 3

// threadTime is the processor time of this thread.
func threadTime() time.Duration {
	var ts syscall.Timespec
	if _, _, errno := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockThread, uintptr(unsafe.Pointer(&ts)), 0); errno != 0 {
		return 0
	}
	return time.Duration(ts.Nano())
}
