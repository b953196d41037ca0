package replay

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"

	"qclean/replay/submit"
	"qclean/scan/spool"
)

// Messages go to another server one at a time, so that after a crash only one
// is in doubt. For each, and for each part of one with many recipients:
//
//	intent, owed and offer lines, synced
//	the transaction
//	taken line when the server has said 250; notnow line when it has nothing
//	original into the run's folder, if anybody was served; done line
//
// An offer without an answer is a message that the server may have. It is
// kept apart and named, and nothing sends it again by itself. One that was
// taken for some only is kept there too: the next run goes on with the others.

// Reasons for which a message did not go to another server, or not to all.
const (
	whyLater   = "later"        // 4xx, or no connection
	whyRefused = "refused"      // 5xx for all recipients
	whyPart    = "sent in part" // some recipients are still due
)

func (w *work) submit(ctx context.Context, steps []*Step) error {
	if w.m.o.Via == nil {
		return ErrNoVia
	}
	pace, err := w.m.newPacer(ctx)
	if err != nil {
		return err
	}
	w.note("by way of " + w.m.o.Via.Name())
	for i, s := range steps {
		if err := pace.wait(ctx); err != nil {
			return err
		}
		reason, err := w.handOver(ctx, s)
		if _, err := w.verdict(s, reason, err, nil, true); err != nil {
			return err
		}
		if i%w.m.o.Batch == w.m.o.Batch-1 {
			if err := w.folders.sync(); err != nil {
				return err
			}
		}
	}
	return nil
}

// handOver gives one message to the other server.
func (w *work) handOver(ctx context.Context, s *Step) (string, error) {
	quiet := context.WithoutCancel(ctx)
	if reason, err := w.intendAlone(quiet, s); reason != "" || err != nil {
		return reason, err
	}
	if reason, err := w.still(quiet, s); reason != "" || err != nil {
		return reason, err
	}
	e := s.entry()
	if reason, err := w.complete(quiet, &e); reason != "" || err != nil {
		return reason, err
	}
	before, reason, err := w.servedBefore(s)
	if reason != "" || err != nil {
		return reason, err
	}
	h := newHanding(0, before)
	due := unique(h.rest(e.Envelope.To))
	if h.owed = len(due); h.owed == 0 {
		return whyNoRecipients, nil
	}
	if err := errors.Join(w.intent(s), w.journal.Append(lineOwed, append([]string{strconv.Itoa(s.N), strconv.Itoa(h.owed)}, before...)...)); err != nil {
		return "", errStop{err}
	}
	err = w.parts(ctx, s, &e, h, due)
	if h.keeps() {
		err = errors.Join(err, w.putAway(s))
	}
	if err == nil {
		return h.verdict(), nil
	}
	return w.brokenOff(ctx, s, h, err)
}

// brokenOff is for a message with which the run ends, unless it is its own
// fault: its text cannot be read.
func (w *work) brokenOff(ctx context.Context, s *Step, h *handing, err error) (string, error) {
	var stop errStop
	reason := h.verdict()
	switch away := errors.Is(err, submit.ErrAway); {
	case errors.As(err, &stop):
		return "", err
	case reason == whyLater && ctx.Err() != nil:
		return "", errStop{errors.Join(err, w.leave(s))}
	case reason == whyLater && !away:
		return "", err
	case reason == "":
		return "", errStop{errors.Join(err, w.done(s))}
	}
	return "", errStop{errors.Join(err, w.skip(s, reason))}
}

// keeps tells whether the original has to be kept apart.
func (h *handing) keeps() bool {
	return len(h.offered) > 0 || len(h.taken) > 0
}

func unique(to []string) []string {
	seen := map[string]bool{}
	out := to[:0]
	for _, a := range to {
		if !seen[a] {
			seen[a] = true
			out = append(out, a)
		}
	}
	return out
}

// servedBefore are the recipients that an earlier run has served, of a message
// that it sent in part.
func (w *work) servedBefore(s *Step) ([]string, string, error) {
	q, run, _, ok := w.m.at.inRun(s.control().From)
	verb, _ := verbOf(run)
	if !ok || !verb.sends() {
		return nil, "", nil
	}
	if verb == Inject {
		return nil, whyReplayed, nil
	}
	l, err := w.earlier(q, run)
	if err != nil {
		return nil, "", err
	}
	for i := range l.steps {
		if l.steps[i].control().To != s.control().From {
			continue
		}
		if h := l.handed[i+1]; h != nil && l.reason[i+1] == whyPart {
			return h.served(), "", nil
		}
	}
	return nil, whyReplayed, nil // sent to all, or in doubt
}

