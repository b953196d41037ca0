package replay

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
)

// Messages go into pickup a window at a time, so that after a power loss only
// that many are in doubt. The order within a window is what makes it safe:
//
//	write each message into the stage folder, synced
//	intent and staged lines, synced
//	originals into the run's folder, synced
//	release line, synced
//	at the rate: rename from the stage folder into pickup, done line
//
// As long as a message is in the stage folder, it was not released; when it is
// gone from there, it was. Only a power loss can bring it back there after it
// was released, and only if the release line is on the disk.

// window is how many messages are released between two syncs: about a second.
func (w *work) window() int {
	n := w.m.o.Batch
	if r := w.m.o.Rate; r > 0 && r < float64(n) {
		n = max(1, int(r))
	}
	return min(n, maxWindow)
}

const maxWindow = 1000 // also fits a release line

func (w *work) inject(ctx context.Context, steps []*Step) error {
	if w.m.at.Pickup == "" {
		return ErrNoPickup
	}
	pace, err := w.m.newPacer(ctx)
	if err != nil {
		return err
	}
	if err := w.folders.ensure(w.stage()); err != nil {
		return fmt.Errorf("make stage: %w", cannotWrite(err))
	}
	size := w.window()
	for len(steps) > 0 {
		n := min(size, len(steps))
		if err := w.injectWindow(ctx, steps[:n], pace); err != nil {
			return err
		}
		steps = steps[n:]
	}
	return nil
}

func (w *work) stage() string { return path.Join(w.dir, ownDir, stageDir) }

// parcel is one message on its way into pickup.
type parcel struct {
	step *Step
	staged
}

func (p *parcel) number() string { return strconv.Itoa(p.step.N) }

func (w *work) injectWindow(ctx context.Context, steps []*Step, pace *pacer) error {
	parcels, err := w.pack(ctx, steps)
	if err != nil {
		return errors.Join(err, w.unpack(parcels))
	}
	parcels, err = w.keep(ctx, parcels)
	if err != nil || len(parcels) == 0 {
		return errors.Join(err, w.unpack(parcels))
	}
	args := make([]string, len(parcels))
	for i, p := range parcels {
		args[i] = p.number()
	}
	if err := w.journal.Append(lineRelease, args...); err != nil {
		return err
	}
	if err := w.journal.Sync(); err != nil {
		return err
	}
	for i, p := range parcels {
		if err := pace.wait(ctx); err != nil {
			return errors.Join(err, w.unpack(parcels[i:]))
		}
		if err := w.release(p); err != nil {
			return err
		}
	}
	return w.folders.sync()
}

// keep moves the originals into the run's folder.
func (w *work) keep(ctx context.Context, parcels []*parcel) ([]*parcel, error) {
	kept := make([]*parcel, 0, len(parcels))
	for i, p := range parcels {
		reason, err := w.one(context.WithoutCancel(ctx), p.step, attempt{})
		if err == nil && reason == "" {
			kept = append(kept, p)
			continue
		}
		w.m.tree.Remove(w.place(p)) // a copy of ours; recovery would find it too
		if _, err := w.verdict(p.step, reason, err, nil, true); err != nil {
			return append(kept, parcels[i+1:]...), err
		}
	}
	return kept, w.folders.sync()
}

func (w *work) place(p *parcel) string { return path.Join(w.stage(), p.file) }

// release renames one message into pickup, under another name if its own is
// taken.
func (w *work) release(p *parcel) error {
	base := p.name
	for i := 2; ; i++ {
		to := path.Join(w.m.at.Pickup, p.name)
		err := w.m.tree.Move(w.place(p), to)
		w.folders.moved(w.place(p), to)
		if err == nil {
			break
		}
		if errors.Is(err, fs.ErrExist) && i <= maxAttempts {
			p.name = numberedName(base, i)
			continue
		}
		if gone, lookErr := w.absent(w.place(p)); gone && lookErr == nil {
			break // it says it failed, and yet it went
		}
		w.broken = true // recovery looks whether it went
		return fmt.Errorf("release into pickup: %w", cannotWrite(err))
	}
	w.last = w.m.o.Now()
	if err := w.done(p.step, p.name, strconv.FormatInt(w.last.UnixNano(), 10)); err != nil {
		return err
	}
	return w.journal.Flush() // so that the next run knows the pace, also when this one is killed
}

func numberedName(name string, i int) string {
	ext := path.Ext(name)
	suffix := "_" + strconv.Itoa(i) + ext // of the two, only this is known to pickups everywhere (Postfix: mail_queue.c)
	stem := name[:len(name)-len(ext)]
	if max := maxNameLen - len(suffix); len(stem) > max && max > 0 {
		stem = stem[:max]
	}
	return stem + suffix
}

func (w *work) absent(name string) (bool, error) {
	_, err := w.m.tree.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	return false, err
}

// unpack takes messages back that were not released: originals to where they
// were, and then the copies away, in that order and with a line between: a
// copy that is gone without one means that it was released.
func (w *work) unpack(parcels []*parcel) error {
	for _, p := range parcels {
		if _, err := w.m.takeBack(w.folders, p.step, nil); err != nil {
			w.broken = true
			return err
		}
		if err := w.journal.Append(lineSkip, p.number(), whyInterrupted); err != nil {
			return err
		}
	}
	if err := w.folders.sync(); err != nil {
		return err
	}
	if err := w.journal.Sync(); err != nil {
		return err
	}
	for _, p := range parcels {
		w.m.tree.Remove(w.place(p))
	}
	return nil
}
