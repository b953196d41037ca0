package replay

import (
	"context"
	"errors"
	"fmt"

	"qclean/scan/spool"
)

// Apply makes a planned change. Runs that did not finish are put in order
// first. When it returns, with whatever error, the journal on the disk is
// true. A cancelled context ends the run between two messages; its error is
// returned then.
func (m *Mover) Apply(ctx context.Context, p *Plan) (Run, error) {
	release, err := m.hold(ctx)
	if err != nil {
		return Run{}, err
	}
	run, err := m.applyHeld(ctx, p)
	return run, errors.Join(err, release.Close())
}

func (m *Mover) applyHeld(ctx context.Context, p *Plan) (Run, error) {
	if _, err := m.recoverHeld(ctx); err != nil {
		return Run{}, err
	}
	return m.make(ctx, p)
}

// make makes the change, under the lock and after recovery.
func (m *Mover) make(ctx context.Context, p *Plan) (Run, error) {
	if len(p.queues) == 0 {
		p.setQueues(m.at)
	}
	if p.Messages() == 0 && p.Verb != Reindex {
		return Run{}, ErrEmpty
	}
	if err := ctx.Err(); err != nil {
		return Run{}, err
	}
	if m.o.Old != nil && p.Verb == Quarantine {
		if err := m.enough(p); err != nil {
			return Run{}, err
		}
		p.Far = true
	}
	if p.Far && m.o.Old == nil {
		return Run{}, ErrNeedOld
	}
	w, err := m.begin(p)
	if err != nil {
		return Run{}, err
	}
	run, err := w.finish(w.all(ctx))
	if err != nil {
		return run, err
	}
	return run, m.reindex(ctx, run)
}

// all takes the whole plan through.
func (w *work) all(ctx context.Context) error {
	var messages, index []*Step
	for i := range w.plan.Steps {
		if s := &w.plan.Steps[i]; s.Kind == Index {
			index = append(index, s)
		} else {
			messages = append(messages, s)
		}
	}
	err := w.act(ctx, messages)
	w.tidy(ctx, messages)
	if err != nil {
		return errors.Join(err, w.index(context.WithoutCancel(ctx), index))
	}
	return w.index(ctx, index)
}

// act does what the verb wants with the messages.
func (w *work) act(ctx context.Context, steps []*Step) error {
	switch w.plan.Verb {
	case Inject:
		return w.inject(ctx, steps)
	case Submit:
		return w.submit(ctx, steps)
	case Purge:
		return w.purge(ctx, steps)
	}
	folders, steps := splitFolders(steps)
	if err := w.exchange(ctx, folders); err != nil {
		return err
	}
	steps, err := w.fetch(ctx, steps)
	if err != nil {
		return err
	}
	if err := w.messages(ctx, steps); err != nil {
		return errors.Join(err, w.dropFar(steps))
	}
	return errors.Join(w.carry(ctx, steps), w.dropFar(steps))
}

// index takes the stale index files away, if the queue has changed. It is
// done for a run that was interrupted as well: what has moved has moved.
func (w *work) index(ctx context.Context, steps []*Step) error {
	if w.broken || len(steps) == 0 {
		return nil
	}
	if w.run.Done == 0 && w.plan.Verb != Reindex {
		for _, s := range steps {
			if err := w.skip(s, whyNotNeeded); err != nil {
				return err
			}
		}
		return nil
	}
	if err := w.messages(ctx, steps); err != nil {
		return fmt.Errorf("take the old index away: %w", err)
	}
	return nil
}

// reindex lets the MTA look at its queue again.
func (m *Mover) reindex(ctx context.Context, run Run) error {
	r, ok := m.spool.(spool.Reindexer)
	if !ok || run.Done == 0 && run.Verb != Reindex || run.Verb.sends() || run.Verb == Purge {
		return nil
	}
	if err := r.Reindex(ctx); err != nil {
		return fmt.Errorf("refresh the queue's index: %w", err)
	}
	return nil
}
