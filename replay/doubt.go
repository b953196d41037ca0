package replay

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
)

// recoverInject decides for each message that was on its way into pickup
// whether it got there. What surely did not goes back to where it was; what
// surely did is done; what may have, before the power went, is in doubt, and
// is never sent by itself again.
func (w *work) recoverInject(l *ledger) error {
	var back []*parcel
	for i := range l.steps {
		s := &l.steps[i]
		if s.Kind != Message || l.phases[i] != meant && l.phases[i] != done {
			continue
		}
		f, err := w.released(l, s)
		if err != nil {
			return fmt.Errorf("step %d: %w", s.N, err)
		}
		switch {
		case f == doubtful:
			err = w.inDoubt(l, s)
		case f == held && l.phases[i] == meant:
			back = append(back, &parcel{step: s, staged: staged{file: strconv.Itoa(s.N)}})
			l.phases[i], l.reason[s.N] = skipped, whyInterrupted
		case f == sent && l.phases[i] == meant:
			l.phases[i] = done
			w.last = w.m.o.Now() // at the latest
			err = w.journal.Append(lineDone, strconv.Itoa(s.N), l.inject[s.N].name, strconv.FormatInt(w.last.UnixNano(), 10))
		}
		if err != nil {
			return err
		}
	}
	return w.unpack(back)
}

// delivery is what is known of a message on its way into pickup.
type delivery uint8

const (
	held     delivery = iota // not released
	sent                     // it was
	doubtful                 // it may have been
)

func (w *work) released(l *ledger, s *Step) (delivery, error) {
	st := l.inject[s.N]
	if st == nil || !st.released {
		return held, nil
	}
	info, err := w.m.tree.Lstat(l.stagePlace(st))
	if errors.Is(err, fs.ErrNotExist) {
		return sent, nil
	}
	if err != nil {
		return held, err
	}
	if inodeOf(info.Ident()) != inodeOf(st.ident) {
		return held, fmt.Errorf("%w: %q is not what was staged", ErrTwoFiles, l.stagePlace(st))
	}
	if l.boot == w.m.o.Boot {
		if l.phases[s.N-1] == done {
			return sent, nil
		}
		return held, nil
	}
	return w.afterPowerLoss(l, st)
}

// afterPowerLoss: the rename may have been made, and lost again after the MTA
// had taken the file. Unless the file is in pickup: then the disk has the one
// half of the rename and not the other.
func (w *work) afterPowerLoss(l *ledger, st *staged) (delivery, error) {
	at, _, err := w.m.present(l.pickupPlace(st), st.ident)
	if err != nil {
		return doubtful, err
	}
	if at != ours {
		return doubtful, nil
	}
	w.folders.moved(l.stagePlace(st), l.pickupPlace(st))
	return sent, w.m.tree.Remove(l.stagePlace(st))
}

func (w *work) inDoubt(l *ledger, s *Step) error {
	l.phases[s.N-1], l.reason[s.N] = skipped, whyDoubt
	return w.journal.Append(lineSkip, strconv.Itoa(s.N), whyDoubt)
}
