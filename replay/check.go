package replay

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"qclean/scan/spool"
)

// check refuses a journal that asks for anything but moves within this
// spool's queues, quarantine, pickup and index, of the kind that its verb
// makes. Whoever owns the spool can write journals.
func (l *ledger) check() error {
	if err := l.checkQueues(); err != nil {
		return err
	}
	froms, tos := make(map[string]bool, len(l.steps)), make(map[string]bool, len(l.steps))
	for _, s := range l.steps {
		if err := l.checkStep(s); err != nil {
			return fmt.Errorf("%w: step %d: %w", ErrJournal, s.N, err)
		}
		for _, m := range s.Moves {
			if froms[m.From] || m.To != "" && tos[m.To] {
				return fmt.Errorf("%w: step %d: %q to %q comes twice", ErrJournal, s.N, m.From, m.To)
			}
			froms[m.From], tos[m.To] = true, true
		}
	}
	return nil
}

// checkQueues wants every queue of the journal in the layout: a run over In
// and Out is not taken back by who names only Out.
func (l *ledger) checkQueues() error {
	for _, q := range l.queues {
		if now, ok := l.at.queue(q.Name); !ok || now.Dir != q.Dir || now.Old != q.Old {
			return fmt.Errorf("%w: it concerns queue %q in %q, which this spool does not have", ErrJournal, q.Name, q.Dir)
		}
	}
	if len(l.queues) == 0 {
		return fmt.Errorf("%w: no queue", ErrJournal)
	}
	return nil
}

func (l *ledger) checkStep(s Step) error {
	switch s.Kind {
	case Index:
		return l.checkIndex(s)
	case Folder:
		return l.checkFolder(s)
	case Message:
		for _, m := range s.Moves {
			if !l.allowed(s, m) {
				return fmt.Errorf("%s of %q to %q", l.verb, m.From, m.To)
			}
		}
		if s.stage != "" && (!l.queued(s.stage) || path.Base(s.stage) != path.Base(s.control().From)) {
			return fmt.Errorf("%s of %q by way of %q", l.verb, s.control().From, s.stage)
		}
		return nil
	}
	return fmt.Errorf("kind %q", s.Kind)
}

func (l *ledger) checkIndex(s Step) error {
	m := s.Moves[0]
	if len(s.Moves) != 1 || !l.mayIndex(m.From) || l.verb.sends() || l.verb == Purge {
		return fmt.Errorf("index %q", m.From)
	}
	_, rest, ok := l.at.inOld(m.To)
	if !ok || rest != path.Join(l.run, ownDir, indexDir, path.Base(m.From)) {
		return fmt.Errorf("index to %q", m.To)
	}
	return nil
}

// mayIndex: the index that the run put aside need not be there any more.
func (l *ledger) mayIndex(name string) bool {
	return slices.Contains(l.at.Index, name) ||
		slices.ContainsFunc(l.at.MayIndex, func(may string) bool { return strings.EqualFold(may, name) })
}

// checkFolder: out of place in a swap, and into place again, or out once
// more, in an undo.
func (l *ledger) checkFolder(s Step) error {
	m := s.Moves[0]
	in, out := m.From, m.To
	q, ok := l.at.queue(s.Queue)
	if l.verb == Undo && ok && out == q.Dir {
		in, out = out, in
	}
	if len(s.Moves) != 1 || !ok || in != q.Dir || l.verb != Swap && l.verb != Undo {
		return fmt.Errorf("folder %q to %q", m.From, m.To)
	}
	of, run, rest, ok := l.at.inRun(out)
	if !ok || of.Name != q.Name || rest != path.Base(q.Dir) || l.verb == Swap && run != l.run {
		return fmt.Errorf("folder %q to %q", m.From, m.To)
	}
	return nil
}

// allowed tells whether a verb moves messages in this way.
func (l *ledger) allowed(s Step, m Move) bool {
	switch l.verb {
	case Quarantine:
		return l.live(s, m, m.From) && l.mine(m.To)
	case PutBack:
		return l.quarantined(m.From) && l.live(s, m, m.To)
	case Inject, Submit:
		return l.quarantined(m.From) && l.mine(m.To)
	case Purge:
		return m.To == "" && (l.quarantined(m.From) || m.Role == spool.Log && l.at.inLogs(m.From, s.ID))
	case Swap: // messages that came into the new folder before the index was gone
		return false
	case Undo:
		return l.undoes(s, m)
	}
	return false
}

func (l *ledger) undoes(s Step, m Move) bool {
	switch {
	case l.at.inPickup(m.From) && l.taken(m.To):
		return true
	case l.live(s, m, m.From):
		return l.quarantined(m.To)
	}
	return l.quarantined(m.From) && (l.live(s, m, m.To) || l.quarantined(m.To))
}

// live is a file of a message that the MTA may find: in a queue, or a side
// file in one of the folders for those.
func (l *ledger) live(s Step, m Move, name string) bool {
	return l.queued(name) || m.Role == spool.Log && l.at.inLogs(name, s.ID)
}

func (l *ledger) queued(name string) bool {
	_, _, ok := l.at.inQueue(name)
	return ok
}

// quarantined is any message of the quarantine, put there by whomever.
func (l *ledger) quarantined(name string) bool {
	_, rest, err := l.at.message(name)
	return err == nil && rest != lockName && rest != ownDir && !strings.HasPrefix(rest, ownDir+"/")
}

// mine is a message in this run's own folder.
func (l *ledger) mine(name string) bool {
	_, run, _, ok := l.at.inRun(name)
	return ok && run == l.run
}

// taken is where an undo puts what it finds in pickup.
func (l *ledger) taken(name string) bool {
	rest, ok := under(path.Join(l.dir, ownDir, takenDir), name)
	return ok && !strings.Contains(rest, "/")
}
