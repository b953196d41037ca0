package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"qclean/replay/submit"
	"qclean/scan/disk"
	"qclean/scan/spool"
)

// Options of a Mover. The zero value is right for most.
type Options struct {
	Batch    int            // messages between two syncs; 0: 4096, and 32768 where they are only renamed
	Rate     float64        // messages a second into pickup; 0: as fast as it goes
	Old      disk.Tree      // a folder on another filesystem that takes the quarantined messages; nil: none
	Via      submit.Sender  // the server that Submit sends to; the caller closes it
	Hash     bool           // take the SHA-256 of each quarantined file at once; see Mover.Verify
	InDoubt  bool           // undo of a replay also takes back what was in doubt after a power loss: a person has looked
	Progress func(Progress) // called after each message
	Claims   bool           // the MTA is running: take its own lock on each message, if the driver can
	Now      func() time.Time
	Sleep    func(context.Context, time.Duration) error // waits, or returns the context's error
	Host     string                                     // of the machine; "" asks the kernel, as for the next three
	PID      int
	Boot     string // changes with each start of the machine
	Command  string // what holds the lock, for people
}

// Progress is how far a run has come.
type Progress struct {
	Done, Skipped, Total int
	Bytes                int64
}

// Mover changes one spool. Its methods are not for several goroutines at once.
type Mover struct {
	tree   disk.Tree
	spool  spool.Spool
	at     places
	o      Options
	locked bool
	batch  int // messages that are renamed between two syncs
	// inline hashes in the goroutine that moves, so that a test meets the
	// operations in the same order each time.
	inline bool
}

const (
	defaultBatch = 4096
	renameBatch  = 32768 // a sync costs the disk some milliseconds, whatever is on the way to it
)

// New gives a Mover for a spool that was opened from this tree.
func New(t disk.Tree, s spool.Spool, o Options) (*Mover, error) {
	m := &Mover{tree: t, spool: s, at: places{s.Layout()}, o: o}
	for _, q := range m.at.Queues {
		if plainName(q.Dir) != nil || plainName(q.Old) != nil {
			return nil, fmt.Errorf("queue %q in %q with quarantine %q: %w", q.Name, q.Dir, q.Old, disk.ErrBadName)
		}
	}
	if len(m.at.Queues) == 0 {
		return nil, fmt.Errorf("open %q: %w", m.at.Root, spool.ErrNotSpool)
	}
	return m, m.defaults()
}

func (m *Mover) defaults() error {
	o := &m.o
	if m.batch = o.Batch; o.Batch <= 0 {
		o.Batch, m.batch = defaultBatch, renameBatch
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.PID == 0 {
		o.PID = os.Getpid()
	}
	if o.Host == "" {
		o.Host, _ = os.Hostname() // for people only
	}
	if o.Command == "" {
		o.Command = filepath.Base(os.Args[0])
	}
	if o.Boot == "" {
		boot, err := bootID()
		if err != nil {
			return fmt.Errorf("when was this machine started: %w", err)
		}
		o.Boot = boot
	}
	return nil
}

// bootID is the kernel's own (random(4)): after a power loss it is another
// one, after the death of a process the same.
func bootID() (string, error) {
	t, err := disk.Open("/proc/sys/kernel/random")
	if err != nil {
		return "", err
	}
	defer t.Close()
	f, err := t.Open("boot_id")
	if err != nil {
		return "", err
	}
	defer f.Close()
	id, err := io.ReadAll(io.LimitReader(f, 64))
	return strings.TrimSpace(string(id)), err
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// cannotWrite puts ErrReadOnly beside what the kernel says when a spool may
// not be changed at all.
func cannotWrite(err error) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return err
}
