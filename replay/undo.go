package replay

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"time"

	"qclean/scan/spool"
)

// Inverse is the plan that takes this one back: each message from where it
// went to where it came from, control file last where it was first. Index
// files stay where they are, since an old index is worse than none.
func (p *Plan) Inverse(at time.Time) (*Plan, error) {
	if p.Verb == Purge || p.Verb == Reindex {
		return nil, fmt.Errorf("%s: %w", p.Run, ErrNoUndo)
	}
	inv := &Plan{Run: newRunName(Undo, at), Verb: Undo, Selector: p.Selector, Of: p.Run, Steps: make([]Step, 0, len(p.Steps))}
	for _, s := range slices.Backward(p.Steps) {
		if s.Kind != Index {
			s.Moves = inverse(s.Moves)
			s.Ident, s.stage = "", ""
			inv.add(s)
		}
	}
	if len(inv.Steps) == 0 {
		return nil, ErrEmpty
	}
	return inv, nil
}

func inverse(moves []Move) []Move {
	out := make([]Move, 0, len(moves))
	for _, m := range slices.Backward(moves) {
		m.From, m.To = m.To, m.From
		out = append(out, m)
	}
	return out
}

// UndoPlan makes the plan that takes a run back, from its journal alone: of
// what it did, not of what it left alone. ErrUnfinished, ErrNoUndo, ErrEmpty.
func (m *Mover) UndoPlan(ctx context.Context, run Run) (*Plan, error) {
	l, err := m.load(run.Dir)
	if err != nil {
		return nil, fmt.Errorf("undo %q: %w", run.Name, err)
	}
	if l.ended == nil {
		return nil, fmt.Errorf("undo %q: %w", run.Name, ErrUnfinished)
	}
	if err := m.mayUndo(l); err != nil {
		return nil, fmt.Errorf("undo %q: %w", run.Name, err)
	}
	later, err := m.trailAfter(ctx, run.Name)
	if err != nil {
		return nil, fmt.Errorf("undo %q: %w", run.Name, err)
	}
	did, left := m.stillDone(l, later)
	p, err := did.Inverse(m.o.Now())
	if err != nil {
		return nil, fmt.Errorf("undo %q: %w", run.Name, err)
	}
	p.Left = left
	p.queues = did.queues
	p.Far = slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Far != "" })
	if p.Far && m.o.Old == nil {
		return nil, fmt.Errorf("undo %q: %w: %s", run.Name, ErrNeedOld, l.old)
	}
	if l.verb == Inject {
		m.fromPickup(p, l)
		return p, nil
	}
	m.mayHaveMoved(p)
	p.addIndex(m.at)
	return p, nil
}

// mayHaveMoved lets the undo of a put-back look for messages that the MTA has
// moved on to another queue since, where it knows them again.
func (m *Mover) mayHaveMoved(p *Plan) {
	if _, ok := m.spool.(spool.Kin); !ok {
		return
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		if _, _, queued := m.at.inQueue(s.control().From); queued && s.Kind == Message {
			s.Ident = s.control().Ident
		}
	}
}

// stillDone is what a run did, without what an earlier undo has taken back
// already, and without what later runs have taken on: those have to be undone
// first.
func (m *Mover) stillDone(l *ledger, later trail) (*Plan, []Skip) {
	did := l.plan()
	did.Steps = make([]Step, 0, len(l.steps))
	var left []Skip
	for i, s := range l.steps {
		doubt := m.o.InDoubt && l.reason[s.N] == whyDoubt
		if l.phases[i] != done && !doubt || l.verb == Submit && !doubt {
			continue
		}
		if doubt {
			delete(l.inject, s.N)
		}
		now, hop := later.at(s.control().To)
		switch {
		case now == s.control().To || s.Kind == Index:
			did.Steps = append(did.Steps, s)
		case hop.of != l.run:
			left = append(left, Skip{s.ID, whyMovedOn})
		}
	}
	return did, left
}

// mayUndo refuses what would put a message into pickup by the back door: the
// undo of a replay is taken back by replaying once more.
func (m *Mover) mayUndo(l *ledger) error {
	verb, _ := verbOf(l.of)
	if l.verb == Undo && verb.sends() {
		return fmt.Errorf("%w: it took a replay back; replay again", ErrNoUndo)
	}
	if l.verb == Submit && !m.o.InDoubt {
		return fmt.Errorf("%w: another server has the messages", ErrNoUndo)
	}
	return nil
}

// fromPickup puts in front of each step to take the message out of pickup: if
// it is not there any more, it is delivered, and the original stays.
func (m *Mover) fromPickup(p *Plan, l *ledger) {
	q, _ := m.at.queue(p.queues[0])
	byPlace := make(map[string]int, len(l.steps))
	for _, s := range l.steps {
		byPlace[s.Moves[0].To] = s.N
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		st := l.inject[byPlace[s.Moves[len(s.Moves)-1].From]]
		if st == nil {
			continue
		}
		out := Move{From: l.pickupPlace(st), Ident: st.ident, Sum: st.sum,
			To: path.Join(q.Old, p.Run, ownDir, takenDir, strconv.Itoa(s.N))}
		s.Moves = append([]Move{out}, s.Moves...)
	}
}

// Undo takes a run back. It is a run itself, and can be taken back in turn.
func (m *Mover) Undo(ctx context.Context, run Run) (Run, error) {
	release, err := m.hold(ctx)
	if err != nil {
		return Run{}, err
	}
	undone, err := m.undoHeld(ctx, run)
	return undone, errors.Join(err, release.Close())
}

func (m *Mover) undoHeld(ctx context.Context, run Run) (Run, error) {
	if _, err := m.recoverHeld(ctx); err != nil {
		return Run{}, err
	}
	p, err := m.UndoPlan(ctx, run)
	if err != nil {
		return Run{}, err
	}
	return m.make(ctx, p)
}
