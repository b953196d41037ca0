package imcdata

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"strings"

	"qclean/scan/disk"
	"qclean/scan/spool"
	"qclean/scan/spool/queued"
)

// Entries lists the queues. Of a quarantine that the user named, it lists that.
func (s *raw) Entries(ctx context.Context) iter.Seq2[spool.Entry, error] {
	if s.shape.old {
		return s.Quarantined(ctx)
	}
	return func(yield func(spool.Entry, error) bool) {
		w := walk{ctx: ctx, s: s, yield: yield}
		for _, q := range s.shape.queues {
			if !w.queue(q) {
				return
			}
		}
	}
}

// Quarantined lists what lies under the Old folders, in runs of qclean and as
// people have moved it. The ID of such an entry is its way from the folder of
// the queues ("Out.old/20261122-054300-quarantine/WKA6D6YM"), since a file
// name may be in quarantine more than once; its Queue is the one whose
// quarantine it is.
func (s *raw) Quarantined(ctx context.Context) iter.Seq2[spool.Entry, error] {
	return func(yield func(spool.Entry, error) bool) {
		w := walk{ctx: ctx, s: s, yield: yield}
		for _, q := range s.shape.queues {
			if !w.old(q, q.Old, 0) {
				return
			}
		}
	}
}

// walk is one listing.
type walk struct {
	ctx   context.Context
	s     *raw
	yield func(spool.Entry, error) bool
}

// queue lists a queue, which has no folders of its own: Archive, in it, holds
// copies that are never sent again (KB 306958).
func (w *walk) queue(q spool.Queue) bool {
	return w.each(q.Dir, func(info disk.Info, name string) bool {
		if reason := notMail(info); reason != "" {
			return w.left(name, reason)
		}
		e := entry(queueID(q, name, info.Name), q, name)
		e.Inode = info.Inode
		return w.yield(e, nil)
	})
}

// queueID is the ID of a file in a queue. Nearly always it is the end of the name.
func queueID(q spool.Queue, name, file string) spool.ID {
	at := len(name) - len(file) - 1 - len(q.Name)
	if at >= 0 && strings.HasPrefix(name[at:], q.Name) && name[at+len(q.Name)] == '/' && name[at+len(q.Name)+1:] == file {
		return spool.ID(name[at:])
	}
	return spool.ID(q.Name + "/" + file)
}

// maxOld is how deep a quarantine is looked through: the run, the folder that
// was swapped, and what people may have made by hand.
const maxOld = 4

func (w *walk) old(q spool.Queue, dir string, depth int) bool {
	var below []string
	ok := w.each(dir, func(info disk.Info, name string) bool {
		switch {
		case info.Mode.IsDir() && isOwn(info.Name):
			return true
		case info.Mode.IsDir() && !fold(info.Name, "archive") && depth < maxOld:
			below = append(below, name)
			return true
		}
		if reason := notMail(info); reason != "" {
			return isOwn(info.Name) || w.left(name, reason)
		}
		return w.yield(entry(w.s.oldID(name), q, name), nil)
	})
	for _, name := range below {
		ok = ok && w.old(q, name, depth+1)
	}
	return ok
}

// isOwn tells journals, locks and staging of qclean.
func isOwn(name string) bool { return strings.HasPrefix(name, ".qclean") }

// each lists a folder. A quarantine that is not there is empty; so is a queue
// that somebody is just exchanging.
func (w *walk) each(dir string, fn func(disk.Info, string) bool) bool {
	if w.ctx.Err() != nil {
		return w.stopped()
	}
	for info, err := range w.s.tree.List(dir) {
		switch {
		case w.ctx.Err() != nil:
			return w.stopped()
		case errors.Is(err, fs.ErrNotExist):
			return true
		case err != nil:
			return w.yield(spool.Entry{}, err)
		}
		if !fn(info, queued.Below(dir, info.Name)) {
			return false
		}
	}
	return true
}

func (w *walk) stopped() bool {
	w.yield(spool.Entry{}, w.ctx.Err())
	return false
}

func (w *walk) left(name, reason string) bool {
	return w.yield(spool.Entry{}, &spool.Left{Name: name, Reason: reason})
}

func entry(id spool.ID, q spool.Queue, name string) spool.Entry {
	return spool.Entry{ID: id, Queue: q.Name, Files: []spool.File{{Name: name, Role: spool.Control}}}
}

// oldID is the ID of a quarantined file.
func (s *raw) oldID(name string) spool.ID {
	if s.shape.base == "." {
		return spool.ID(name)
	}
	return spool.ID(strings.TrimPrefix(name, s.shape.base+"/"))
}
