package postfix

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"sync"
	"time"

	"qclean/scan/disk"
)

// misfits are the names in all queues whose inode is not the one that they
// tell. Postfix makes none, and renames those that it finds when it is started
// (postsuper.c, fix_queue_id): they come from a copy or a restore. Only they can
// have the name of a file that lives elsewhere and fits its own, so that one
// listing answers for thousands of messages on their way home.
type misfits struct {
	mu    sync.Mutex
	names map[string]bool
	until time.Time // when to look again
}

// freshFor is how long a listing counts, and listingShare how many times as
// long as it took.
const (
	freshFor     = time.Second
	listingShare = 10
)

// isMisfit tells whether a queue has a file of that name that does not fit it.
func (s *queueDir) isMisfit(ctx context.Context, id string) (bool, error) {
	m := s.misfits
	m.mu.Lock()
	defer m.mu.Unlock()
	if began := s.now(); !began.Before(m.until) {
		names := map[string]bool{}
		for _, q := range flow {
			if err := s.listMisfits(ctx, path.Join(s.base, q), 0, names); err != nil {
				return false, err
			}
		}
		now := s.now()
		m.names, m.until = names, now.Add(max(freshFor, listingShare*now.Sub(began)))
	}
	return m.names[id], nil
}

func (s *queueDir) listMisfits(ctx context.Context, dir string, depth int, names map[string]bool) error {
	var below []string
	for info, err := range s.t.List(dir) {
		if err := ctx.Err(); err != nil {
			return err
		}
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, disk.ErrNotFolder):
			return nil
		case err != nil:
			return err
		case info.Mode.IsDir() && len(info.Name) == 1 && depth < maxHash:
			below = append(below, path.Join(dir, info.Name))
		case !info.Mode.IsDir():
			if id, ok := parseID(info.Name); !ok || id.inode != info.Inode {
				names[info.Name] = true
			}
		}
	}
	for _, dir := range below {
		if err := s.listMisfits(ctx, dir, depth+1, names); err != nil {
			return err
		}
	}
	return nil
}
