package replay

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"qclean/scan/spool"
)

// PurgePicks finds the quarantined messages of runs that began before a time.
// What people put into quarantine by hand has no such time, and is not found.
func (m *Mover) PurgePicks(ctx context.Context, before time.Time) ([]Pick, error) {
	var out []Pick
	for e, err := range m.spool.Quarantined(ctx) {
		var left *spool.Left
		if errors.As(err, &left) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("look through the quarantine: %w", err)
		}
		run, ok := m.runOf(e)
		if !ok {
			continue
		}
		began, err := time.Parse(runTime, run[:len(runTime)])
		if err != nil || !began.Before(before) {
			continue
		}
		if err := m.spool.Stat(ctx, &e); errors.Is(err, spool.ErrGone) || errors.As(err, &left) {
			continue
		} else if err != nil {
			return nil, fmt.Errorf("look at %q: %w", e.ID, err)
		}
		out = append(out, Pick{Entry: e, Note: run})
	}
	return out, nil
}

// QuarantinedAt tells since when a message lies in quarantine: the time of the
// run in whose folder it is. False for what people put there by hand.
func QuarantinedAt(l spool.Layout, e spool.Entry) (time.Time, bool) {
	if len(e.Files) == 0 {
		return time.Time{}, false
	}
	_, run, _, ok := places{l}.inRun(e.Files[0].Name)
	if !ok {
		return time.Time{}, false
	}
	at, err := time.Parse(runTime, run[:len(runTime)])
	return at, err == nil
}

func (m *Mover) runOf(e spool.Entry) (string, bool) {
	if len(e.Files) == 0 {
		return "", false
	}
	_, run, _, ok := m.at.inRun(e.Files[0].Name)
	return run, ok
}

// purge deletes messages for good. What they were is in the journal, and on
// the disk, before the first one goes.
func (w *work) purge(ctx context.Context, steps []*Step) error {
	for len(steps) > 0 {
		n := min(len(steps), w.m.o.Batch)
		if err := w.purgeBatch(ctx, steps[:n]); err != nil {
			return err
		}
		steps = steps[n:]
	}
	return nil
}

func (w *work) purgeBatch(ctx context.Context, steps []*Step) error {
	var ready []*Step
	for _, s := range steps {
		if err := ctx.Err(); err != nil {
			return errors.Join(err, w.leave(ready...))
		}
		reason, err := w.condemn(context.WithoutCancel(ctx), s)
		if err == nil && reason == "" {
			ready = append(ready, s)
			continue
		}
		if _, err := w.verdict(s, reason, err, nil, true); err != nil {
			return errors.Join(err, w.leave(ready...))
		}
	}
	if err := w.journal.Sync(); err != nil {
		return err
	}
	for i, s := range ready {
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), w.leave(ready[i:]...), w.syncGraves())
		}
		reason, err := w.doomed(context.WithoutCancel(ctx), s)
		if err == nil && reason == "" {
			err = w.delete(s)
		}
		if _, err := w.verdict(s, reason, err, nil, true); err != nil {
			return errors.Join(err, w.leave(ready[i+1:]...), w.syncGraves())
		}
	}
	return w.syncGraves()
}

// doomed tells whether a message is still the one that was condemned.
func (w *work) doomed(ctx context.Context, s *Step) (string, error) {
	if s.Far != "" {
		return w.stillFar(s)
	}
	return w.still(ctx, s)
}

func (w *work) syncGraves() error {
	if w.far == nil {
		return w.folders.sync()
	}
	return errors.Join(w.folders.sync(), w.far.sync())
}

// condemn writes down what is to be deleted: size, hash and sender beside the
// ID of the step.
func (w *work) condemn(ctx context.Context, s *Step) (reason string, err error) {
	sender := s.sender
	if s.Far != "" {
		reason, err = w.lookFar(s)
	} else if reason, err = w.inspect(ctx, s); reason == "" && err == nil {
		sender = w.senderOf(s.entry())
	}
	if reason != "" || err != nil {
		return reason, err
	}
	args := []string{strconv.Itoa(s.N), strconv.FormatInt(s.Size, 10), sender}
	buf := make([]byte, sumBuffer)
	for i := range s.Moves {
		m := &s.Moves[i]
		if s.Far != "" && m.Ident == "" {
			args = append(args, "")
			continue
		}
		t, name, err := w.m.grave(s, *m)
		if err == nil {
			m.Sum, _, err = sumFile(t, name, m.Ident, buf)
		}
		if err != nil {
			return "", err
		}
		args = append(args, m.Sum)
	}
	if err := w.journal.Append(linePurging, args...); err != nil {
		return "", errStop{err}
	}
	if err := w.intent(s); err != nil {
		return "", errStop{err}
	}
	return "", nil
}

// senderOf is what MAIL FROM said, as far as the file tells.
func (w *work) senderOf(e spool.Entry) string {
	if _, err := w.m.spool.Load(context.Background(), &e, make([]byte, 4096)); err != nil {
		return "?"
	}
	return "<" + e.Envelope.From + ">"
}

// delete removes the files of a message, control first.
func (w *work) delete(s *Step) error {
	for i, m := range s.Moves {
		t, name, err := w.m.grave(s, m)
		if err != nil {
			return err
		}
		err = t.Remove(name)
		w.buried(s, name)
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if i > 0 {
			w.broken = true
			return errStop{err}
		}
		return err
	}
	return nil
}

// buried notes which folder has lost a name.
func (w *work) buried(s *Step, name string) {
	if s.Far == "" {
		w.folders.moved(name, "")
		return
	}
	if w.far == nil {
		w.far = newFolders(w.m.o.Old)
	}
	w.far.moved(name, "")
}

// recoverPurge: a message of which all is there was not begun with; of one
// that lacks a file, the rest goes too.
func (w *work) recoverPurge(l *ledger) error {
	for i := range l.steps {
		s := &l.steps[i]
		if l.phases[i] != meant {
			continue
		}
		if s.Far != "" {
			gone, err := w.recoverFarPurge(s)
			if err != nil {
				return fmt.Errorf("step %d: %w", s.N, err)
			}
			if err := w.endPurge(l, s, gone); err != nil {
				return err
			}
			continue
		}
		n := 0
		for _, m := range s.Moves {
			at, _, err := w.m.present(m.From, m.Ident)
			if err != nil {
				return fmt.Errorf("step %d: %w", s.N, err)
			}
			if at == ours {
				n++
			}
		}
		if n < len(s.Moves) {
			if err := w.deleteRest(s); err != nil {
				return fmt.Errorf("step %d: %w", s.N, err)
			}
		}
		if err := w.endPurge(l, s, n < len(s.Moves)); err != nil {
			return err
		}
	}
	return nil
}

// endPurge writes down what became of a message.
func (w *work) endPurge(l *ledger, s *Step, gone bool) error {
	if !gone {
		l.phases[s.N-1], l.reason[s.N] = skipped, whyInterrupted
		return w.journal.Append(lineSkip, strconv.Itoa(s.N), whyInterrupted)
	}
	l.phases[s.N-1] = done
	return w.journal.Append(lineDone, strconv.Itoa(s.N))
}

func (w *work) deleteRest(s *Step) error {
	for _, m := range s.Moves {
		at, _, err := w.m.present(m.From, m.Ident)
		if err == nil && at == ours {
			err = w.m.tree.Remove(m.From)
			w.folders.moved(m.From, "")
		}
		if err != nil {
			return err
		}
	}
	return nil
}
