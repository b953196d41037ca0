package replay

import (
	"context"
	"slices"
	"sync"
)

// Renames within a filesystem wait for one another, so that more than one at a
// time gains nothing. But a look at a message, under the MTA's lock, costs half
// a rename, and what has to be written down of it a part of that: they are made
// beside the renames. All intents of a batch are on the disk before the first
// of its messages is moved; lines about what became of them may come later, in
// the order of the plan.

// attempt is what was done about a step before its turn in the journal.
type attempt struct {
	made   bool  // it was as known, and its files were renamed
	err    error // of the first that could not be
	looked       // whose lock is let go by who takes the attempt
}

// lot is how many messages go from hand to hand together, and lots how many
// such there may be in front of each: a few milliseconds' worth. An MTA that
// comes for one that is locked ahead passes it over, as it would a moment later.
const (
	lot  = 32
	lots = 2
)

// lanes are the goroutines that work on a batch.
type lanes struct {
	next func() attempt // of the next step; it has to be called for each
	stop func()         // nothing is begun any more; what was has its attempt
}

// lanes begins with the steps of a batch.
func (w *work) lanes(ctx context.Context, steps []*Step) lanes {
	if w.m.inline {
		at, stopped := 0, false
		return lanes{func() attempt {
			at++
			if stopped {
				return attempt{}
			}
			return w.try(steps[at-1], w.look(ctx, steps[at-1]))
		}, func() { stopped = true }}
	}
	stop := make(chan struct{})
	looks, attempts := make(chan []looked, lots), make(chan []attempt, lots)
	go w.lookLane(ctx, steps, looks, stop)
	go w.renameLane(steps, looks, attempts, stop)
	var ready []attempt
	return lanes{func() (a attempt) {
		if len(ready) == 0 {
			ready = <-attempts
		}
		if len(ready) > 0 { // after a stop there are no more
			a, ready = ready[0], ready[1:]
		}
		return a
	}, sync.OnceFunc(func() { close(stop) })}
}

// lookLane looks at one lot after the other.
func (w *work) lookLane(ctx context.Context, steps []*Step, to chan<- []looked, stop <-chan struct{}) {
	defer close(to)
	for part := range slices.Chunk(steps, lot) {
		looks := make([]looked, len(part))
		for i, s := range part {
			looks[i] = w.look(ctx, s)
		}
		select {
		case <-stop:
			for _, l := range looks {
				l.letGo()
			}
			return
		case to <- looks:
		}
	}
}

// renameLane moves what is sure. It is never more than some lots ahead of who
// writes down what became of it, and that one takes all of them.
func (w *work) renameLane(steps []*Step, from <-chan []looked, to chan<- []attempt, stop <-chan struct{}) {
	defer close(to)
	for looks := range from {
		attempts := make([]attempt, len(looks))
		for i, l := range looks {
			select {
			case <-stop:
				l.letGo()
			default:
				attempts[i] = w.try(steps[i], l)
			}
		}
		steps = steps[len(looks):]
		to <- attempts
	}
}

// try renames the files of a message at which a look was good, in their order.
func (w *work) try(s *Step, l looked) attempt {
	if !l.sure {
		return attempt{}
	}
	for _, m := range s.Moves {
		if err := w.m.tree.Move(m.From, m.To); err != nil && !forgivable(m, err) {
			return attempt{true, err, l}
		}
	}
	return attempt{true, nil, l}
}
