package postfix

import (
	"context"
	"errors"
	"path"

	"qclean/scan/disk"
	"qclean/scan/spool"
	"qclean/scan/spool/queued"
)

// Find looks for a message in the queues, by its ID; in quarantine, by the
// name that Quarantined gave. Its Entry is filled as by Stat.
func (s *queueDir) Find(ctx context.Context, id spool.ID) (spool.Entry, error) {
	if name := string(id); queued.InOld(id) {
		e := entry(id, queued.Origin(s.queues, name), name)
		if e.Queue == "" || !validID(id.Short()) {
			return spool.Entry{}, spool.ErrGone
		}
		return e, s.stat(ctx, &e)
	}
	if !validID(string(id)) {
		return spool.Entry{}, spool.ErrGone
	}
	// Once more, since it may go against our direction: from deferred to active.
	for range 2 {
		for _, q := range s.searched() {
			e, err := s.findIn(ctx, q, string(id))
			if !errors.Is(err, spool.ErrGone) {
				return e, err
			}
		}
	}
	return spool.Entry{}, spool.ErrGone
}

// searched is the queues that were named, in the order of the flow. From
// active, a message on its way into quarantine goes through hold.
func (s *queueDir) searched() []string {
	var names []string
	for _, q := range s.queues {
		names = append(names, q.Name)
	}
	if len(names) == 1 && names[0] == "active" {
		names = append(names, "hold")
	}
	return names
}

// findIn tries the place that the hashing of a queue gives, then the others:
// files stay where they were after hash_queue_depth was changed.
func (s *queueDir) findIn(ctx context.Context, queue, id string) (spool.Entry, error) {
	e, err := s.findAt(ctx, queue, id, s.depths[queue])
	for depth := 0; depth <= maxDepthTried && errors.Is(err, spool.ErrGone); depth++ {
		if depth != s.depths[queue] {
			e, err = s.findAt(ctx, queue, id, depth)
		}
	}
	return e, err
}

// maxDepthTried is how deep files are looked for away from their hash place.
const maxDepthTried = 2

func (s *queueDir) findAt(ctx context.Context, queue, id string, depth int) (spool.Entry, error) {
	e := entry(spool.ID(id), queue, path.Join(s.base, queue, hashPath(id, depth), id))
	err := s.stat(ctx, &e)
	return e, err
}

// Stat fills what the file system knows, and follows a message that has moved
// on to another queue since it was listed. Size is that of the queue file,
// somewhat more than the text's and than the size that mailq shows.
func (s *queueDir) Stat(ctx context.Context, e *spool.Entry) error {
	err := s.stat(ctx, e)
	if errors.Is(err, spool.ErrGone) {
		return queued.Again(ctx, e, s.Find)
	}
	return err
}

func (s *queueDir) stat(ctx context.Context, e *spool.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	info, err := s.t.Lstat(e.Files[0].Name)
	return stated(e, &info, err)
}

// StatAll is Stat for many.
func (s *queueDir) StatAll(ctx context.Context, entries []spool.Entry, tell func(int, error)) {
	name := func(i int) string { return entries[i].Files[0].Name }
	disk.Lstats(s.t, len(entries), name, func(i int, info disk.Info, err error) {
		if err := ctx.Err(); err != nil {
			tell(i, err)
			return
		}
		if err = stated(&entries[i], &info, err); errors.Is(err, spool.ErrGone) {
			err = queued.Again(ctx, &entries[i], s.Find)
		}
		tell(i, err)
	})
}

// stated takes what the tree said about an entry's file.
func stated(e *spool.Entry, info *disk.Info, err error) error {
	if err != nil {
		return queued.Gone(err)
	}
	if !info.Mode.IsRegular() {
		return &spool.Left{Name: e.Files[0].Name, Reason: queued.Kind(info.Mode)}
	}
	noted(nil, e, info)
	return nil
}

func noted(l *spool.Lender, e *spool.Entry, info *disk.Info) {
	e.Ident, e.Size = l.Ident(info), info.Size
	if e.Arrived.IsZero() {
		if id, ok := parseID(e.ID.Short()); ok {
			e.Arrived = id.arrived()
		}
	}
}
