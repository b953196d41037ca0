package postfix

import (
	"context"
	"hash/maphash"
	"iter"
	"path"
	"slices"

	"qclean/scan/disk"
	"qclean/scan/spool"
	"qclean/scan/spool/queued"
)

// Entries lists the queues. While Postfix runs, messages wander from queue to
// queue meanwhile: each is given once, and the short-lived queues are looked
// at again in the end for those that came back out of deferred.
func (s *queueDir) Entries(ctx context.Context) iter.Seq2[spool.Entry, error] {
	return func(yield func(spool.Entry, error) bool) {
		w := walk{Walk: queued.Walk{Ctx: ctx, Tree: s.t, Yield: yield}}
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
	queued.Walk
	seen *seen // nil: give all
}

// queue lists a folder of a queue and then its hash folders: those with a
// name of one character, at whatever depth (scan_dir.c, mail_scan_dir.c).
func (w *walk) queue(queue, dir string, depth int) bool {
	var below []string
	for info, err := range w.Tree.List(dir) {
		if !w.GoesOn(err, depth > 0) {
			return false
		}
		switch name := queued.Below(dir, info.Name); {
		case err != nil:
		case info.Mode.IsDir() && len(info.Name) == 1 && depth < maxHash:
			below = append(below, name) // not deeper yet: the parent's handle is still held
		case info.Mode.IsRegular() && validID(info.Name):
			if w.seen.before(info) {
				continue
			}
			e := entry(spool.ID(info.Name), queue, name)
			e.Inode = info.Inode
			if !w.Yield(e, nil) {
				return false
			}
		default:
			if !w.Left(name, foreign(info)) {
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

// notID is why a file in a queue is left alone.
const notID = "not a queue ID"

// foreign says why a name in a queue is not taken for a message.
func foreign(info disk.Info) string {
	if info.Mode.IsRegular() {
		return notID
	}
	return queued.Kind(info.Mode)
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
	return queued.Shelf{Take: shelved, Stranger: notID}.Quarantined(ctx, s.t, s.queues)
}

// shelved tells a queue file, and the logs beside it, by their names.
func shelved(queue, dir, name string) (*spool.Entry, bool) {
	if !validID(name) {
		return nil, isShelvedLog(name)
	}
	name = path.Join(dir, name)
	e := entry(spool.ID(name), queue, name)
	return &e, true
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
