package replay

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
)

// fetch brings messages back from the other filesystem, to where they lay
// before they were carried there. From then on an undo is as any other.
// It gives the steps that can go on.
func (w *work) fetch(ctx context.Context, steps []*Step) ([]*Step, error) {
	if !w.plan.Far || w.plan.Verb != Undo {
		return steps, nil
	}
	if w.m.o.Old == nil {
		return nil, ErrNeedOld
	}
	part := path.Join(w.dir, ownDir, partDir)
	if err := w.folders.ensure(part); err != nil {
		return nil, cannotWrite(err)
	}
	here := make([]*Step, 0, len(steps))
	for _, s := range steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var err error
		if s.Far != "" {
			err = w.fetchOne(s, path.Join(part, strconv.Itoa(s.N)))
		}
		if err == nil {
			here = append(here, s)
		} else if err := w.failed(s, err); err != nil {
			return nil, err
		}
	}
	return here, w.folders.sync()
}

func (w *work) fetchOne(s *Step, part string) error {
	for i := range s.Moves {
		m := &s.Moves[i]
		far, err := w.m.at.farName(m.From)
		if err != nil {
			return err
		}
		if err := w.fetchFile(far, part, m); err != nil {
			return err
		}
		info, err := w.m.tree.Lstat(m.From)
		if err != nil {
			return err
		}
		m.Ident = info.Ident()
	}
	return nil
}

// fetchFile copies one file, unless an earlier try has brought it already.
func (w *work) fetchFile(far, part string, m *Move) error {
	if sum, _, err := sumFile(w.m.tree, m.From, "", make([]byte, sumBuffer)); err == nil {
		if there, _, err := sumFile(w.m.o.Old, far, "", make([]byte, sumBuffer)); sum != m.Sum || err == nil && there != sum {
			return fmt.Errorf("%q: %w", m.From, errChanged)
		}
		return nil
	}
	if err := w.m.tree.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	sum, err := copyFile(w.m.o.Old, far, w.m.tree, part)
	if err == nil && sum != m.Sum {
		err = fmt.Errorf("%q on the other filesystem: %w", far, errChanged)
	}
	if err == nil {
		err = w.folders.ensure(path.Dir(m.From))
	}
	if err == nil {
		err = w.m.tree.Move(part, m.From)
	}
	if err != nil {
		w.m.tree.Remove(part)
		return err
	}
	w.folders.moved(part, m.From)
	return nil
}

// dropFar removes the copies of messages that are back in their queue. One
// that stays, because the run died, does no harm: nothing is sent from there.
func (w *work) dropFar(steps []*Step) error {
	if !w.plan.Far || w.plan.Verb != Undo || w.broken {
		return nil
	}
	if err := errors.Join(w.folders.sync(), w.journal.Sync()); err != nil { // the messages and their done lines first
		return err
	}
	for _, s := range steps {
		if s.Far == "" || !s.moved {
			continue
		}
		for _, m := range s.Moves {
			far, err := w.m.at.farName(m.From)
			if err == nil {
				err = w.m.o.Old.Remove(far)
			}
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				w.note(fmt.Sprintf("step %d: %v", s.N, err))
			}
		}
	}
	return nil
}

// recoverFar settles messages that were being carried: one that still lies
// here counts as here, and the copy is void. Nobody has to name the other
// filesystem for that.
func (w *work) recoverFar(l *ledger) error {
	if l.verb != Quarantine || l.old == "" {
		return nil
	}
	for i := range l.steps {
		s := &l.steps[i]
		if s.Far == "" && s.Kind == Message {
			w.voidFar(s) // the run may have died before it said that there is a copy
		}
		if s.Far == "" || l.phases[i] != done {
			continue
		}
		near, err := w.allNear(s)
		if err != nil {
			return err
		}
		if !near {
			if err := w.finishFar(s); err != nil {
				return err
			}
			continue
		}
		if err := w.journal.Append(lineNear, strconv.Itoa(s.N)); err != nil {
			return err
		}
		if err := w.journal.Sync(); err != nil {
			return err
		}
		w.voidFar(s)
		s.Far = ""
	}
	w.clearParts(l.run)
	return nil
}

func (w *work) allNear(s *Step) (bool, error) {
	for _, m := range s.Moves {
		at, _, err := w.m.present(m.To, m.Ident)
		if err != nil || at != ours {
			return false, err
		}
	}
	return true, nil
}

// finishFar removes the rest of a message of which a part was removed here.
func (w *work) finishFar(s *Step) error {
	for _, m := range s.Moves {
		at, _, err := w.m.present(m.To, m.Ident)
		if err != nil {
			return err
		}
		if at == ours && w.m.o.Old == nil {
			return fmt.Errorf("%w: a part of %q is there", ErrNeedOld, s.Far)
		}
		if at != ours {
			continue
		}
		far, err := w.m.at.farName(m.To)
		if err != nil {
			return err
		}
		if sum, _, err := sumFile(w.m.o.Old, far, "", make([]byte, sumBuffer)); err != nil || sum != m.Sum {
			return fmt.Errorf("%w: %q and its copy %q", ErrTwoFiles, m.To, far)
		}
		if err := w.m.tree.Remove(m.To); err != nil {
			return err
		}
		w.folders.moved(m.To, "")
	}
	return nil
}

// voidFar removes copies that do not count, as long as the message lies here
// byte for byte: a journal alone, which may be forged, deletes nothing there.
// It is housekeeping: what cannot be removed is told, and left.
func (w *work) voidFar(s *Step) {
	if w.m.o.Old == nil {
		return
	}
	buf := make([]byte, sumBuffer)
	for _, m := range s.Moves {
		far, err := w.m.at.farName(m.To)
		if err == nil {
			err = w.dropTwin(m.To, far, buf)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			w.note(fmt.Sprintf("step %d: %v", s.N, err))
		}
	}
}

func (w *work) dropTwin(near, far string, buf []byte) error {
	there, _, err := sumFile(w.m.o.Old, far, "", buf)
	if err != nil {
		return err
	}
	here, _, err := sumFile(w.m.tree, near, "", buf)
	if err == nil && here != there {
		err = fmt.Errorf("%q and its copy %q: %w", near, far, errChanged)
	}
	if err == nil {
		err = w.m.o.Old.Remove(far)
	}
	return err
}

// clearParts removes copies that were never completed.
func (w *work) clearParts(run string) {
	if w.m.o.Old == nil {
		return
	}
	dir := path.Join(run, ownDir, partDir)
	for info, err := range w.m.o.Old.List(dir) {
		if err != nil {
			return
		}
		w.m.o.Old.Remove(path.Join(dir, info.Name))
	}
}
