package replay

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"qclean/replay/journal"
)

// Recover puts runs in order that did not come to their end: each message
// that was under way is looked for at both ends, and its step is finished or
// forgotten. It gives those runs. ErrTwoFiles and ErrJournal stop it: then a
// person has to look, and nothing else is changed before.
func (m *Mover) Recover(ctx context.Context) ([]Run, error) {
	release, err := m.hold(ctx)
	if err != nil {
		return nil, err
	}
	runs, err := m.recoverHeld(ctx)
	return runs, errors.Join(err, release.Close())
}

func (m *Mover) recoverHeld(ctx context.Context) ([]Run, error) {
	dirs, err := m.runDirs()
	if err != nil {
		return nil, err
	}
	var out []Run
	for _, dir := range dirs {
		ended, err := m.hasEnded(dir)
		if ended && err == nil {
			continue
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return out, fmt.Errorf("recover %q: %w", dir, err)
		}
		run, err := m.recoverRun(ctx, dir)
		if err != nil {
			return out, fmt.Errorf("recover %q: %w", dir, err)
		}
		if run != nil {
			out = append(out, *run)
		}
	}
	return out, nil
}

// hasEnded looks at the end of a journal only: there may be hundreds.
func (m *Mover) hasEnded(dir string) (bool, error) {
	e, err := m.ending(dir)
	if errors.Is(err, fs.ErrNotExist) { // it died before it made its journal
		return false, nil
	}
	return e != nil, err
}

