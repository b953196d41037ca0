package postfix

import (
	"context"
	"errors"
	"hash/maphash"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// Entries lists the queues. While Postfix runs, messages wander from queue to
// queue meanwhile: each is given once, and the short-lived queues are looked
// at again in the end for those that came back out of deferred.
func (s *queueDir) Entries(ctx context.Context) iter.Seq2[spool.Entry, error] {
	return func(yield func(spool.Entry, error) bool) {
		w := walk{ctx: ctx, t: s.t, yield: yield}
		again := []string{}
		if running, _, err := s.Running(ctx); (running || err != nil) && len(s.queues) > 1 {
			w.seen = newSeen()
			again = []string{"incoming", "active"}
		}
		for _, q := range s.queues {
			if !w.queue(q.Name, q.Dir, 0) {
				return
			}
		}
		for _, q := range s.queues {
			if slices.Contains(again, q.Name) && !w.queue(q.Name, q.Dir, 0) {
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
	seen  *seen // nil: give all
}

// queue lists a folder of a queue and then its hash folders: those with a
// name of one character, at whatever depth (scan_dir.c, mail_scan_dir.c).
func (w *walk) queue(queue, dir string, depth int) bool {
	var below []string
	for info, err := range w.t.List(dir) {
		if !w.goesOn(dir, err, depth > 0) {
			return false
		}
		switch name := path.Join(dir, info.Name); {
		case err != nil:
		case info.Mode.IsDir() && len(info.Name) == 1 && depth < maxHash:
			below = append(below, name) // not deeper yet: the parent's handle is still held
		case info.Mode.IsRegular() && validID(info.Name):
			if w.seen.before(info) {
				continue
			}
			e := entry(spool.ID(info.Name), queue, name)
			e.Inode = info.Inode
			if !w.yield(e, nil) {
				return false
			}
		default:
			if !w.left(name, foreign(info)) {
				return false
			}
		}
	}
	for _, name := range below {
		if !w.queue(queue, name, depth+1) {
			return false
		}
	}
	return true
}

// goesOn passes on an error of a listing, unless it is a folder that went
// away since it was listed, and tells whether to go on.
func (w *walk) goesOn(dir string, err error, mayGo bool) bool {
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

// foreign says why a name in a queue is not taken for a message.
func foreign(info disk.Info) string {
	if info.Mode.IsRegular() {
		return "not a queue ID"
	}
	return kindOf(info.Mode)
}

func entry(id spool.ID, queue, name string) spool.Entry {
	return spool.Entry{
		ID:     id,
		Queue:  queue,
		Files:  []spool.File{{Name: name, Role: spool.Control}},
		Frozen: queue == "hold",
	}
}

// Quarantined lists what lies in .old. The ID of such an entry is its whole
// name, since one ID may be in quarantine more than once; its Queue is where it
// came from, "" when its folders do not tell.
func (s *queueDir) Quarantined(ctx context.Context) iter.Seq2[spool.Entry, error] {
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
// people may have made by hand.
const maxOld = 4

func (w *walk) old(queue, dir string, depth int) bool {
	var below []string
	for info, err := range w.t.List(dir) {
		if !w.goesOn(dir, err, true) {
			return false
		}
		switch name := path.Join(dir, info.Name); {
		case err != nil || strings.HasPrefix(info.Name, "."): // qclean's own
		case info.Mode.IsDir() && depth < maxOld:
			below = append(below, name)
		case info.Mode.IsRegular() && validID(info.Name):
			if !w.yield(entry(spool.ID(name), queue, name), nil) {
				return false
			}
		case info.Mode.IsRegular() && isShelvedLog(info.Name):
		default:
			if !w.left(name, foreign(info)) {
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

// seen remembers which messages were given, by name and inode: a short ID
// comes again as soon as its inode does.
type seen struct {
	seed maphash.Seed
	keys map[uint64]struct{}
}

// maxSeen bounds the memory; beyond it, a message that moves is given twice.
const maxSeen = 2 << 20

func newSeen() *seen {
	return &seen{seed: maphash.MakeSeed(), keys: make(map[uint64]struct{})}
}

func (s *seen) before(info disk.Info) bool {
	if s == nil {
		return false
	}
	key := maphash.String(s.seed, info.Name) ^ info.Inode
	_, was := s.keys[key]
	if !was && len(s.keys) < maxSeen {
		s.keys[key] = struct{}{}
	}
	return was
}
