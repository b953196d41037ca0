package replay

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"syscall"

	"qclean/scan/disk"
)

// Reasons for which a message is left alone. They stand in journals.
const (
	whyBusy        = "busy"          // the MTA is working on it
	whyGone        = "gone"          // delivered or removed meanwhile
	whyChanged     = "changed"       // not the one that was chosen any more
	whyDelivered   = "delivered"     // pickup has taken it
	whyReplayed    = "replayed"      // it went through pickup before
	whyMovedOn     = "moved on"      // a later run has taken it elsewhere
	whyExists      = "exists"        // its place is taken
	whyLinked      = "linked"        // has another hard link: somebody else's file, perhaps
	whyNotFile     = "not a file"    // a link, a folder, a FIFO now
	whyNoFolder    = "no folder"     // the folder that it came from is gone
	whyInterrupted = "interrupted"   // the run stopped before
	whyError       = "error"         // a note has the words
	whyNotNeeded   = "not needed"    // an index, when nothing was changed
	whyTooLong     = "name too long" // its place would have a name that nobody can use
	whyOnHold      = "on hold"       // still being delivered: it stays where the MTA itself holds it
)

// errStop is what the verdict on one message says when it has to end the run.
type errStop struct{ error }

func (e errStop) Unwrap() error { return e.error }

// rounds is how often a message is tried that is busy, or that moves on to
// another place in the queue while one looks.
const rounds = 3

// messages takes steps through in batches, and at last those again that were
// busy, or that had moved to another place in the queue.
func (w *work) messages(ctx context.Context, steps []*Step) error {
	for i := 1; i <= rounds && len(steps) > 0; i++ {
		again, err := w.round(ctx, steps, i == rounds)
		if err != nil {
			return errors.Join(err, w.leaveHeld(append(again, steps...)))
		}
		steps = again
	}
	return nil
}

func (w *work) round(ctx context.Context, steps []*Step, last bool) (again []*Step, err error) {
	for len(steps) > 0 {
		n := min(len(steps), w.m.batch)
		later, err := w.batch(ctx, steps[:n], last)
		again, steps = append(again, later...), steps[n:]
		if err != nil {
			return again, err
		}
	}
	return again, nil
}

// batch writes down what it is about to do, does it, and makes sure of it. It
// gives back the steps that are worth another try, unless this is the last.
func (w *work) batch(ctx context.Context, steps []*Step, last bool) (again []*Step, err error) {
	if w.run.Verb == Quarantine {
		defer keepFolders(w.m.tree)()
	}
	ready, synced := make([]*Step, 0, len(steps)), w.journal.Size()
	for _, s := range steps {
		if w.journal.Size()-synced > planSync {
			if err := w.journal.Sync(); err != nil {
				return again, err
			}
			synced = w.journal.Size()
		}
		reason, err := w.intend(ctx, s)
		if err == nil && reason == "" {
			ready = append(ready, s)
			err = w.intent(s)
		} else if again, err = w.verdict(s, reason, err, again, last); err != nil {
			return again, err
		}
		if err != nil {
			return again, err
		}
	}
	if len(ready) == 0 {
		return again, nil
	}
	if err := errors.Join(w.folders.syncNew(), w.journal.Sync()); err != nil {
		return again, err
	}
	tried, moved, err := w.move(ctx, ready, last)
	return append(again, tried...), errors.Join(err, w.folders.sync(), w.vouch(moved))
}

// move takes the messages of a batch to where the journal says, and writes down
// what became of each. After an error, or when ctx has ended, it writes down
// only what was begun, and that the rest was not.
func (w *work) move(ctx context.Context, ready []*Step, last bool) (again, moved []*Step, err error) {
	quiet := context.WithoutCancel(ctx)
	at := w.lanes(quiet, ready)
	defer at.stop()
	kept := func() {}
	if w.run.Verb != Quarantine {
		defer func() { kept() }()
	}
	for i, s := range ready {
		if err == nil {
			if err = ctx.Err(); err != nil {
				at.stop()
			}
		}
		if i%renewAfter == 0 && w.run.Verb != Quarantine {
			kept()
			kept = keepFolders(w.m.tree)
		}
		a := at.next()
		if err != nil && !a.made {
			if leaveErr := w.leave(s); leaveErr != nil && !errors.Is(err, leaveErr) {
				err = errors.Join(err, leaveErr)
			}
			continue
		}
		reason, oneErr := w.one(quiet, s, a)
		a.letGo()
		if oneErr == nil && reason == "" {
			moved = append(moved, s)
		}
		var stop error
		if again, stop = w.verdict(s, reason, oneErr, again, last); stop != nil {
			at.stop()
			err = errors.Join(err, stop)
		}
	}
	return again, moved, err
}

// renewAfter is how many messages may go back before the folders of the queue
// are looked up anew: some milliseconds. A queue that was exchanged for another
// folder gets no more than that into the old one, which has all that went back
// before. On the way out the folders are kept for a whole batch, since what
// was looked at and locked there has to be what moves.
const renewAfter = 256

// keepFolders holds on to folders: mover and driver ask several times a message
// for names in the same few.
func keepFolders(t disk.Tree) (letGo func()) {
	if k, ok := t.(disk.Keeper); ok {
		return k.Keep()
	}
	return func() {}
}

func (w *work) intent(s *Step) error {
	args := make([]string, 1, 1+len(s.Moves))
	args[0] = strconv.Itoa(s.N)
	for _, m := range s.Moves {
		args = append(args, m.Ident)
	}
	return w.journal.Append(lineIntent, args...)
}

// vouch makes sure that a later change of what was moved shows: by the time, or
// if that is wished by the hashes of what came out of a queue, and of an index
// in any case.
func (w *work) vouch(moved []*Step) error {
	switch {
	case len(moved) == 0:
		return nil
	case moved[0].Kind == Index || w.m.o.Hash && w.run.Verb == Quarantine:
		return w.hashes.start(w, moved)
	}
	return w.asOf()
}

// leave writes down that steps with an intent were not begun.
func (w *work) leave(steps ...*Step) error {
	for _, s := range steps {
		if err := w.journal.Append(lineSkip, strconv.Itoa(s.N), whyInterrupted); err != nil {
			return err
		}
	}
	return nil
}

// verdict writes down what became of a step. An error ends the run.
func (w *work) verdict(s *Step, reason string, err error, again []*Step, last bool) ([]*Step, error) {
	var stop errStop
	switch {
	case errors.As(err, &stop):
		return again, stop.error
	case err != nil:
		return again, w.failed(s, err)
	case reason == "":
		return again, w.done(s)
	case reason == whyBusy && !last, reason == whyMoved && !last:
		return append(again, s), nil
	case reason == whyMoved:
		reason = whyGone
	case reason == whyBusy && s.held:
		reason, s.held = whyOnHold, false
	}
	w.trouble = 0
	return again, w.skip(s, reason)
}

// whyMoved is for a message that is elsewhere in the queue by now: it is
// tried again with its new place.
const whyMoved = "moved"

// failed counts a message that could not be handled, and ends the run when
// there are too many in a row.
func (w *work) failed(s *Step, err error) error {
	w.note(fmt.Sprintf("step %d: %v", s.N, err))
	if w.trouble++; w.trouble >= maxTrouble || errors.Is(err, disk.ErrOtherDevice) || hopeless(err) {
		return errors.Join(cannotWrite(err), w.skip(s, whyError))
	}
	return w.skip(s, whyError)
}

// hopeless is what will be so for the next message as well.
func hopeless(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EROFS)
}
