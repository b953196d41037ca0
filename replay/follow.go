package replay

import (
	"context"
	"errors"
	"path"
	"strconv"
	"strings"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// sameEntry tells whether an entry as it is now is the message of a step. Some
// MTAs write into their messages while they wait.
func (m *Mover) sameEntry(s *Step, now spool.Entry) bool {
	if kin, ok := m.spool.(spool.Kin); ok {
		return kin.Same(spool.Entry{ID: s.ID, Queue: s.Queue, Ident: s.Ident}, now)
	}
	return now.Ident == s.Ident
}

// same tells whether a file is the one that the step is about: by inode, size
// and time, or after a restore from a backup by its content, or where no hash
// was recorded by size and time, if it lies where only the administrator puts files.
func (m *Mover) same(info disk.Info, mv *Move) bool {
	if mv.Ident == "" || info.Ident() == mv.Ident || mv.Role == spool.Log {
		return true
	}
	if kin, ok := m.spool.(spool.Kin); ok && mv.Role == spool.Control {
		if _, _, queued := m.at.inQueue(mv.From); queued {
			id := spool.ID(path.Base(mv.From))
			return kin.Same(spool.Entry{ID: id, Ident: mv.Ident}, spool.Entry{ID: id, Ident: info.Ident()})
		}
	}
	if mv.Sum == "" {
		_, _, old := m.at.inOld(mv.From)
		return old && sameButInode(info, mv.Ident)
	}
	sum, _, err := sumFile(m.tree, mv.From, info.Ident(), make([]byte, sumBuffer))
	return err == nil && sum == mv.Sum
}

// sameButInode tells whether a file has the size and the time of another.
func sameButInode(info disk.Info, ident string) bool {
	_, is, _ := strings.Cut(info.Ident(), "-")
	_, was, ok := strings.Cut(ident, "-")
	return ok && is == was
}

// find looks for a message that is not where it was: the MTA moves them from
// queue to queue. The new place goes into the journal.
func (w *work) find(ctx context.Context, s *Step) (string, error) {
	if s.Kind != Message || s.Ident == "" || !w.m.outward(s) {
		return w.goneFrom(s.Moves[0].From), nil
	}
	e, err := w.m.spool.Find(context.WithoutCancel(ctx), w.m.here(s).ID)
	if err == nil {
		err = w.m.spool.Stat(context.WithoutCancel(ctx), &e)
	}
	if errors.Is(err, spool.ErrGone) {
		return whyGone, nil
	}
	if reason, err := statReason(err); reason != "" || err != nil {
		return reason, err
	}
	return w.follow(s, e)
}

// follow takes up the trail of a message that is elsewhere by now.
func (w *work) follow(s *Step, e spool.Entry) (reason string, err error) {
	if !w.m.sameEntry(s, e) {
		return whyChanged, nil
	}
	if placer, ok := w.m.spool.(spool.Placer); ok {
		s.Moves = w.m.outMoves(placer, s, w.run.Name, w.run.Verb, e)
	} else if s.Moves, err = moves(w.m.at, w.run.Name, w.run.Verb, e.Files); err != nil {
		return "", err
	}
	if s.tooLong() {
		return whyTooLong, nil
	}
	s.Queue = e.Queue
	return whyMoved, w.where(s)
}

// where writes down that the files of a message are not where they were.
func (w *work) where(s *Step) error {
	return w.journal.Append(lineWhere, append([]string{strconv.Itoa(s.N)}, appendMoves(nil, s.Moves)...)...)
}
