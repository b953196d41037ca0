package replay

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"time"

	"qclean/replay/journal"
	"qclean/scan/disk"
)

// work is a run under way: its folder, its open journal, and its counts.
type work struct {
	m       *Mover
	plan    *Plan
	run     Run
	dir     string
	file    disk.File
	journal *journal.Writer
	folders *folders
	far     *folders // of Options.Old, when a purge has changed any
	hashes  hasher
	before  *ledger   // of the earlier run that was looked into last
	last    time.Time // of the last release into pickup
	trouble int       // messages in a row that failed for no reason of their own
	broken  bool      // a step is neither here nor there: leave the run to recovery
}

// maxTrouble ends a run in which message after message fails: it is the disk.
const maxTrouble = 20

// planSync bounds how much of a plan is written between two syncs.
const planSync = 4 << 20

// begin makes the run's folder and writes the plan. When it returns, the plan
// is on the disk and nothing has been moved.
func (m *Mover) begin(plan *Plan) (*work, error) {
	w := &work{m: m, plan: plan, folders: m.newFolders()}
	w.hashes.tree, w.hashes.inline = m.tree, m.inline
	if err := w.makeFolder(); err != nil {
		return nil, fmt.Errorf("make folder of the run: %w", cannotWrite(err))
	}
	w.run = Run{
		Name: plan.Run, Verb: plan.Verb, Selector: plan.Selector, Of: plan.Of, Night: plan.Night, Began: m.o.Now(),
		Planned: plan.Messages(), Skipped: map[string]int{}, Dir: w.dir,
	}
	for _, s := range plan.Left {
		w.run.Skipped[s.Reason]++
	}
	if plan.Far {
		w.run.Old = m.o.Old.Path()
	}
	if err := w.writePlan(); err != nil {
		err = fmt.Errorf("write plan: %w", cannotWrite(err))
		return nil, errors.Join(err, w.abandon())
	}
	return w, nil
}

// makeFolder finds a free name for the run and makes its folder in the
// quarantine of each queue.
func (w *work) makeFolder() error {
	base := w.plan.Run
	for i := 2; ; i++ {
		free, err := w.free()
		if err != nil {
			return err
		}
		if free {
			break
		}
		if i > maxAttempts {
			return fmt.Errorf("%q: %w", base, fs.ErrExist)
		}
		w.plan.rename(w.m.at, base+"-"+strconv.Itoa(i))
	}
	for i, name := range w.plan.queues {
		q, ok := w.m.at.queue(name)
		if !ok {
			return fmt.Errorf("plan for queue %q, which this spool does not have", name)
		}
		dir := path.Join(q.Old, w.plan.Run)
		if i == 0 {
			w.dir = dir
			dir = path.Join(dir, ownDir)
		}
		if err := w.folders.ensure(dir); err != nil {
			return err
		}
	}
	return nil
}

