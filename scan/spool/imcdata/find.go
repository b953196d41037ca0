package imcdata

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"strings"
	"syscall"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// Find looks for a message in its queue or, when the ID is one that
// Quarantined gave, in its quarantine. The Entry is filled as by Stat.
func (s *raw) Find(ctx context.Context, id spool.ID) (spool.Entry, error) {
	e, ok := s.named(id)
	if !ok {
		return spool.Entry{}, spool.ErrGone
	}
	if err := s.Stat(ctx, &e); err != nil {
		return spool.Entry{}, err
	}
	return e, nil
}

// named tells which file an ID would be. IDs come from journals and people:
// one that Entries would never give names nothing.
func (s *raw) named(id spool.ID) (spool.Entry, bool) {
	name := path.Join(s.shape.base, string(id))
	for _, q := range s.shape.queues {
		if rest, ok := strings.CutPrefix(string(id), q.Name+"/"); ok && !s.shape.old {
			return entry(id, q, path.Join(q.Dir, rest)), plain(rest)
		}
		if rest, ok := strings.CutPrefix(name, q.Old+"/"); ok && s.oldID(name) == id {
			return entry(id, q, name), plainWay(rest)
		}
	}
	return spool.Entry{}, false
}

// plain tells a file name that could be a message.
func plain(name string) bool {
	if name == "" || strings.ContainsAny(name, "/\x00") {
		return false
	}
	return notMail(disk.Info{Name: name}) == ""
}

// plainWay tells the way of a message below a quarantine.
func plainWay(way string) bool {
	parts := strings.Split(way, "/")
	for _, dir := range parts[:len(parts)-1] {
		if dir == "" || strings.Contains(dir, "\x00") || isOwn(dir) || fold(dir, "archive") {
			return false
		}
	}
	return len(parts) <= maxOld+1 && plain(parts[len(parts)-1])
}

// goneOr makes ErrGone of a name that is not there, or never could be.
func goneOr(err error) error {
	for _, gone := range []error{fs.ErrNotExist, disk.ErrBadName, syscall.ENAMETOOLONG} {
		if errors.Is(err, gone) {
			return spool.ErrGone
		}
	}
	return err
}
