package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"time"

	"qclean/replay/journal"
	"qclean/scan/disk"
)

// Holder is who holds a spool's lock. It matches ErrLocked.
type Holder struct {
	PID     int
	Command string
	Host    string
	Since   time.Time
	Where   string // the lock file, relative to the tree
}

func (h *Holder) Error() string {
	if h.PID == 0 {
		return fmt.Sprintf("%v (%s)", ErrLocked, h.Where)
	}
	return fmt.Sprintf("%v: %q, process %d on %q since %s (%s)", ErrLocked, h.Command, h.PID, h.Host, h.Since.Format(time.DateTime), h.Where)
}

// Unwrap gives ErrLocked.
func (h *Holder) Unwrap() error { return ErrLocked }

// Lock keeps every other qclean from changing this spool until it is closed.
// Apply, Undo and Recover take it by themselves; who looks first and changes
// then takes it before looking. It never waits.
//
// The lock is one of flock(2) on a file in each queue's quarantine, taken in
// the order of their names, so that whoever names a tree and whoever names one
// of its queues meet.
func (m *Mover) Lock(ctx context.Context) (io.Closer, error) {
	if m.locked {
		return nil, &Holder{PID: m.o.PID, Command: m.o.Command, Host: m.o.Host, Where: m.at.Root}
	}
	var olds []string
	for _, q := range m.at.Queues {
		olds = append(olds, q.Old)
	}
	slices.Sort(olds)
	held := &locks{mover: m}
	for _, old := range slices.Compact(olds) {
		err := ctx.Err()
		if err == nil {
			err = held.take(old)
		}
		if err != nil {
			return nil, errors.Join(err, held.Close())
		}
	}
	m.locked = true
	return held, nil
}

// hold is Lock for a Mover that may have it already.
func (m *Mover) hold(ctx context.Context) (io.Closer, error) {
	if m.locked {
		return io.NopCloser(nil), nil
	}
	return m.Lock(ctx)
}

type locks struct {
	mover *Mover
	held  []io.Closer
}

// Close lets go. The files stay: to remove them would let two hold it.
func (l *locks) Close() error {
	var errs []error
	for _, h := range slices.Backward(l.held) {
		errs = append(errs, h.Close())
	}
	l.held = nil
	l.mover.locked = false
	return errors.Join(errs...)
}

func (l *locks) take(old string) error {
	m := l.mover
	if err := m.newFolders().ensure(old); err != nil {
		return fmt.Errorf("make quarantine: %w", cannotWrite(err))
	}
	name := path.Join(old, lockName)
	f, err := m.tree.Create(name, 0o600)
	if err == nil {
		err = f.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make lock: %w", cannotWrite(err))
	}
	h, err := m.tree.Lock(name, disk.Flock)
	if errors.Is(err, disk.ErrLocked) {
		return m.holder(name)
	}
	if err != nil {
		return fmt.Errorf("take lock: %w", cannotWrite(err))
	}
	l.held = append(l.held, h)
	return m.signLock(name)
}

// signLock writes who holds it, for whoever comes next.
func (m *Mover) signLock(name string) error {
	f, err := m.tree.Append(name)
	if err != nil {
		return fmt.Errorf("sign lock: %w", cannotWrite(err))
	}
	defer f.Close()
	w, err := journal.Resume(f, journal.Position{Torn: true})
	if err == nil {
		err = w.Append("held", strconv.Itoa(m.o.PID), m.o.Host, m.o.Now().UTC().Format(timeForm), m.o.Command)
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		return fmt.Errorf("sign lock: %w", cannotWrite(err))
	}
	return nil
}

// holder reads who holds it. It may be gone, or writing, at this moment.
func (m *Mover) holder(name string) error {
	h := &Holder{Where: name}
	f, err := m.tree.Open(name)
	if err != nil {
		return h
	}
	defer f.Close()
	for line, err := range journal.NewReader(io.LimitReader(f, 16<<10)).Lines() {
		if err != nil || line.Kind != "held" || len(line.Args) != 4 {
			return h
		}
		pid, err1 := strconv.Atoi(line.Args[0])
		since, err2 := time.Parse(timeForm, line.Args[2])
		if err1 == nil && err2 == nil {
			h.PID, h.Host, h.Since, h.Command = pid, line.Args[1], since, line.Args[3]
		}
		break
	}
	return h
}
