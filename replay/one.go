package replay

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

func dirOf(name string) string { return path.Dir(name) }

// entry is the message of a step, where it is before the step.
func (s *Step) entry() spool.Entry {
	e := spool.Entry{ID: s.ID, Queue: s.Queue, Files: make([]spool.File, len(s.Moves))}
	for i, m := range s.Moves {
		e.Files[i] = spool.File{Name: m.From, Role: m.Role}
	}
	if len(e.Files) > 1 && e.Files[0].Role != spool.Control { // on its way back: control is last
		for i, j := 0, len(e.Files)-1; i < j; i, j = i+1, j-1 {
			e.Files[i], e.Files[j] = e.Files[j], e.Files[i]
		}
	}
	if i := slices.IndexFunc(e.Files, func(f spool.File) bool { return f.Role == spool.Control }); i > 0 { // with logs around it, in a purge
		e.Files[0], e.Files[i] = e.Files[i], e.Files[0]
	}
	return e
}

// one moves one message: unless that was done already, it claims it, looks once
// more whether it is the one that was chosen, and renames its files. A reason
// tells why it was left.
func (w *work) one(ctx context.Context, s *Step, a attempt) (reason string, err error) {
	if a.made {
		reason, err := w.renamed(s, a.err)
		if reason == whyGone && w.m.outward(s) { // to another queue, in the last moment
			return w.find(ctx, s)
		}
		return reason, err
	}
	if s.late {
		if reason, err := w.intendLate(ctx, s); reason != "" || err != nil {
			return reason, err
		}
	}
	if s.Kind == Message {
		if reason, err := w.toStage(ctx, s); reason != "" || err != nil {
			return reason, err
		}
		release, reason, err := w.claim(ctx, s)
		if err == nil && reason == "" {
			defer release()
			reason, err = w.still(ctx, s)
		}
		if err == nil && reason == "" {
			reason, err = w.gatherAgain(ctx, s)
		}
		if err != nil || reason != "" {
			return w.offStage(ctx, s, reason, err)
		}
	}
	return w.rename(s)
}

// rename moves the files of a message, in their order.
func (w *work) rename(s *Step) (reason string, err error) {
	return w.renamed(s, w.try(s, looked{sure: true}).err)
}

// renamed takes stock after it.
func (w *work) renamed(s *Step, err error) (string, error) {
	for _, m := range s.Moves {
		w.folders.moved(m.From, m.To)
	}
	if err != nil {
		return w.stuck(s, err)
	}
	return "", nil
}

// forgivable is a side file that is gone, or has a younger one in its place:
// MTAs write them anew.
func forgivable(m Move, err error) bool {
	return m.Role == spool.Log && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrExist))
}

// claim takes the MTA's own lock on a message in a queue.
func (w *work) claim(ctx context.Context, s *Step) (release func(), reason string, err error) {
	release = func() {}
	claimer, ok := w.m.spool.(spool.Claimer)
	if !ok || !w.m.outward(s) {
		return release, "", nil
	}
	lock, err := claimer.Claim(ctx, w.m.here(s))
	switch {
	case errors.Is(err, spool.ErrBusy):
		return release, whyBusy, nil
	case errors.Is(err, spool.ErrGone) && s.held: // all were served on the way
		return release, whyDelivered, nil
	case errors.Is(err, spool.ErrGone), errors.Is(err, fs.ErrNotExist):
		reason, err := w.find(ctx, s)
		return release, reason, err
	case err != nil:
		return release, "", fmt.Errorf("claim: %w", err)
	}
	return func() { lock.Close() }, "", nil
}

// still tells whether the message is the one that was chosen, at the last
// moment before it moves.
func (w *work) still(ctx context.Context, s *Step) (string, error) {
	if s.Ident == "" {
		return w.stillFiles(s)
	}
	e := w.m.here(s)
	err := w.m.spool.Stat(ctx, &e)
	if errors.Is(err, spool.ErrGone) {
		return w.find(ctx, s)
	}
	if reason, err := statReason(err); reason != "" || err != nil {
		return reason, err
	}
	if e.Files[0].Name != s.control().From { // it was followed to another queue
		return w.follow(s, e)
	}
	if !w.m.sameEntry(s, e) {
		return whyChanged, nil
	}
	return "", nil
}

func (w *work) stillFiles(s *Step) (string, error) {
	for _, m := range s.Moves {
		info, err := w.m.tree.Lstat(m.From)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return w.goneFrom(m.From), nil
		case err != nil:
			return "", err
		case info.Ident() != m.Ident:
			return whyChanged, nil
		}
	}
	return "", nil
}

// statReason sorts what a driver says when it looked at a message.
func statReason(err error) (string, error) {
	var left *spool.Left
	switch {
	case err == nil:
		return "", nil
	case errors.As(err, &left), errors.Is(err, disk.ErrNotRegular):
		return whyNotFile, nil
	case errors.Is(err, spool.ErrBusy):
		return whyBusy, nil
	}
	return "", err
}

// stuck is for a rename that failed, or says so: only a look at both ends can
// tell.
func (w *work) stuck(s *Step, why error) (string, error) {
	if errors.Is(why, fs.ErrNotExist) && len(s.Moves) == 1 && !w.m.hasFolder(s.Moves[0].To) {
		return whyNoFolder, nil
	}
	f, err := w.m.settle(w.folders, s)
	if err != nil {
		w.broken = true
		return "", errStop{errors.Join(err, why)}
	}
	switch f {
	case arrived:
		return "", nil
	case blocked:
		return whyExists, nil
	case replaced:
		return whyChanged, nil
	case vanished:
		return whyGone, nil
	}
	if errors.Is(why, fs.ErrNotExist) {
		if e, err := w.m.look(s.Moves[0]); err == nil && e.from == absent {
			return w.goneFrom(s.Moves[0].From), nil
		}
		return whyNoFolder, nil
	}
	return "", why
}

// goneFrom is the word for a file that is not there any more.
func (w *work) goneFrom(name string) string {
	if w.m.at.inPickup(name) {
		return whyDelivered
	}
	return whyGone
}
