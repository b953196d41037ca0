package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// Reasons for which a message cannot go through pickup.
const (
	whyEmpty        = "empty"
	whyIncomplete   = "incomplete"          // the queue file is cut short or damaged
	whyNoRecipients = "no recipients"       // nobody to deliver it to
	whyManyRcpts    = "too many recipients" // more than were read: some would be forgotten
	whyEnvelope     = "envelope"            // the form of pickup cannot carry it
	whyDoubt        = "in doubt"            // the power went: it may have been delivered
)

// pack writes the messages of a window into the stage folder, and what they
// are into the journal. When it returns, all of it is on the disk.
func (w *work) pack(ctx context.Context, steps []*Step) ([]*parcel, error) {
	parcels := make([]*parcel, 0, len(steps))
	names := map[string]bool{}
	for _, s := range steps {
		if err := ctx.Err(); err != nil {
			return parcels, err
		}
		p, reason, err := w.packOne(context.WithoutCancel(ctx), s, names)
		if err == nil && reason == "" {
			parcels = append(parcels, p)
			err = w.promise(p)
		} else {
			_, err = w.verdict(s, reason, err, nil, true)
		}
		if err != nil {
			return parcels, err
		}
	}
	if err := w.m.tree.SyncDir(w.stage()); err != nil {
		return parcels, err
	}
	return parcels, w.journal.Sync()
}

// promise writes the intent, and what will go into pickup.
func (w *work) promise(p *parcel) error {
	if err := w.intent(p.step); err != nil {
		return err
	}
	return w.journal.Append(lineStaged, p.number(), p.file, p.ident, p.sum, strconv.FormatInt(p.size, 10), p.name)
}

func (w *work) packOne(ctx context.Context, s *Step, names map[string]bool) (*parcel, string, error) {
	if _, run, _, ok := w.m.at.inRun(s.Moves[0].From); ok {
		if verb, _ := verbOf(run); verb.sends() {
			return nil, whyReplayed, nil
		}
	}
	if reason, err := w.intendAlone(ctx, s); reason != "" || err != nil {
		return nil, reason, err
	}
	e := s.entry()
	if reason, err := w.complete(ctx, &e); reason != "" || err != nil {
		return nil, reason, err
	}
	p := &parcel{step: s, staged: staged{file: strconv.Itoa(s.N)}}
	reason, err := w.write(ctx, p, &e)
	if reason != "" || err != nil {
		w.m.tree.Remove(w.place(p))
		return nil, reason, err
	}
	p.name, err = w.freeName(e, names)
	if err != nil {
		w.m.tree.Remove(w.place(p))
	}
	return p, "", err
}

// headBytes is how much of a message is read to see whether it is complete.
const headBytes = 64 << 10

// complete tells whether all of a message is there, with somebody to deliver
// it to.
func (w *work) complete(ctx context.Context, e *spool.Entry) (string, error) {
	var text spool.Text
	err := w.m.spool.Stat(ctx, e) // Load holds the size against what it reads
	if err == nil {
		text, err = w.m.spool.Load(ctx, e, make([]byte, headBytes))
	}
	if errors.Is(err, spool.ErrGone) {
		return whyGone, nil
	}
	if reason, err := statReason(err); reason != "" || err != nil {
		return reason, err
	}
	switch {
	case len(bytes.TrimSpace(text.Bytes)) == 0:
		return whyEmpty, nil
	case len(text.Flaws) > 0:
		return whyIncomplete, nil
	case len(e.Envelope.To) == 0:
		return whyNoRecipients, nil
	case e.Envelope.More > 0:
		return whyManyRcpts, nil
	}
	return "", nil
}

// write makes the file that will go into pickup: owner, mode and times are
// those of the queue file, which the MTA can read.
func (w *work) write(ctx context.Context, p *parcel, e *spool.Entry) (string, error) {
	form, ok := w.m.spool.(spool.Injector)
	if !ok {
		return "", errStop{ErrNoPickup}
	}
	body, err := w.body(ctx, p.step, e)
	if errors.Is(err, errChanged) {
		return whyChanged, nil
	}
	if err != nil {
		return "", err
	}
	defer body.Close()
	f, err := w.create(w.place(p))
	if err != nil {
		return "", fmt.Errorf("stage: %w", err)
	}
	defer f.Close()
	sum := newSummed(f)
	text := &watched{from: body}
	if err := form.Form(sum, e.Envelope, text); err != nil {
		if text.err != nil || sum.err != nil {
			return "", fmt.Errorf("stage: %w", err)
		}
		w.note(fmt.Sprintf("step %d: %v", p.step.N, err))
		return whyEnvelope, nil
	}
	p.sum, p.size = sum.String(), sum.n
	return "", w.dress(f, p)
}

// create makes a file in the stage folder. One that is left over there from
// the same run is ours, and was not released.
func (w *work) create(name string) (disk.File, error) {
	f, err := w.m.tree.Create(name, 0o600)
	if errors.Is(err, fs.ErrExist) {
		if err := w.m.tree.Remove(name); err != nil {
			return nil, err
		}
		f, err = w.m.tree.Create(name, 0o600)
	}
	return f, err
}

// dress gives the staged file the looks of the original, and makes sure of it.
func (w *work) dress(f disk.File, p *parcel) error {
	from, err := w.m.tree.Open(p.step.Moves[0].From)
	if err != nil {
		return err
	}
	defer from.Close()
	if err := f.Take(from); err != nil {
		return fmt.Errorf("stage: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("stage: %w", err)
	}
	info, err := f.Stat()
	p.ident = info.Ident()
	return err
}

// freeName finds a name that is free in pickup and was not given away before.
func (w *work) freeName(e spool.Entry, names map[string]bool) (string, error) {
	base := w.m.spool.(spool.Injector).PickupName(e)
	if !lastName(base) {
		return "", fmt.Errorf("%w: %q", disk.ErrBadName, base)
	}
	for i, name := 2, base; i <= maxAttempts; i++ {
		free := !names[name]
		if free {
			var err error
			if free, err = w.absent(path.Join(w.m.at.Pickup, name)); err != nil {
				return "", err
			}
		}
		if free {
			names[name] = true
			return name, nil
		}
		name = numberedName(base, i)
	}
	return "", fmt.Errorf("%w: %q and %d more", fs.ErrExist, base, maxAttempts)
}

// watched remembers whether it was reading that failed.
type watched struct {
	from io.Reader
	err  error
}

func (r *watched) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}
