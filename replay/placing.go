package replay

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// Some MTAs keep side files of a message in folders of their own, and the
// place that a message came from is not always the one that it may go back to
// (spool.Placer). So the moves of such a message are settled when its turn
// comes: which side files there are is looked up before the intent is written,
// and once more when the MTA's lock is held. Mostly nothing has changed
// between the two, and the journal is not synced for each message.

// plannedMoves says where the files of a message go, as far as can be told
// before. A reason tells why it cannot go there.
func plannedMoves(placer spool.Placer, p places, run string, v Verb, e spool.Entry) ([]Move, string, error) {
	if v == Quarantine {
		q, ok := p.queue(e.Queue)
		if !ok {
			return nil, "", fmt.Errorf("%w: %q is in no queue", disk.ErrBadName, e.Files[0].Name)
		}
		return shelved(placer, path.Join(q.Old, run), e), "", nil
	}
	ctx := context.Background()
	err := placer.Gather(ctx, &e, v == Purge)
	if reason, err := statReason(err); errors.Is(err, spool.ErrGone) {
		return nil, whyGone, nil
	} else if reason != "" || err != nil {
		return nil, reason, err
	}
	if v == PutBack {
		return homeward(ctx, placer, e)
	}
	var moves, logs []Move
	for _, f := range e.Files {
		if v == Purge && f.Role == spool.Log && p.inLogs(f.Name, e.ID) { // before another can get the name (postsuper.c, delete_one)
			logs = append(logs, Move{Role: f.Role, From: f.Name})
			continue
		}
		to, err := target(p, run, v, f.Name)
		if err != nil {
			return nil, "", err
		}
		moves = append(moves, Move{Role: f.Role, From: f.Name, To: to})
	}
	return append(logs, moves...), "", nil
}

// shelved is the way into a folder of the quarantine, control file first.
func shelved(placer spool.Placer, dir string, e spool.Entry) []Move {
	out := make([]Move, len(e.Files))
	for i, f := range e.Files {
		out[i] = Move{Role: f.Role, From: f.Name, To: path.Join(dir, placer.Shelf(e, f))}
	}
	return out
}

// homeward is the way back, control file last.
func homeward(ctx context.Context, placer spool.Placer, e spool.Entry) ([]Move, string, error) {
	var out []Move
	for _, f := range slices.Backward(e.Files) {
		to, err := placer.Home(ctx, e, f)
		switch {
		case errors.Is(err, fs.ErrExist):
			return nil, whyExists, nil
		case errors.Is(err, spool.ErrBusy):
			return nil, whyBusy, nil
		case errors.Is(err, spool.ErrGone):
			return nil, whyGone, nil
		case errors.Is(err, fs.ErrNotExist):
			return nil, whyNoFolder, nil
		case err != nil:
			return nil, "", err
		case to != "":
			out = append(out, Move{Role: f.Role, From: f.Name, To: to})
		}
	}
	return out, "", nil
}

// outMoves is the way of a message into quarantine: into the run's folder, or
// for the undo of a put-back to where it lay.
func (m *Mover) outMoves(placer spool.Placer, s *Step, run string, v Verb, e spool.Entry) []Move {
	dir := path.Dir(s.control().To)
	if q, ok := m.at.queue(e.Queue); ok && v == Quarantine && !s.held {
		dir = m.shelfOf(s, q, run)
	}
	return shelved(placer, dir, e)
}

// outMoves spares what was worked out for the plan already.
func (w *work) outMoves(placer spool.Placer, s *Step, e spool.Entry) []Move {
	same := func(f spool.File, m Move) bool { return f.Name == m.From && f.Role == m.Role }
	if w.run.Verb == Quarantine && e.Queue == s.Queue && !s.held && slices.EqualFunc(e.Files, s.Moves, same) {
		return s.Moves
	}
	return w.m.outMoves(placer, s, w.run.Name, w.run.Verb, e)
}

// here is the message of a step as its driver knows it at this moment: under
// the name that it has in the queue it lies in.
func (m *Mover) here(s *Step) spool.Entry {
	e := s.entry()
	e.Ident = s.Ident
	if _, ok := m.spool.(spool.Placer); !ok {
		return e
	}
	if q, _, ok := m.at.inQueue(s.control().From); ok {
		e.Queue, e.ID = q.Name, spool.ID(s.ID.Short())
	}
	return e
}

