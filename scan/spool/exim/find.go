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
	id := e.ID.Short()
	bodyName := path.Join(path.Dir(e.Files[0].Name), id+"-D")
	body, err := s.lstat(bodyName)
	if err != nil && !errors.Is(err, spool.ErrGone) {
		return err
	}
	if err != nil {
		stated(nil, e, bodyName, &header, nil)
		return nil
	}
	stated(nil, e, bodyName, &header, &body)
	return nil
}

// lstat wants a regular file.
func (s *spoolDir) lstat(name string) (disk.Info, error) {
	info, err := s.t.Lstat(name)
	if err != nil {
		return disk.Info{}, queued.Gone(err)
	}
	if !info.Mode.IsRegular() {
		return disk.Info{}, &spool.Left{Name: name, Reason: queued.Kind(info.Mode)}
	}
	return info, nil
}
