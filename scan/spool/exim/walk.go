package exim

import (
	"context"
	"errors"
	"hash/maphash"
	"io/fs"
	"iter"
	"path"
	"runtime"
	"strings"

	"qclean/scan/disk"
	"qclean/scan/spool"
	"qclean/scan/spool/queued"
)

// Entries lists the header files: a message exists when its -H does.
func (s *spoolDir) Entries(ctx context.Context) iter.Seq2[spool.Entry, error] {
	return func(yield func(spool.Entry, error) bool) {
		w := walk{Walk: queued.Walk{Ctx: ctx, Tree: s.t, Yield: yield}, seed: maphash.MakeSeed(), journals: s.journals}
		for _, q := range s.queues {
			if !w.queue(q.Name, q.Dir, true) {
				return
			}
		}
	}
}

// walk is one pass over queues.
type walk struct {
	queued.Walk
	seed     maphash.Seed
	journals *unjournalled
}

// queue lists a queue's folder and those of a split spool below it. Exim
// always looks in both places (queue.c, queue_get_spool_list).
func (w *walk) queue(queue, dir string, top bool) bool {
	var below []string
	var unpaired uint64 // of all IDs, once for -H and once for -D: 0 when each has both
	before, still := disk.Still(w.Tree, dir)
	out := newOutlet(w, queue, dir)
	for info, err := range w.Tree.List(dir) {
		if !w.GoesOn(err, !top) {
			return false
		}
		id, kind, ok := part(info.Name)
		still = still && err == nil && !(ok && kind == 'J')
		more := true
		switch {
		case err != nil:
		case top && isSplit(info):
			below = append(below, path.Join(dir, info.Name))
		case !info.Mode.IsRegular():
			more = w.Left(path.Join(dir, info.Name), queued.Kind(info.Mode))
		case ok && kind == 'H':
			unpaired ^= maphash.String(w.seed, id)
			more = out.take(header{id, info.Inode})
		case ok && kind == 'D':
			unpaired ^= maphash.String(w.seed, id)
		case ok || strings.HasPrefix(info.Name, "hdr."): // the latter is a header file that is being written (spool_out.c)
		default:
			more = w.Left(path.Join(dir, info.Name), notID)
		}
		if !more {
			return false
		}
	}
	if still {
		w.journals.add(w.Tree, dir, before)
	}
	if !out.flush() {
		return false
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

// outlet yields the messages of a folder. The first it yields at once, so that
// there is work; the next it holds back until all names were seen, since then it
// may be known that no message has a journal. Of a larger folder all are yielded
// as they come again, or whoever reads them would run out of work.
type outlet struct {
	*walk
	queue, dir string
	atOnce     int // messages that are yielded at once
	yielded    int
	held       []header
}

// header is a -H file.
type header struct {
	id    string
	inode uint64
}

const (
	forEach  = 1024 // messages at once, for each processor
	heldBack = 16   // times as many, which are listed while those are read
)

func newOutlet(w *walk, queue, dir string) *outlet {
	return &outlet{walk: w, queue: queue, dir: dir, atOnce: forEach * runtime.GOMAXPROCS(0)}
}

// take is false when the walk is to end, as flush is.
func (o *outlet) take(h header) bool {
	if o.yielded < o.atOnce || o.yielded >= o.atOnce*(heldBack+1) {
		return o.yield(h)
	}
	o.held = append(o.held, h)
	return len(o.held) < o.atOnce*heldBack || o.flush()
}

// flush yields what was held back.
func (o *outlet) flush() bool {
	for _, h := range o.held {
		if !o.yield(h) {
			return false
		}
	}
	o.held = nil
	return true
}

func (o *outlet) yield(h header) bool {
	o.yielded++
	e := entry(spool.ID(h.id), o.queue, o.dir, h.id)
	e.Inode = h.inode
	return o.Yield(e, nil)
}

// orphans tells of bodies without a header file. Exim does not see them, and
// they stay for ever, unless they are being received.
func (w *walk) orphans(dir string) bool {
	for info, err := range w.Tree.List(dir) {
		if err != nil || w.Ctx.Err() != nil {
			return true // told already, or soon
		}
		id, kind, ok := part(info.Name)
		if !ok || kind != 'D' || !info.Mode.IsRegular() {
			continue
		}
		if _, err := w.Tree.Lstat(path.Join(dir, id+"-H")); errors.Is(err, fs.ErrNotExist) &&
			!w.Left(path.Join(dir, info.Name), "body without a header file: left over, or being received") {
			return false
		}
	}
	return true
}

func entry(id spool.ID, queue, dir, short string) spool.Entry {
	return spool.Entry{ID: id, Queue: queue, Files: []spool.File{
		{Name: queued.Below(dir, short+"-H"), Role: spool.Control},
		{Name: queued.Below(dir, short+"-D"), Role: spool.Body},
	}}
}

// Quarantined lists what lies in .old. The ID of such an entry is the folder
// and the message's own ID, since one ID may be in quarantine more than once.
func (s *spoolDir) Quarantined(ctx context.Context) iter.Seq2[spool.Entry, error] {
	return queued.Shelf{Take: shelved, Stranger: notID}.Quarantined(ctx, s.t, s.queues)
}

// shelved tells a header file, and what belongs to one, by their names.
func shelved(queue, dir, name string) (*spool.Entry, bool) {
	id, kind, ok := part(name)
	if !ok || kind != 'H' {
		return nil, ok || isShelvedLog(name)
	}
	e := entry(spool.ID(path.Join(dir, id)), queue, dir, id)
	return &e, true
}

// notID is why a file in a queue is left alone.
const notID = "not a message ID"

// shelvedLog ends the name of a message's log in quarantine; in msglog it has
// the bare ID for its name.
const shelvedLog = ".msglog"

func isShelvedLog(name string) bool {
	id, ok := strings.CutSuffix(name, shelvedLog)
	return ok && validID(id)
}