// arrange brings the moves of a message up to date with what lies about, and
// finds out whether it has to take a way round.
func (w *work) arrange(ctx context.Context, s *Step) (string, error) {
	placer, ok := w.m.spool.(spool.Placer)
	if !ok || s.Kind != Message || s.control().Role != spool.Control {
		return "", nil
	}
	_, _, back := w.m.at.inQueue(s.control().To)
	switch {
	case back:
		return w.bringHome(ctx, placer, s)
	case w.m.outward(s) && !w.m.at.inPickup(s.Moves[0].From) || w.run.Verb == Quarantine:
		return w.gather(ctx, placer, s)
	}
	return "", nil
}

// gather looks for the side files of a message in a queue.
func (w *work) gather(ctx context.Context, placer spool.Placer, s *Step) (string, error) {
	e := w.m.here(s)
	if reason, err := w.gathered(ctx, placer, s, &e); reason != "" || err != nil {
		return reason, err
	}
	if to := w.outMoves(placer, s, e); !sameNames(to, s.Moves) {
		s.Moves = to
		if err := w.where(s); err != nil {
			return "", err
		}
	}
	return w.wayRound(ctx, s)
}

// leaving tells whether the messages are to leave the filesystem.
func (w *work) leaving() bool { return w.run.Verb == Purge || w.run.Verb == Quarantine && w.plan.Far }

func (w *work) gathered(ctx context.Context, placer spool.Placer, s *Step, e *spool.Entry) (string, error) {
	queue := e.Queue
	err := placer.Gather(ctx, e, w.leaving())
	if errors.Is(err, spool.ErrGone) {
		return w.find(ctx, s)
	}
	if !s.held { // where it is held is not where it came from
		s.Queue = queue
	}
	e.Queue = s.Queue
	return statReason(err)
}

// gatherAgain does the same when the message is claimed: what it finds now
// stays as it is. The journal hears of a difference before anything is moved.
func (w *work) gatherAgain(ctx context.Context, s *Step) (string, error) {
	placer, ok := w.m.spool.(spool.Placer)
	if !ok || !w.m.outward(s) || s.control().Role != spool.Control || w.m.at.inPickup(s.Moves[0].From) && w.run.Verb != Quarantine {
		return "", nil
	}
	e := w.m.here(s)
	if reason, err := w.gathered(ctx, placer, s, &e); reason != "" || err != nil {
		return reason, err
	}
	to := w.outMoves(placer, s, e)
	if sameNames(to, s.Moves) {
		return "", nil
	}
	s.Moves = to
	if err := w.where(s); err != nil {
		return "", errStop{err}
	}
	for i := range s.Moves {
		m := &s.Moves[i]
		info, err := w.m.tree.Lstat(m.From)
		if err != nil && m.Role != spool.Log {
			return "", err
		}
		m.Ident = info.Ident()
		if err := w.folders.ensure(dirOf(m.To)); err != nil {
			return "", err
		}
	}
	if err := errors.Join(w.intent(s), w.journal.Sync()); err != nil {
		return "", errStop{err}
	}
	return "", nil
}

// bringHome asks the driver where the files of a quarantined message belong.
func (w *work) bringHome(ctx context.Context, placer spool.Placer, s *Step) (string, error) {
	moves, reason, err := homeward(ctx, placer, w.m.back(s))
	if reason != "" || err != nil || sameNames(moves, s.Moves) {
		return reason, err
	}
	known := map[string]Move{}
	for _, m := range s.Moves {
		known[m.From] = m
	}
	for i := range moves {
		was := known[moves[i].From]
		moves[i].Ident, moves[i].Sum = was.Ident, was.Sum
	}
	s.Moves = moves
	return "", w.where(s)
}

// back is the message of a step as its driver is to see it that brings it home.
func (m *Mover) back(s *Step) spool.Entry {
	e := s.entry()
	e.ID, e.Ident = spool.ID(s.ID.Short()), s.control().Ident
	return e
}

// dropLogs leaves out side files that are gone, that are somebody else's too,
// or whose place at home has a younger one.
func (w *work) dropLogs(s *Step) error {
	kept := slices.DeleteFunc(slices.Clone(s.Moves), func(m Move) bool { return m.Role == spool.Log && !w.goodLog(m) })
	if len(kept) == len(s.Moves) || len(kept) == 0 {
		return nil
	}
	s.Moves = kept
	return w.where(s)
}

func (w *work) goodLog(m Move) bool {
	info, err := w.m.tree.Lstat(m.From)
	if err != nil || !info.Mode.IsRegular() || info.Links != 1 {
		return false
	}
	if m.To == "" {
		return true
	}
	_, err = w.m.tree.Lstat(m.To)
	return errors.Is(err, fs.ErrNotExist)
}

func sameNames(a, b []Move) bool {
	return slices.EqualFunc(a, b, func(x, y Move) bool { return x.Role == y.Role && x.From == y.From && x.To == y.To })
}