func (m *Mover) recoverRun(ctx context.Context, dir string) (*Run, error) {
	l, err := m.load(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !l.ready {
		return nil, m.forget(dir)
	}
	if err != nil || !m.canRecover(l) {
		return nil, err
	}
	w, err := m.reopen(l)
	if err != nil {
		return nil, err
	}
	w.note(fmt.Sprintf("put in order by process %d on %q", m.o.PID, m.o.Host))
	if err := w.recover(ctx, l); err != nil {
		return nil, errors.Join(err, w.journal.Flush(), w.file.Close())
	}
	run, err := w.finishAs(Recovered)
	if err != nil {
		return nil, err
	}
	return &run, m.reindex(ctx, run)
}

// reopen goes on with a journal where it ends.
func (m *Mover) reopen(l *ledger) (*work, error) {
	f, err := m.tree.Append(journalOf(l.dir))
	if err != nil {
		return nil, cannotWrite(err)
	}
	j, err := journal.Resume(f, l.end)
	if err != nil {
		return nil, errors.Join(cannotWrite(err), f.Close())
	}
	w := &work{m: m, dir: l.dir, file: f, journal: j, folders: m.newFolders(), last: l.last, run: l.summary(), plan: l.plan()}
	w.hashes.tree, w.hashes.inline = m.tree, true
	return w, nil
}

// plan gives back what the run set out to do.
func (l *ledger) plan() *Plan {
	p := &Plan{Run: l.run, Verb: l.verb, Selector: l.selector, Of: l.of, Night: l.night, Steps: l.steps, Far: l.old != ""}
	for _, q := range l.queues {
		p.queues = append(p.queues, q.Name)
	}
	return p
}

// recover brings every step to one of its ends.
func (w *work) recover(ctx context.Context, l *ledger) error {
	var err error
	switch l.verb {
	case Inject:
		err = w.recoverInject(l)
	case Submit:
		err = w.recoverSubmit(l)
	case Purge:
		err = w.recoverPurge(l)
	default:
		err = w.recoverMoves(ctx, l)
	}
	if err != nil {
		return err
	}
	w.recount(l)
	if err := w.folders.sync(); err != nil {
		return err
	}
	if err := w.journal.Sync(); err != nil {
		return err
	}
	var index []*Step
	for i := range l.steps {
		if l.steps[i].Kind == Index && l.phases[i] == waiting {
			index = append(index, &l.steps[i])
		}
	}
	return w.index(ctx, index)
}

// recoverMoves looks at both ends of what was under way. After a power loss
// that is also what the journal calls done: the line may have reached the
// disk before the rename did.
func (w *work) recoverMoves(ctx context.Context, l *ledger) error {
	lost := l.boot != w.m.o.Boot
	for i := range l.steps {
		s := &l.steps[i]
		if l.phases[i] == done {
			for _, mv := range s.Moves {
				w.folders.moved(mv.From, mv.To)
			}
		}
		if l.phases[i] != meant && (l.phases[i] != done || !lost) {
			continue
		}
		if err := w.recoverStep(ctx, l, s); err != nil {
			return err
		}
	}
	if err := w.vouchRest(l); err != nil {
		return err
	}
	return w.recoverFar(l)
}

// vouchRest is for what the run had moved and not vouched for yet.
func (w *work) vouchRest(l *ledger) error {
	var read []*Step
	messages := false
	for i := range l.steps {
		s := &l.steps[i]
		switch {
		case l.phases[i] != done || s.Moves[0].Sum != "":
		case s.Kind == Index || w.m.o.Hash && s.Kind == Message && l.verb == Quarantine && s.Far == "":
			read = append(read, s)
		case s.Kind == Message && s.asOf.IsZero() && s.Far == "":
			messages = true
		}
	}
	if messages {
		if err := w.asOf(); err != nil {
			return err
		}
	}
	if len(read) == 0 {
		return nil
	}
	return errors.Join(w.hashes.start(w, read), w.hashes.drain(w))
}

func (w *work) recoverStep(ctx context.Context, l *ledger, s *Step) error {
	if s.Far != "" { // it was carried on from where this step put it
		return nil
	}
	was := l.phases[s.N-1]
	reason, decided, err := w.recoverStaged(ctx, s)
	if err == nil && !decided {
		reason, err = w.recoverEnds(s, was)
	}
	if err != nil {
		return fmt.Errorf("step %d: %w", s.N, err)
	}
	now := done
	if reason != "" {
		now = skipped
	}
	if now == was {
		return nil
	}
	l.phases[s.N-1], l.reason[s.N] = now, reason
	if now == done {
		return w.journal.Append(lineDone, fmt.Sprint(s.N))
	}
	return w.journal.Append(lineSkip, fmt.Sprint(s.N), reason)
}

// recoverEnds looks at where a step comes from and where it goes. A reason
// tells why it was not done.
func (w *work) recoverEnds(s *Step, was phase) (string, error) {
	settle := w.m.settle
	if s.Kind == Folder {
		settle = w.settleFolder
	}
	f, err := settle(w.folders, s)
	if f == vanished && !w.m.outward(s) || f == vanished && was == done {
		f = arrived // it was given back to the queue, and the MTA has taken it
	}
	return f.reason(), err
}

func (f fate) reason() string {
	return [...]string{stayed: whyInterrupted, blocked: whyExists, replaced: whyChanged, vanished: whyGone, arrived: ""}[f]
}

// recount takes the counts from what is known now.
func (w *work) recount(l *ledger) { w.run = l.summary() }

// forget takes away the folder of a run that died before its plan was
// complete, and so before it moved anything. One that holds more than that
// has lost its journal.
func (m *Mover) forget(dir string) error {
	if err := m.sweep(path.Base(dir)); err != nil {
		return err
	}
	if _, err := m.tree.Lstat(dir); err == nil {
		return fmt.Errorf("%w: the folder has files, and no plan that names them", ErrJournal)
	}
	return nil
}

// sweep removes what a run made before its plan was complete, if there is
// nothing else: folders go only when they are empty, the journal only when it
// is alone.
func (m *Mover) sweep(run string) error {
	for _, q := range m.at.Queues {
		dir := path.Join(q.Old, run)
		own := path.Join(dir, ownDir)
		names, err := m.names(own)
		if err == nil && (len(names) == 0 || slices.Equal(names, []string{journalName})) {
			rest, err := m.names(dir)
			if err != nil || len(rest) > 1 {
				continue
			}
			for _, name := range names {
				m.tree.Remove(path.Join(own, name))
			}
			m.tree.Remove(own)
		}
		m.tree.Remove(dir)
		if err := m.tree.SyncDir(q.Old); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// names lists a folder, or as much of it as tells that it is not nearly empty.
func (m *Mover) names(dir string) ([]string, error) {
	var out []string
	for info, err := range m.tree.List(dir) {
		if err != nil {
			return nil, err
		}
		if out = append(out, info.Name); len(out) > 8 {
			break
		}
	}
	return out, nil
}
