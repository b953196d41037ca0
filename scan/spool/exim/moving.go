package exim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"

	"qclean/scan/disk"
	"qclean/scan/spool"
	"qclean/scan/spool/queued"
)

// Claim takes the lock that Exim itself takes before it works on a message, a
// write lock by fcntl on the first line of the body file (spool_in.c,
// spool_open_datafile). While it is held, Exim logs "Spool file is locked" and
// goes on to the next.
func (s *spoolDir) Claim(ctx context.Context, e spool.Entry) (io.Closer, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	stem := stemOf(&e)
	before, err := s.lstat(stem + "-D")
	if errors.Is(err, spool.ErrGone) {
		return s.headless(e)
	}
	if err != nil {
		return nil, err
	}
	lock, err := s.t.Lock(stem+"-D", disk.Fcntl)
	if errors.Is(err, disk.ErrLocked) {
		return nil, fmt.Errorf("%w: Exim is working on it", spool.ErrBusy)
	}
	if err != nil {
		return nil, queued.Gone(err)
	}
	// Both still there, and the body is the one that was locked: between the
	// look and the lock it may have been delivered, and its ID used again.
	_, err = s.lstat(e.Files[0].Name)
	after, err2 := s.lstat(stem + "-D")
	if err = errors.Join(err, err2); err == nil && (before.Inode != after.Inode || before.Dev != after.Dev) {
		err = spool.ErrGone
	}
	if err != nil {
		lock.Close()
		return nil, err
	}
	return lock, nil
}

// headless claims a message without a body, of which Exim says "Spool file
// not found", and no more. There is nothing to lock, and nobody to keep off;
// unless it had one before: then Exim has delivered it, and is about to remove
// the header file as well (deliver.c).
func (s *spoolDir) headless(e spool.Entry) (io.Closer, error) {
	if _, err := s.lstat(e.Files[0].Name); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(e.Files, func(f spool.File) bool { return f.Role == spool.Body }) {
		return nil, fmt.Errorf("%w: its body went this moment", spool.ErrBusy)
	}
	return io.NopCloser(nil), nil
}

// Same is true for one ID: it has second, process and a fraction in it, and
// the header file is written anew with each attempt.
func (s *spoolDir) Same(was, now spool.Entry) bool {
	return was.ID.Short() == now.ID.Short()
}

// Gather adds the journal and the log. The journal has to travel, and without
// it those it names would get the message again; the log does, as exim -MG and
// exim -Mrm do not leave it behind either.
func (s *spoolDir) Gather(ctx context.Context, e *spool.Entry, _ bool) error {
	if err := s.stat(ctx, e); err != nil {
		return err
	}
	journal := stemOf(e) + "-J"
	for _, name := range append([]string{journal}, s.logNames(e)...) {
		_, err := s.lstat(name)
		switch {
		case err == nil:
			e.Files = append(e.Files, spool.File{Name: name, Role: spool.Log})
		case !errors.Is(err, spool.ErrGone):
			return err
		}
	}
	return nil
}

// Shelf is the file's own name, and for the log ID.msglog.
func (s *spoolDir) Shelf(e spool.Entry, f spool.File) string {
	if name := path.Base(f.Name); name != e.ID.Short() {
		return name
	}
	return e.ID.Short() + shelvedLog
}

// Home is the queue that a message came from, in its split folder if there is
// one. Exim looks in both places.
func (s *spoolDir) Home(ctx context.Context, e spool.Entry, f spool.File) (string, error) {
	id := e.ID.Short()
	dir := ""
	for _, q := range s.queues {
		if q.Name == e.Queue {
			dir = q.Dir
		}
	}
	if dir == "" {
		return "", fmt.Errorf("no queue %q: %w", e.Queue, fs.ErrNotExist)
	}
	name := path.Base(f.Name)
	isLog := isShelvedLog(name) || name == id
	if isLog {
		dir, name = msglogDir(dir), id
	}
	if split := path.Join(dir, splitName(id)); queued.IsFolder(s.t, split) {
		dir = split
	} else if !queued.IsFolder(s.t, dir) {
		if isLog {
			return "", nil
		}
		return "", fmt.Errorf("no folder %q: %w", dir, fs.ErrNotExist)
	}
	if f.Role == spool.Control {
		if _, err := s.Find(ctx, spool.ID(id)); !errors.Is(err, spool.ErrGone) {
			return "", fmt.Errorf("%q: %w", id, errors.Join(fs.ErrExist, err))
		}
	}
	return path.Join(dir, name), nil
}
