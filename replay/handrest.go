package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"qclean/scan/spool"
)

// recoverSubmit decides what became of messages that were on their way to
// another server when the run died: an offer without an answer is in doubt.
func (w *work) recoverSubmit(l *ledger) error {
	for i := range l.steps {
		s := &l.steps[i]
		h := l.handed[s.N]
		if s.Kind != Message || h == nil || l.phases[i] == waiting {
			continue
		}
		if h.keeps() { // also of what is done: after a power loss the rename may be lost
			if err := w.keepApart(s); err != nil {
				return fmt.Errorf("step %d: %w", s.N, err)
			}
		}
		if l.phases[i] != meant {
			continue
		}
		if err := w.recoverHanding(l, s, h.verdict()); err != nil {
			return err
		}
	}
	for i := range l.steps { // an intent, and nothing offered yet
		if s := &l.steps[i]; l.phases[i] == meant && l.handed[s.N] == nil {
			if err := w.recoverHanding(l, s, whyInterrupted); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *work) recoverHanding(l *ledger, s *Step, reason string) error {
	if reason == "" {
		l.phases[s.N-1] = done
		return w.journal.Append(lineDone, strconv.Itoa(s.N))
	}
	if reason == whyLater {
		reason = whyInterrupted
	}
	l.phases[s.N-1], l.reason[s.N] = skipped, reason
	return w.journal.Append(lineSkip, strconv.Itoa(s.N), reason)
}

// keepApart moves the original if it is still where it was.
func (w *work) keepApart(s *Step) error {
	f, err := w.m.settle(w.folders, s)
	if err != nil || f != stayed {
		return err
	}
	for i := range s.Moves {
		if err := w.folders.ensure(dirOf(s.Moves[i].To)); err != nil {
			return err
		}
	}
	return w.putAway(s)
}

// Rest finds the messages that earlier runs gave to another server for some of
// their recipients only. A Submit goes on with the others.
func (m *Mover) Rest(ctx context.Context) ([]Pick, error) {
	parts := map[string]string{} // note by name
	runs, errs, err := m.allRuns(ctx)
	if err != nil {
		return nil, err
	}
	for i, r := range runs {
		if errs[i] != nil || r.Verb != Submit || r.Skipped[whyPart] == 0 {
			continue
		}
		l, err := m.load(r.Dir)
		if err != nil {
			return nil, fmt.Errorf("run %q: %w", r.Name, err)
		}
		for _, s := range l.steps {
			if l.reason[s.N] == whyPart {
				parts[s.control().To] = s.Note
			}
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	var out []Pick
	for e, err := range m.spool.Quarantined(ctx) {
		var left *spool.Left
		if errors.As(err, &left) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("look through the quarantine: %w", err)
		}
		note, ok := parts[e.Files[0].Name]
		if !ok {
			continue
		}
		if err := m.spool.Stat(ctx, &e); err == nil {
			out = append(out, Pick{Entry: e, Note: note})
		}
	}
	return out, nil
}

// Doubt is a message of which only the server that it was given to, or the MTA
// that takes from pickup, knows whether it has it.
type Doubt struct {
	ID   spool.ID
	Name string   // where the original lies, relative to the tree
	To   []string // for whom; nil for all recipients
}

// InDoubt lists them, of one run.
func (m *Mover) InDoubt(run Run) ([]Doubt, error) {
	if run.Skipped[whyDoubt] == 0 {
		return nil, nil
	}
	l, err := m.load(run.Dir)
	if err != nil {
		return nil, fmt.Errorf("run %q: %w", run.Name, err)
	}
	var out []Doubt
	for _, s := range l.steps {
		if l.reason[s.N] != whyDoubt {
			continue
		}
		d := Doubt{ID: s.ID, Name: s.control().To}
		if h := l.handed[s.N]; h != nil {
			d.To = slices.Clone(h.offered)
		}
		out = append(out, d)
	}
	return out, nil
}
