package replay

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"

	"qclean/scan/disk"
)

// whyMerged is for a queue folder whose messages went back one by one.
const whyMerged = "merged"

// splitFolders sets the steps about whole folders apart.
func splitFolders(steps []*Step) (folders, messages []*Step) {
	for _, s := range steps {
		if s.Kind == Folder {
			folders = append(folders, s)
		} else {
			messages = append(messages, s)
		}
	}
	return folders, messages
}

// exchange takes whole queue folders out, or puts them back.
func (w *work) exchange(ctx context.Context, steps []*Step) error {
	for _, s := range steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		if w.takesOut(s) {
			err = w.swapOut(s)
		} else {
			err = w.swapBack(ctx, s)
		}
		if err != nil {
			return fmt.Errorf("queue %q: %w", s.Queue, err)
		}
	}
	return nil
}

// takesOut tells the direction of a step about a folder.
func (w *work) takesOut(s *Step) bool {
	q, _ := w.m.at.queue(s.Queue)
	return s.Moves[0].From == q.Dir
}

// empty is where the new folder waits until the old one is gone.
func (w *work) empty(s *Step) string {
	return path.Join(path.Dir(s.Moves[0].To), ownDir, emptyDir, path.Base(s.Moves[0].From))
}

// swapOut renames the queue's folder into the run's, whatever its size, and
// puts an empty one with the same owner and mode in its place.
func (w *work) swapOut(s *Step) error {
	m := &s.Moves[0]
	info, err := w.m.tree.Lstat(m.From)
	if err != nil {
		return err
	}
	if !info.Mode.IsDir() {
		return fmt.Errorf("%q: %w", m.From, disk.ErrNotFolder)
	}
	m.Ident = info.Ident()
	if err := w.folders.ensure(path.Dir(w.empty(s))); err != nil {
		return cannotWrite(err)
	}
	if err := w.m.mkdirLike(w.empty(s), m.From); err != nil {
		return fmt.Errorf("make the new folder: %w", cannotWrite(err))
	}
	if err := errors.Join(w.m.tree.SyncDir(w.empty(s)), w.m.tree.SyncDir(path.Dir(w.empty(s)))); err != nil {
		return fmt.Errorf("make the new folder: %w", cannotWrite(err))
	}
	if err := w.folders.ensure(path.Dir(m.To)); err != nil {
		return cannotWrite(err)
	}
	if err := errors.Join(w.intent(s), w.journal.Sync()); err != nil {
		return err
	}
	moveErr := w.m.tree.Move(m.From, m.To)
	f, err := w.settleFolder(w.folders, s)
	if err != nil {
		w.broken = true
		return errors.Join(err, moveErr)
	}
	if f != arrived {
		return errors.Join(cannotWrite(moveErr), w.skip(s, f.reason()))
	}
	return errors.Join(w.done(s), w.folders.sync())
}

// settleFolder finds out how far the exchange of a folder has come, and
// completes it once it has begun. It serves recovery as well.
func (w *work) settleFolder(f *folders, s *Step) (fate, error) {
	e, err := w.m.look(s.Moves[0])
	if err != nil {
		return stayed, err
	}
	f.moved(s.Moves[0].From, s.Moves[0].To)
	if w.takesOut(s) {
		return w.settleOut(f, s, e)
	}
	switch {
	case e.to == ours:
		return arrived, nil
	case e.from == ours && e.to == absent: // between removing the new folder and renaming the old one
		return arrived, w.m.tree.Move(s.Moves[0].From, s.Moves[0].To)
	case e.from == absent:
		return vanished, nil
	}
	return stayed, nil
}

func (w *work) settleOut(f *folders, s *Step, e ends) (fate, error) {
	m, fresh := s.Moves[0], w.empty(s)
	switch {
	case e.to == ours && e.from == absent:
		// The messages are safe in their new place before their old name is
		// given to something else.
		err := f.sync()
		if err == nil {
			err = w.m.tree.Move(fresh, m.From)
			f.moved(fresh, m.From)
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = w.m.mkdirLike(m.From, m.To)
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return stayed, fmt.Errorf("put the new folder in place: %w", err)
		}
		return arrived, nil
	case e.to == ours: // also when the MTA has made a new one by itself
		w.m.tree.Remove(fresh)
		return arrived, nil
	case e.to == other:
		return stayed, fmt.Errorf("%w: %q and %q", ErrTwoFiles, m.From, m.To)
	}
	w.m.tree.Remove(fresh)
	if e.from == absent {
		return vanished, nil
	}
	return stayed, nil
}

// swapBack puts a folder into its place again. If the new one there has
// nothing in it, it makes room: rmdir(2) is the one way to find that out that
// nobody can get between. Else the messages go back one by one.
func (w *work) swapBack(ctx context.Context, s *Step) error {
	m := &s.Moves[0]
	info, err := w.m.tree.Lstat(m.From)
	if errors.Is(err, fs.ErrNotExist) {
		return w.skip(s, whyGone)
	}
	if err != nil {
		return err
	}
	m.Ident = info.Ident()
	if err := errors.Join(w.intent(s), w.journal.Sync()); err != nil {
		return err
	}
	err = w.m.tree.Remove(m.To)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = w.m.tree.Move(m.From, m.To)
		w.folders.moved(m.From, m.To)
		if err == nil {
			return errors.Join(w.done(s), w.folders.sync())
		}
		if !errors.Is(err, fs.ErrExist) {
			w.broken = true
			return err
		}
	}
	if info, err := w.m.tree.Lstat(m.To); err != nil || !info.Mode.IsDir() {
		return errors.Join(err, w.journal.Append(lineSkip, strconv.Itoa(s.N), whyInterrupted))
	}
	if err := w.merge(ctx, s); err != nil {
		return errors.Join(err, w.journal.Append(lineSkip, strconv.Itoa(s.N), whyInterrupted))
	}
	w.run.Planned-- // the folder: its messages count one by one
	return w.journal.Append(lineSkip, strconv.Itoa(s.N), whyMerged)
}

// liker is a tree that can make a folder with the owner, group and mode of
// another.
type liker interface {
	MkdirLike(name, like string) error
}

func (m *Mover) mkdirLike(name, like string) error {
	if t, ok := m.tree.(liker); ok {
		return t.MkdirLike(name, like)
	}
	model, err := m.tree.Lstat(like)
	if err != nil {
		return err
	}
	if err := m.tree.Mkdir(name, model.Mode.Perm()); err != nil {
		return err
	}
	made, err := m.tree.Lstat(name)
	if err == nil && (made.UID != model.UID || made.GID != model.GID) {
		err = errors.Join(fmt.Errorf("%q has another owner than %q", name, like), m.tree.Remove(name))
	}
	return err
}
