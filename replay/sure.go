package replay

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"slices"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// Most messages of a batch are, when their turn comes, what they were when they
// were chosen. For those one look is enough, right before the rename, under the
// MTA's own lock where it has one: what the intent says of them is known from
// the plan, or from the run that is taken back, and recovery needs no more of
// it than the inode. And since a look changes nothing and writes nothing down,
// another goroutine makes it a few messages ahead, while the rename of the one
// before waits for the filesystem.
//
// Whatever is not so plain is let go again and goes the long way (work.one),
// which looks for itself and has a word for everything that it may meet.

// looked is what such a look says.
type looked struct {
	sure    bool   // it is the message that was chosen, and goes where the journal says
	release func() // of the MTA's lock; nil for none
}

func (l looked) letGo() {
	if l.release != nil {
		l.release()
	}
}

// lookAhead is how many messages are looked at together, and how many such
// lots there may be before their turn: some are locked for a few milliseconds.
// An MTA that comes for one meanwhile passes it over, as it would a moment later.
const (
	lookAhead = 32
	lots      = 2
)

// ahead yields the steps of a batch with a look at each. What was looked at and
// not yielded is let go.
func (w *work) ahead(ctx context.Context, steps []*Step) iter.Seq2[*Step, looked] {
	return func(yield func(*Step, looked) bool) {
		if w.m.inline {
			for _, s := range steps {
				if !yield(s, w.look(ctx, s)) {
					return
				}
			}
			return
		}
		stop, lot := make(chan struct{}), make(chan []looked, lots)
		go w.lookAll(ctx, steps, lot, stop)
		more := true
		for looks := range lot {
			for i, l := range looks {
				if more = more && yield(steps[i], l); !more {
					letGo(looks[i+1:]) // the one that was yielded is the caller's
					break
				}
			}
			if !more {
				break
			}
			steps = steps[len(looks):]
		}
		close(stop)
		for looks := range lot {
			letGo(looks)
		}
	}
}

// lookAll sends the looks in lots, so that neither side is woken for each.
func (w *work) lookAll(ctx context.Context, steps []*Step, to chan<- []looked, stop <-chan struct{}) {
	defer close(to)
	for lot := range slices.Chunk(steps, lookAhead) {
		looks := make([]looked, len(lot))
		for i, s := range lot {
			looks[i] = w.look(ctx, s)
		}
		select {
		case <-stop:
			letGo(looks)
			return
		case to <- looks:
		}
	}
}

func letGo(looks []looked) {
	for _, l := range looks {
		l.letGo()
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
		lock, err := claimer.Claim(ctx, w.m.here(s))
		if err != nil {
			return l
		}
		l.release = func() { lock.Close() }
	}
	if l.sure = w.asPlanned(ctx, s) && w.asKnown(s) && w.asChosen(ctx, s); !l.sure {
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
// else's, and a name at home is free.
func (w *work) asKnown(s *Step) bool {
	for i := range s.Moves {
		m := &s.Moves[i]
		info, err := w.m.tree.Lstat(m.From)
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
