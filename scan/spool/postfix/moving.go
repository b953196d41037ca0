package postfix

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"qclean/scan/disk"
	"qclean/scan/spool"
	"qclean/scan/spool/queued"
)

// Running tests the lock that the master process holds as long as it lives, as
// `postfix status` does (master.c). A copied queue has the file, and no lock.
func (s *queueDir) Running(ctx context.Context) (bool, string, error) {
	if err := ctx.Err(); err != nil {
		return false, "", err
	}
	name := path.Join(s.base, "pid", "master.pid")
	lock, err := s.t.Lock(name, disk.Flock)
	switch {
	case err == nil:
		lock.Close()
		return false, "nobody holds the lock on pid/master.pid", nil
	case errors.Is(err, disk.ErrLocked):
		return true, "its master process holds the lock on pid/master.pid", nil
	case queued.Gone(err) == spool.ErrGone:
		return false, "there is no pid/master.pid", nil
	}
	return false, "", fmt.Errorf("test whether Postfix runs: %w", err)
}

// Stage sends a message of active through hold. A lock on a file in active
// makes the delivery agent die ("fatal: shared lock", deliver_request.c),
// while a rename from there does no harm: an agent that has it open ends its
// delivery and writes its marks into the same file, and one that comes later
// finds nothing and sends nothing.
//
// Busy are messages that are still being written, those of maildrop while
// Postfix runs, since pickup takes no lock, and those of `sendmail -v`, whose
// disappearance crashes the queue manager.
func (s *queueDir) Stage(ctx context.Context, e spool.Entry) (string, error) {
	switch e.Queue {
	case "active":
		return s.stageActive(ctx, e)
	case "incoming":
		return "", s.complete(e)
	case "maildrop":
		return "", s.idle(ctx)
	}
	return "", nil
}

func (s *queueDir) stageActive(ctx context.Context, e spool.Entry) (string, error) {
	hold := path.Join(s.base, "hold")
	if !queued.IsFolder(s.t, hold) { // a copied folder, out of any queue manager's reach
		return "", s.idle(ctx)
	}
	_, tracing, err := s.envelope(ctx, e)
	if err != nil {
		return "", err
	}
	if tracing {
		return "", fmt.Errorf("%w: Postfix reports each step of its delivery", spool.ErrBusy)
	}
	return path.Join(hold, e.ID.Short()), nil
}

// complete is ErrBusy for a file that cleanup is still writing (mail_stream.c).
func (s *queueDir) complete(e spool.Entry) error {
	info, err := s.t.Lstat(e.Files[0].Name)
	if err != nil {
		return queued.Gone(err)
	}
	if info.Mode.Perm()&0o700 != 0o700 {
		return fmt.Errorf("%w: it is still being written", spool.ErrBusy)
	}
	return nil
}

// idle is ErrBusy while Postfix runs.
func (s *queueDir) idle(ctx context.Context) error {
	running, how, err := s.Running(ctx)
	if err == nil && running {
		err = fmt.Errorf("%w: Postfix runs: %s", spool.ErrBusy, how)
	}
	return err
}

// envelope reads who is still to be served, and whether it is a delivery that
// must not be disturbed.
func (s *queueDir) envelope(ctx context.Context, e spool.Entry) (due int, tracing bool, err error) {
	f, info, err := s.open(ctx, &e)
	if err != nil {
		return 0, false, err
	}
	defer f.Close()
	q := s.files.Get().(*queueFile)
	defer s.files.Put(q)
	q.open(f, info.Size)
	if _, _, err := q.load(nil); err != nil && flaw(err) == "" {
		return 0, false, fmt.Errorf("read queue file: %w", err)
	} else if err != nil {
		return 1, q.tracing, nil // unreadable is not served
	}
	return q.due, q.tracing, nil
}

// Claim takes the lock with which delivery agents and queue manager keep each
// other off (flock, without waiting). It refuses messages that Stage sends
// elsewhere first. Of a message on hold it is ErrGone when all recipients were
// served while it was on its way there.
func (s *queueDir) Claim(ctx context.Context, e spool.Entry) (io.Closer, error) {
	if to, err := s.Stage(ctx, e); err != nil {
		return nil, err
	} else if to != "" {
		return nil, fmt.Errorf("%w: it is in %s", spool.ErrBusy, e.Queue)
	}
	lock, err := s.t.Lock(e.Files[0].Name, disk.Flock)
	if errors.Is(err, disk.ErrLocked) {
		return nil, fmt.Errorf("%w: it is being delivered", spool.ErrBusy)
	}
	if err != nil {
		return nil, queued.Gone(err)
	}
	if err := s.stillMeant(ctx, e, lock.Info()); err != nil {
		lock.Close()
		return nil, err
	}
	return lock, nil
}