// free tells whether no quarantine has a folder of that name.
func (w *work) free() (bool, error) {
	for _, q := range w.m.at.Queues {
		_, err := w.m.tree.Lstat(path.Join(q.Old, w.plan.Run))
		if err == nil {
			return false, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	return true, nil
}

func (w *work) writePlan() error {
	f, err := w.m.tree.Create(journalOf(w.dir), 0o600)
	if err != nil {
		return err
	}
	w.file, w.journal = f, journal.NewWriter(f)
	for _, l := range w.head().lines() {
		if err := w.journal.Append(l.Kind, l.Args...); err != nil {
			return err
		}
	}
	if err := w.writeSteps(w.plan.Steps); err != nil {
		return err
	}
	err = w.journal.Append(lineReady, strconv.Itoa(w.run.Planned), strconv.FormatInt(w.plan.Bytes, 10))
	if err != nil {
		return err
	}
	if err := w.journal.Sync(); err != nil {
		return err
	}
	return w.m.tree.SyncDir(path.Dir(journalOf(w.dir)))
}

func (w *work) writeSteps(steps []Step) error {
	synced := w.journal.Size()
	for _, s := range steps {
		if err := w.journal.Append(lineStep, stepArgs(s)...); err != nil {
			return err
		}
		if w.plan.Verb == Purge && s.Far != "" {
			if err := w.farLine(&s); err != nil {
				return err
			}
		}
		if w.journal.Size()-synced > planSync {
			if err := w.journal.Sync(); err != nil {
				return err
			}
			synced = w.journal.Size()
		}
	}
	return nil
}

func (w *work) head() head {
	h := head{
		run: w.run.Name, verb: w.run.Verb, selector: w.run.Selector, of: w.run.Of, night: w.run.Night, began: w.run.Began, old: w.run.Old,
		mta: w.m.at.MTA, root: w.m.at.Root, host: w.m.o.Host, pid: w.m.o.PID, boot: w.m.o.Boot,
	}
	for _, name := range w.plan.queues {
		q, _ := w.m.at.queue(name)
		h.queues = append(h.queues, q)
	}
	return h
}

// abandon takes away what a run that did not begin has made. What stays is
// harmless, and the next recovery tries again.
func (w *work) abandon() error {
	var err error
	if w.file != nil {
		err = w.file.Close()
	}
	w.m.sweep(w.plan.Run)
	return err
}

// note adds a line for people.
func (w *work) note(text string) { w.journal.Append(lineNote, text) } // a failure stays and shows at the next sync

// done counts a message that has arrived.
func (w *work) done(s *Step, args ...string) error {
	w.trouble, s.moved = 0, true
	if s.Kind != Index {
		w.run.Done++
		w.run.Bytes += s.Size
	}
	err := w.journal.Append(lineDone, append([]string{strconv.Itoa(s.N)}, args...)...)
	w.tell()
	return err
}

// skip counts a message that is left alone.
func (w *work) skip(s *Step, reason string) error {
	if s.Kind == Index { // an index that is not there is no trouble
		return w.journal.Append(lineSkip, strconv.Itoa(s.N), reason)
	}
	w.run.Skipped[reason]++
	err := w.journal.Append(lineSkip, strconv.Itoa(s.N), reason)
	w.tell()
	return err
}

func (w *work) tell() {
	if w.m.o.Progress == nil {
		return
	}
	n := 0
	for _, count := range w.run.Skipped {
		n += count
	}
	w.m.o.Progress(Progress{Done: w.run.Done, Skipped: n, Total: w.run.Planned, Bytes: w.run.Bytes})
}

// finish writes how it ended. stopped is why the run did not come to its end,
// nil if it did. A run that cannot be brought to a clean end is left as it is:
// the next recovery does it.
func (w *work) finish(stopped error) (Run, error) {
	err := errors.Join(w.hashes.drain(w), w.folders.sync(), w.journal.Sync())
	if w.broken || err != nil {
		return w.run, errors.Join(stopped, err, w.file.Close())
	}
	outcome := Complete
	switch {
	case stopped != nil && (errors.Is(stopped, context.Canceled) || errors.Is(stopped, context.DeadlineExceeded)):
		outcome = Interrupted
	case stopped != nil:
		outcome = Failed
	case len(w.run.Skipped) > 0:
		outcome = InPart
	}
	run, err := w.finishAs(outcome)
	return run, errors.Join(stopped, err)
}

// finishAs writes the last line and closes the journal.
func (w *work) finishAs(outcome string) (Run, error) {
	err := errors.Join(w.hashes.drain(w), w.folders.sync(), w.journal.Sync())
	if err == nil {
		err = w.writeEnd(outcome)
	}
	return w.run, errors.Join(err, w.file.Close())
}

func (w *work) writeEnd(outcome string) error {
	w.run.Outcome, w.run.Ended = outcome, w.m.o.Now()
	e := ending{
		outcome: w.run.Outcome, at: w.run.Ended, planned: w.run.Planned, done: w.run.Done,
		bytes: w.run.Bytes, last: w.last, skipped: w.run.Skipped,
	}
	if err := w.journal.Append(lineEnd, e.args()...); err != nil {
		return err
	}
	return w.journal.Sync()
}
