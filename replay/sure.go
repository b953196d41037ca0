package replay

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// Most messages of a batch are, when their turn comes, what they were when they
// were chosen. For those one look is enough, right before the rename, under the
// MTA's own lock where it has one: what the intent says of them is known from
// the plan, or from the run that is taken back, and recovery needs no more of
// it than the inode. So neither the look nor the rename has anything to write
// down, and other goroutines make them (work.lanes).
//
// Whatever is not so plain is let go again and goes the long way (work.one),
// which looks for itself and has a word for everything that it may meet.

// looked is what such a look says.
type looked struct {
	sure bool      // it is the message that was chosen, and goes where the journal says
	lock io.Closer // the MTA's own; nil for none
}

func (l looked) letGo() {
	if l.lock != nil {
		l.lock.Close()
	}
}

// look reads what the step says and changes nothing of it: what has to be
// written down first is not sure.
func (w *work) look(ctx context.Context, s *Step) looked {
	if s.Kind != Message || s.stage != "" || s.held || s.Moves[0].To == "" {
		return looked{}
	}
	var l looked
	if claimer, ok := w.m.spool.(spool.Claimer); ok && w.m.outward(s) {
		var err error
		if l.lock, err = claimer.Claim(ctx, w.m.here(s)); err != nil {
			return looked{}
		}
	}
	if l.sure = w.asPlanned(ctx, s) && w.asKnown(s, l.lock) && w.asChosen(ctx, s); !l.sure {
		l.letGo()
		return looked{}
	}
	return l
}

// asPlanned asks the driver whether the files of a message are those of the
// step, and belong where it takes them.
func (w *work) asPlanned(ctx context.Context, s *Step) bool {
	placer, ok := w.m.spool.(spool.Placer)
	if !ok {
		return w.run.Verb == Quarantine || len(s.Moves) == 1
	}
	if w.goesHome(s) {
		moves, reason, err := homeward(ctx, placer, w.m.back(s))
		return err == nil && reason == "" && sameNames(moves, s.Moves)
	}
	if !w.m.outward(s) || w.m.at.inPickup(s.Moves[0].From) {
		return false
	}
	e := w.m.here(s)
	queue := e.Queue
	if err := placer.Gather(ctx, &e, w.leaving()); err != nil || queue != s.Queue {
		return false
	}
	return sameNames(w.outMoves(placer, s, e), s.Moves)
}

// asKnown tells whether each file is the one that the intent names, and nobody
// else's, and a name at home is free. Of the file that was locked, the lock
// tells it.
func (w *work) asKnown(s *Step, lock io.Closer) bool {
	for i := range s.Moves {
		m := &s.Moves[i]
		var info disk.Info
		var err error
		if l, ok := lock.(disk.Lock); ok && l.Info().Ident() == m.Ident {
			info = l.Info()
		} else {
			info, err = w.m.tree.Lstat(m.From)
		}
		if err != nil || !plainFile(info) || m.Ident == "" || info.Ident() != m.Ident {
			return false
		}
		if len(s.Moves) == 1 || w.m.outward(s) {
			continue // a rename into a name that is taken fails, and moves nothing
		}
		if _, err := w.m.tree.Lstat(m.To); !errors.Is(err, fs.ErrNotExist) {
			return false
		}
	}
	return true
}

// asChosen tells whether the message is the one that was chosen. What has been
// found out about the file that makes it need not be asked again.
func (w *work) asChosen(ctx context.Context, s *Step) bool {
	if s.Ident == "" || s.control().Ident == s.Ident {
		return true
	}
	e := w.m.here(s)
	err := w.m.spool.Stat(ctx, &e)
	return err == nil && e.Files[0].Name == s.control().From && w.m.sameEntry(s, e)
}

// plainFile tells whether a name is that of a file, and its only one: another
// might be anybody's.
func plainFile(info disk.Info) bool { return info.Mode.IsRegular() && info.Links == 1 }

// known tells whether a look at a step can wait for its turn, since there is
// nothing to find out before, and puts into the intent what is known.
func (w *work) known(s *Step) bool {
	if s.Kind != Message || s.stage != "" || s.held || s.Moves[0].To == "" {
		return false
	}
	if len(s.Moves) == 1 && s.Moves[0].Ident == "" {
		s.Moves[0].Ident = s.Ident
	}
	for _, m := range s.Moves {
		if m.Ident == "" || m.Role == spool.Log {
			return false
		}
	}
	return w.goesHome(s) || w.run.Verb == Quarantine && len(s.Moves) == 1 && w.m.outward(s)
}

// goesHome tells whether a step puts a message back into a queue.
func (w *work) goesHome(s *Step) bool {
	_, _, ok := w.m.at.inQueue(s.control().To)
	return ok
}