// earlier reads the journal of a run, the last one once.
func (w *work) earlier(q spool.Queue, run string) (*ledger, error) {
	if w.before != nil && w.before.run == run {
		return w.before, nil
	}
	dir, err := w.m.dirOfRun(q, run)
	if err == nil {
		w.before, err = w.m.load(dir)
	}
	return w.before, err
}

// dirOfRun is where a run's journal lies: in the quarantine of the first
// queue that it concerned.
func (m *Mover) dirOfRun(q spool.Queue, run string) (string, error) {
	for _, at := range append([]spool.Queue{q}, m.at.Queues...) {
		dir := path.Join(at.Old, run)
		if _, err := m.tree.Lstat(journalOf(dir)); err == nil {
			return dir, nil
		}
	}
	return "", fmt.Errorf("%w: %q", ErrNoRun, run)
}

// parts sends a message to its recipients, as many at a time as the other
// side takes.
func (w *work) parts(ctx context.Context, s *Step, e *spool.Entry, h *handing, due []string) error {
	for len(due) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(len(due), w.m.o.Via.Most())
		if err := w.offer(ctx, s, e, h, due[:n]); err != nil {
			return err
		}
		if len(h.offered) > 0 {
			return nil // in doubt: the rest is for a person as well
		}
		due = due[n:]
	}
	return nil
}

// offer makes one transaction, with what is written down before and after it.
func (w *work) offer(ctx context.Context, s *Step, e *spool.Entry, h *handing, to []string) error {
	number := strconv.Itoa(s.N)
	if err := errors.Join(w.journal.Append(lineOffer, append([]string{number}, to...)...), w.journal.Sync()); err != nil {
		return errStop{err}
	}
	text, err := w.body(context.WithoutCancel(ctx), s, e)
	if err != nil {
		return errors.Join(err, w.journal.Append(lineNotNow, number, "the text cannot be read"))
	}
	defer text.Close()
	r, err := w.m.o.Via.Send(ctx, submit.Letter{From: e.Envelope.From, To: to, Text: text})
	if errors.Is(err, submit.ErrDoubt) {
		h.offered = to
		w.note(fmt.Sprintf("step %d: %v", s.N, err))
		return nil
	}
	if tellErr := w.answer(s, h, to, r, err); tellErr != nil {
		w.broken = true // it has the message, and that is not on the disk
		return errStop{tellErr}
	}
	switch {
	case errors.Is(err, submit.ErrAway):
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, submit.ErrLater), errors.Is(err, submit.ErrRefused):
		return nil
	}
	return err
}

// answer writes down what the server said.
func (w *work) answer(s *Step, h *handing, to []string, r submit.Receipt, err error) error {
	number := strconv.Itoa(s.N)
	never := map[string][]string{} // by reply
	for _, a := range r.Refused {
		never[a.Reply] = append(never[a.Reply], a.To)
	}
	if errors.Is(err, submit.ErrRefused) {
		never = map[string][]string{err.Error(): to}
	}
	var all error
	for reply, who := range never {
		all = errors.Join(all, w.journal.Append(lineNever, append([]string{number, reply}, who...)...))
		mark(h.never, who)
	}
	if err != nil {
		return errors.Join(all, w.journal.Append(lineNotNow, number, err.Error()), w.journal.Flush())
	}
	w.last = w.m.o.Now()
	mark(h.taken, r.Taken)
	return errors.Join(all, w.journal.Append(lineTaken, append([]string{number, nanoText(w.last), r.Reply}, r.Taken...)...), w.journal.Flush())
}

// putAway moves the original into the run's folder, where no run takes it
// from again. That it cannot be is for recovery to see to.
func (w *work) putAway(s *Step) error {
	for _, m := range s.Moves {
		err := w.m.tree.Move(m.From, m.To)
		w.folders.moved(m.From, m.To)
		if err == nil || forgivable(m, err) {
			continue
		}
		reason, err := w.stuck(s, err)
		if err != nil {
			w.broken = true
			return errStop{fmt.Errorf("keep the original apart: %w", err)}
		}
		if reason != "" {
			w.note(fmt.Sprintf("step %d: its original is not kept: %s", s.N, reason))
		}
		return nil
	}
	return nil
}
