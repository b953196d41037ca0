package replay

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"

	"qclean/scan/spool"
)

// Some messages must not be claimed where they are (spool.Stager). On their
// way out they go through a place where the MTA leaves them alone, and are
// claimed there. The journal names that place before the first rename, so that
// a message can always be found at one of three names. It is let go again when
// it cannot be taken after all.

// wayRound asks whether a message has to take one, and writes it down.
func (w *work) wayRound(ctx context.Context, s *Step) (string, error) {
	stager, ok := w.m.spool.(spool.Stager)
	if !ok {
		return "", nil
	}
	to, err := stager.Stage(ctx, w.m.here(s))
	if errors.Is(err, spool.ErrGone) {
		return w.find(ctx, s)
	}
	if reason, err := statReason(err); reason != "" || err != nil {
		return reason, err
	}
	if s.stage = to; to == "" {
		return "", nil
	}
	if _, _, ok := w.m.at.inQueue(to); !ok || path.Base(to) != path.Base(s.control().From) {
		return "", fmt.Errorf("way round by %q", to)
	}
	return "", w.journal.Append(lineStage, strconv.Itoa(s.N), to)
}

// toStage takes the control file there.
func (w *work) toStage(ctx context.Context, s *Step) (string, error) {
	m := s.control()
	if s.stage == "" || s.held {
		return "", nil
	}
	err := w.m.tree.Move(m.From, s.stage)
	w.folders.moved(m.From, s.stage)
	if err != nil {
		if at, _, lookErr := w.m.present(s.stage, m.Ident); lookErr == nil && at == ours {
			err = nil // it says it failed, and yet it went
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return w.find(ctx, s)
	case errors.Is(err, fs.ErrExist):
		return whyExists, nil
	case err != nil:
		return "", fmt.Errorf("move by way of %q: %w", s.stage, err)
	}
	m.From, s.held = s.stage, true
	return "", nil
}

// offStage lets a message go that cannot be taken after all. One that is
// busy stays: a delivery that is under way writes its marks into it, and it
// must not be given to another one meanwhile.
func (w *work) offStage(ctx context.Context, s *Step, reason string, err error) (string, error) {
	if !s.held || reason == whyBusy {
		return reason, err
	}
	if letErr := w.letGo(ctx, s); letErr != nil {
		w.note(fmt.Sprintf("step %d: stays in %q: %v", s.N, s.control().From, letErr))
		return whyOnHold, err
	}
	return reason, err
}

// letGo gives a message back to the MTA.
func (w *work) letGo(ctx context.Context, s *Step) error {
	from := s.control().From
	to, err := w.m.spool.(spool.Stager).Release(ctx, w.m.here(s))
	if err != nil {
		return err
	}
	err = w.m.tree.Move(from, to)
	w.folders.moved(from, to)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		s.held = false
		return nil
	}
	return err
}

// leaveHeld writes down which messages stay on hold when a run ends before
// their turn came again.
func (w *work) leaveHeld(steps []*Step) error {
	for _, s := range steps {
		if !s.held || s.moved || w.broken {
			continue
		}
		s.held = false
		if err := w.skip(s, whyOnHold); err != nil {
			return err
		}
	}
	return nil
}

// recoverStaged looks for a message that was on its way round: at its first
// place, between, or in quarantine. It gives true when that decides its step.
func (w *work) recoverStaged(ctx context.Context, s *Step) (reason string, decided bool, err error) {
	m := s.control()
	if s.stage == "" {
		return "", false, nil
	}
	here, linksHere, err := w.m.present(s.stage, m.Ident)
	if err != nil || here != ours {
		return "", false, err
	}
	// A rename that reached the disk by halves leaves two names of one file. The
	// one further on is taken away: nobody can have got between.
	if linksHere > 1 {
		if at, _, err := w.m.present(m.To, m.Ident); err != nil {
			return "", false, err
		} else if at == ours {
			w.folders.moved(m.To, "")
			if err := w.m.tree.Remove(m.To); err != nil {
				return "", false, err
			}
		}
		if at, _, err := w.m.present(m.From, m.Ident); err != nil {
			return "", false, err
		} else if at == ours && m.From != s.stage {
			w.folders.moved(s.stage, "")
			return whyInterrupted, true, w.m.tree.Remove(s.stage)
		}
	}
	m.From, s.held = s.stage, true
	return w.recoverAtStage(ctx, s)
}

// recoverAtStage lets go what nobody delivers any more.
func (w *work) recoverAtStage(ctx context.Context, s *Step) (string, bool, error) {
	release, reason, err := w.claim(ctx, s)
	if err != nil {
		return "", false, err
	}
	release()
	if reason == whyBusy {
		return whyOnHold, true, nil
	}
	if reason == "" {
		reason = whyInterrupted
	}
	reason, err = w.offStage(ctx, s, reason, nil)
	return reason, true, err
}