// stillMeant makes sure that the file that was locked is the one that was meant.
// Whether that still has its name, the rename will show: no other file of
// Postfix's can get it as long as this one is held open.
func (s *queueDir) stillMeant(ctx context.Context, e spool.Entry, locked disk.Info) error {
	if e.Ident != "" && !sameFile(e.Ident, locked.Ident()) {
		return spool.ErrGone
	}
	if e.Queue != "hold" {
		return nil
	}
	due, _, err := s.envelope(ctx, e)
	if err == nil && due == 0 {
		err = spool.ErrGone
	}
	return err
}

// Release is the deferred queue: from there the queue manager clears a message
// away that has no recipients left, and goes on with any other.
func (s *queueDir) Release(_ context.Context, e spool.Entry) (string, error) {
	return s.place("deferred", e.ID.Short())
}

// Same compares inode and size. The time in Ident is that of the next try, and
// of the marks for recipients that were served.
func (s *queueDir) Same(was, now spool.Entry) bool {
	return was.ID.Short() == now.ID.Short() && sameFile(was.Ident, now.Ident)
}

func sameFile(a, b string) bool {
	cutTime := func(s string) string { return s[:max(strings.LastIndexByte(s, '-'), 0)] }
	return cutTime(a) != "" && cutTime(a) == cutTime(b)
}

// Home is the queue that a message came from. For one of active that is
// deferred, since the queue manager would not notice it in active.
func (s *queueDir) Home(ctx context.Context, e spool.Entry, f spool.File) (string, error) {
	id := e.ID.Short()
	if f.Role == spool.Log {
		kind := s.logKind(e, f)
		name := s.logPlace(id, kind)
		if !queued.IsFolder(s.t, path.Dir(name)) {
			return "", nil
		}
		return name, nil
	}
	if err := s.vacant(ctx, e); err != nil {
		return "", err
	}
	if e.Queue == "active" {
		if err := s.forgotten(ctx, f); err != nil {
			return "", err
		}
		return s.place("deferred", id)
	}
	return s.place(e.Queue, id)
}

// vacant is fs.ErrExist when a queue has another message of this name. A file
// that fits its name keeps all others from having it that fit theirs.
func (s *queueDir) vacant(ctx context.Context, e spool.Entry) error {
	id := e.ID.Short()
	if fits(e) {
		if taken, err := s.isMisfit(ctx, id); err == nil && !taken {
			return nil
		}
	}
	for _, q := range flow {
		if _, err := s.findIn(ctx, q, id); !errors.Is(err, spool.ErrGone) {
			return fmt.Errorf("%q in %s: %w", id, q, errors.Join(fs.ErrExist, err))
		}
	}
	return nil
}

// settleTime is how long the queue manager is given to come across a message
// of active that is not there any more.
const settleTime = 5 * time.Minute

// forgotten is ErrBusy for a message that was taken out of active a moment
// ago: the queue manager still has it in memory, and reads it anew when it
// comes back, so that it might be delivered for both (qmgr_active.c). Nobody
// can ask it; but it drops what it does not find when its turn comes.
func (s *queueDir) forgotten(ctx context.Context, f spool.File) error {
	running, _, err := s.Running(ctx)
	if err != nil || !running {
		return err
	}
	info, err := s.t.Lstat(f.Name)
	if err != nil {
		return queued.Gone(err)
	}
	if since := s.now().Sub(info.Changed); since < settleTime {
		return fmt.Errorf("%w: it was taken out of active %v ago, and Postfix runs", spool.ErrBusy, since.Round(time.Second))
	}
	return nil
}

// place is where a queue has a message. A hash folder that is missing could
// not be made for Postfix's own user here; then it is incoming, which the
// queue manager reads as well, and has no hash folders unless somebody asked for them.
func (s *queueDir) place(queue, id string) (string, error) {
	for _, q := range []string{queue, "incoming", "hold"} {
		if dir := path.Join(s.base, q, hashPath(id, s.depths[q])); queued.IsFolder(s.t, dir) {
			return path.Join(dir, id), nil
		}
	}
	return "", fmt.Errorf("no folder for %q in %s: %w", id, queue, fs.ErrNotExist)
}
