package exim

import (
	"context"
	"errors"
	"path"

	"qclean/scan/disk"
	"qclean/scan/spool"
	"qclean/scan/spool/queued"
)

// Find looks for a message in the queues, by its ID, in the split place and
// beside it; in quarantine, by the ID that Quarantined gave. Its Entry is
// filled as by Stat.
func (s *spoolDir) Find(ctx context.Context, id spool.ID) (spool.Entry, error) {
	if !validID(id.Short()) {
		return spool.Entry{}, spool.ErrGone
	}
	if dir := path.Dir(string(id)); dir != "." {
		e := entry(id, queued.Origin(s.queues, string(id)), dir, id.Short())
		if e.Queue == "" {
			return spool.Entry{}, spool.ErrGone
		}
		return e, s.stat(ctx, &e)
	}
	for _, q := range s.queues {
		for _, dir := range []string{path.Join(q.Dir, splitName(string(id))), q.Dir} {
			e := entry(id, q.Name, dir, string(id))
			if err := s.stat(ctx, &e); !errors.Is(err, spool.ErrGone) {
				return e, err
			}
		}
	}
	return spool.Entry{}, spool.ErrGone
}

// Stat fills what the file system knows, and follows a message that was moved
// to another queue since it was listed. Ident is that of the header file,
// which Exim writes anew with each attempt.
func (s *spoolDir) Stat(ctx context.Context, e *spool.Entry) error {
	err := s.stat(ctx, e)
	if errors.Is(err, spool.ErrGone) {
		return s.again(ctx, e)
	}
	return err
}

// again looks for a message that is not where it was. What Load knew of it stays.
func (s *spoolDir) again(ctx context.Context, e *spool.Entry) error {
	frozen := e.Frozen // it is read from the file, and told by no place
	err := queued.Again(ctx, e, s.Find)
	e.Frozen = frozen
	return err
}

func (s *spoolDir) stat(ctx context.Context, e *spool.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	header, err := s.lstat(e.Files[0].Name)
	if err != nil {
		return err
	}
	bodyName := bodyOf(e, stemOf(e))
	body, err := s.t.Lstat(bodyName)
	return withBody(e, bodyName, &header, &body, err)
}

// StatAll is Stat for many.
func (s *spoolDir) StatAll(ctx context.Context, entries []spool.Entry, tell func(int, error)) {
	var header disk.Info // of the entry in hand
	var failed error
	bodyName := ""
	name := func(i int) string {
		e := &entries[i/2]
		if i%2 == 0 {
			return e.Files[0].Name
		}
		bodyName = bodyOf(e, stemOf(e))
		return bodyName
	}
	disk.Lstats(s.t, 2*len(entries), name, func(i int, info disk.Info, err error) {
		e := &entries[i/2]
		if i%2 == 0 {
			header, failed = info, regular(e.Files[0].Name, &info, err)
			return
		}
		if failed == nil {
			failed = withBody(e, bodyName, &header, &info, err)
		}
		if err := ctx.Err(); err != nil {
			failed = err
		}
		if errors.Is(failed, spool.ErrGone) {
			failed = s.again(ctx, e)
		}
		tell(i/2, failed)
	})
}

// withBody takes what the tree said of the body; the header file is there.
func withBody(e *spool.Entry, name string, header, body *disk.Info, err error) error {
	switch err := regular(name, body, err); {
	case errors.Is(err, spool.ErrGone):
		stated(nil, e, "", header, 0)
	case err != nil:
		return err
	default:
		stated(nil, e, name, header, body.Size)
	}
	return nil
}

// lstat wants a regular file.
func (s *spoolDir) lstat(name string) (disk.Info, error) {
	info, err := s.t.Lstat(name)
	return info, regular(name, &info, err)
}

// regular takes what the tree said of a file, and wants a regular one.
func regular(name string, info *disk.Info, err error) error {
	if err != nil {
		return queued.Gone(err)
	}
	if !info.Mode.IsRegular() {
		return &spool.Left{Name: name, Reason: queued.Kind(info.Mode)}
	}
	return nil
}
