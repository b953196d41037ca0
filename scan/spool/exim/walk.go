package exim

import (
	"context"
	"errors"
	"hash/maphash"
	"io/fs"
	"iter"
	"path"
	"strings"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// Entries lists the header files: a message exists when its -H does.
func (s *spoolDir) Entries(ctx context.Context) iter.Seq2[spool.Entry, error] {
	return func(yield func(spool.Entry, error) bool) {
		w := walk{ctx: ctx, t: s.t, yield: yield, seed: maphash.MakeSeed()}
		for _, q := range s.queues {
			if !w.queue(q.Name, q.Dir, true) {
				return
			}
		}
	}
}

// walk is one pass over queues.
type walk struct {
	ctx   context.Context
	t     disk.Tree
	yield func(spool.Entry, error) bool
	seed  maphash.Seed
}

// queue lists a queue's folder and those of a split spool below it. Exim
// always looks in both places (queue.c, queue_get_spool_list).
func (w *walk) queue(queue, dir string, top bool) bool {
	var below []string
	var unpaired uint64 // of all IDs, once for -H and once for -D: 0 when each has both
	for info, err := range w.t.List(dir) {
		if !w.goesOn(err, !top) {
			return false
		}
		name := path.Join(dir, info.Name)
		id, kind, ok := part(info.Name)
		more := true
		switch {
		case err != nil:
		case top && isSplit(info):
			below = append(below, name)
		case !info.Mode.IsRegular():
			more = w.left(name, kindOf(info.Mode))
		case ok && kind == 'H':
			unpaired ^= maphash.String(w.seed, id)
			more = w.yield(entry(spool.ID(id), queue, dir, id), nil)
		case ok && kind == 'D':
			unpaired ^= maphash.String(w.seed, id)
		case ok || strings.HasPrefix(info.Name, "hdr."): // the latter is a header file that is being written (spool_out.c)
		default:
			more = w.left(name, "not a message ID")
		}
		if !more {
			return false
		}
	}
	if unpaired != 0 && !w.orphans(dir) {
		return false
	}
	for _, name := range below {
		if !w.queue(queue, name, false) {
			return false
		}
	}
	return true
}

// orphans tells of bodies without a header file. Exim does not see them, and
// they stay for ever, unless they are being received.
func (w *walk) orphans(dir string) bool {
	for info, err := range w.t.List(dir) {
		if err != nil || w.ctx.Err() != nil {
			return true // told already, or soon
		}
		id, kind, ok := part(info.Name)
		if !ok || kind != 'D' || !info.Mode.IsRegular() {
			continue
		}
		if _, err := w.t.Lstat(path.Join(dir, id+"-H")); errors.Is(err, fs.ErrNotExist) &&
			!w.left(path.Join(dir, info.Name), "body without a header file: left over, or being received") {
			return false
		}
	}
	return true
}

// goesOn passes on an error of a listing, unless it is a folder that went away
// since it was listed, and tells whether to go on.
func (w *walk) goesOn(err error, mayGo bool) bool {
	if w.ctx.Err() != nil {
		w.yield(spool.Entry{}, w.ctx.Err())
		return false
	}
	if err == nil || mayGo && errors.Is(err, fs.ErrNotExist) {
		return true
	}
	return w.yield(spool.Entry{}, err)
}

func (w *walk) left(name, reason string) bool {
	return w.yield(spool.Entry{}, &spool.Left{Name: name, Reason: reason})
}

func entry(id spool.ID, queue, dir, short string) spool.Entry {
	return spool.Entry{ID: id, Queue: queue, Files: []spool.File{
		{Name: path.Join(dir, short+"-H"), Role: spool.Control},
		{Name: path.Join(dir, short+"-D"), Role: spool.Body},
	}}
}

// Quarantined lists what lies in .old. The ID of such an entry is the folder
// and the message's own ID, since one ID may be in quarantine more than once.
func (s *spoolDir) Quarantined(ctx context.Context) iter.Seq2[spool.Entry, error] {
	return func(yield func(spool.Entry, error) bool) {
		w := walk{ctx: ctx, t: s.t, yield: yield}
		for _, q := range s.queues {
			if !w.old(q.Name, q.Old, 0) {
				return
			}
		}
	}
}

// maxOld is how deep a quarantine is looked through: a run, and below it what
// people may have made by hand, such as a split folder.
const maxOld = 4

func (w *walk) old(queue, dir string, depth int) bool {
	var below []string
	for info, err := range w.t.List(dir) {
		if !w.goesOn(err, true) {
			return false
		}
		name := path.Join(dir, info.Name)
		id, kind, ok := part(info.Name)
		switch {
		case err != nil || strings.HasPrefix(info.Name, "."): // qclean's own
		case info.Mode.IsDir() && depth < maxOld:
			below = append(below, name)
		case !info.Mode.IsRegular():
			if !w.left(name, kindOf(info.Mode)) {
				return false
			}
		case ok && kind == 'H':
			if !w.yield(entry(spool.ID(path.Join(dir, id)), queue, dir, id), nil) {
				return false
			}
		case ok || isShelvedLog(info.Name):
		default:
			if !w.left(name, "not a message ID") {
				return false
			}
		}
	}
	for _, name := range below {
		if !w.old(queue, name, depth+1) {
			return false
		}
	}
	return true
}

// shelvedLog ends the name of a message's log in quarantine; in msglog it has
// the bare ID for its name.
const shelvedLog = ".msglog"

func isShelvedLog(name string) bool {
	id, ok := strings.CutSuffix(name, shelvedLog)
	return ok && validID(id)
}
