package replay

import (
	"context"
	"errors"
	"io/fs"
	"slices"
)

// intend finds out what a step is going to move, as far as that is not known.
func (w *work) intend(ctx context.Context, s *Step) (reason string, err error) {
	if s.late = w.goesHome(s) && w.known(s); s.late {
		return "", nil
	}
	if reason, err := w.arrange(ctx, s); reason != "" || err != nil {
		return reason, err
	}
	if s.late = w.known(s); s.late {
		return "", w.folders.prepare(dirOf(s.Moves[0].To))
	}
	return w.inspect(ctx, s)
}

// intendAlone is intend for a step that is not one of a batch.
func (w *work) intendAlone(ctx context.Context, s *Step) (reason string, err error) {
	reason, err = w.intend(ctx, s)
	return reason, errors.Join(err, w.folders.syncNew())
}

// intendLate does for a step with an intent what was put off, now that it is
// not as it was known. The journal hears of a difference before anything is moved.
func (w *work) intendLate(ctx context.Context, s *Step) (reason string, err error) {
	was := slices.Clone(s.Moves)
	s.late = false
	if reason, err := w.arrange(ctx, s); reason != "" || err != nil {
		return reason, err
	}
	if reason, err := w.inspect(ctx, s); reason != "" || err != nil || slices.Equal(was, s.Moves) {
		return reason, err
	}
	if err := errors.Join(w.folders.syncNew(), w.intent(s), w.journal.Sync()); err != nil {
		return "", errStop{err}
	}
	return "", nil
}

// inspect looks at the files of a step as they are now.
func (w *work) inspect(ctx context.Context, s *Step) (reason string, err error) {
	if err := w.dropLogs(s); err != nil {
		return "", err
	}
	for i := range s.Moves {
		m := &s.Moves[i]
		info, err := w.m.tree.Lstat(m.From)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return w.find(ctx, s)
		case err != nil:
			return "", err
		case !info.Mode.IsRegular():
			return whyNotFile, nil
		case info.Links != 1:
			return whyLinked, nil
		case !w.m.same(info, m):
			return whyChanged, nil
		}
		m.Ident = info.Ident()
		if reason, err := w.room(s, m); reason != "" || err != nil {
			return reason, err
		}
	}
	return "", nil
}

// room makes the folder that a file goes to, if that is one of the
// quarantine. A message of several files that goes back finds out before it
// begins whether a name is taken.
func (w *work) room(s *Step, m *Move) (string, error) {
	if m.To == "" {
		return "", nil
	}
	if _, _, old := w.m.at.inOld(m.To); old {
		return "", w.folders.prepare(dirOf(m.To))
	}
	if len(s.Moves) == 1 {
		return "", nil
	}
	_, err := w.m.tree.Lstat(m.To)
	switch {
	case err == nil:
		return whyExists, nil
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	}
	return "", err
}
