package replay

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"qclean/replay/journal"
	"qclean/scan/disk"
)

// maxRuns bounds how many runs are listed: the folder is the attacker's to fill.
const maxRuns = 100_000

// Runs yields the runs of this spool as their journals tell them, oldest
// first. A journal that cannot be read is an error with the run's name and
// folder beside it, and does not end the stream.
func (m *Mover) Runs(ctx context.Context) iter.Seq2[Run, error] {
	return func(yield func(Run, error) bool) {
		runs, errs, err := m.allRuns(ctx)
		if err != nil {
			yield(Run{}, err)
			return
		}
		for i, r := range runs {
			if !yield(r, errs[i]) {
				return
			}
		}
	}
}

func (m *Mover) allRuns(ctx context.Context) ([]Run, []error, error) {
	dirs, err := m.runDirs()
	if err != nil {
		return nil, nil, err
	}
	var all []told
	for _, dir := range dirs {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		r, err := m.summary(dir)
		if errors.Is(err, fs.ErrNotExist) { // being made, or forgotten, at this moment
			continue
		}
		if err != nil {
			r = Run{Name: path.Base(dir), Dir: dir}
			r.Began, _ = time.Parse(runTime, r.Name[:len(runTime)])
			err = fmt.Errorf("run %q: %w", r.Name, err)
		}
		all = append(all, told{r, err})
	}
	slices.SortStableFunc(all, func(a, b told) int { return a.run.Began.Compare(b.run.Began) })
	runs, errs := make([]Run, len(all)), make([]error, len(all))
	for i, a := range all {
		runs[i], errs[i] = a.run, a.err
	}
	markUndone(runs)
	return runs, errs, nil
}

func (m *Mover) isFolder(name string) bool {
	info, err := m.tree.Lstat(name)
	return err == nil && info.Mode.IsDir()
}

// told is a run, or why nothing can be told of it.
type told struct {
	run Run
	err error
}

// markUndone fills UndoneBy: the undo that came to its end, and was not taken
// back itself. Runs are in the order of time, so that the later is known first.
func markUndone(runs []Run) {
	by := map[string]string{}
	for i := range slices.Backward(runs) {
		r := &runs[i]
		r.UndoneBy = by[r.Name]
		if r.Verb == Undo && r.UndoneBy == "" && by[r.Of] == "" && r.wasThrough() {
			by[r.Of] = r.Name
		}
	}
}

// wasThrough tells whether a run got to the end of its plan, with nothing
// left that would be worth another try.
func (r *Run) wasThrough() bool {
	n := r.Done
	for reason, count := range r.Skipped {
		if reason != whyError && reason != whyBusy {
			n += count
		}
	}
	return !r.Ended.IsZero() && n >= r.Planned && (r.Done > 0 || r.Planned == 0)
}

// runDirs finds the folders of runs: those with a run's name that hold, or
// were to hold, a journal. In the order of their names, which is that of time to the second.
func (m *Mover) runDirs() ([]string, error) {
	found := map[string]string{} // folder by run
	own := map[string]bool{}     // runs whose journal was found
	for _, q := range m.at.Queues {
		for info, err := range m.tree.List(q.Old) {
			if errors.Is(err, fs.ErrNotExist) {
				break
			}
			if err != nil {
				return nil, fmt.Errorf("look for earlier runs: %w", err)
			}
			run := info.Name
			if _, ok := verbOf(run); !ok || !info.Mode.IsDir() || own[run] {
				continue
			}
			dir := path.Join(q.Old, run)
			switch _, err := m.tree.Lstat(journalOf(dir)); {
			case err == nil:
				own[run], found[run] = true, dir
			case found[run] == "" && m.isFolder(path.Join(dir, ownDir)):
				found[run] = dir
			}
			if len(found) > maxRuns {
				return nil, fmt.Errorf("look for earlier runs: more than %d in %q", maxRuns, q.Old)
			}
		}
	}
	out := slices.Collect(maps.Values(found))
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(path.Base(a), path.Base(b)) })
	return out, nil
}

// summary reads what a run came to. It reads the whole journal only of a run
// that has not ended.
func (m *Mover) summary(dir string) (Run, error) {
	h, err := m.head(dir)
	if err != nil {
		return Run{}, err
	}
	e, err := m.ending(dir)
	if err != nil {
		return Run{}, err
	}
	if e != nil {
		return summaryOf(h, e, dir), nil
	}
	l, err := m.load(dir)
	if err != nil {
		return Run{}, err
	}
	return l.summary(), nil
}

func summaryOf(h head, e *ending, dir string) Run {
	return Run{
		Name: h.run, Verb: h.verb, Selector: h.selector, Of: h.of, Night: h.night, Began: h.began, Dir: dir, Old: h.old,
		Ended: e.at, Planned: e.planned, Done: e.done, Bytes: e.bytes, Skipped: e.skipped, Outcome: e.outcome,
	}
}

// summary counts the steps.
func (l *ledger) summary() Run {
	if l.ended != nil {
		return summaryOf(l.head, l.ended, l.dir)
	}
	r := summaryOf(l.head, &ending{skipped: map[string]int{}}, l.dir)
	for i, s := range l.steps {
		if s.Kind == Index {
			continue
		}
		r.Planned++
		switch l.phases[i] {
		case done:
			r.Done++
			r.Bytes += s.Size
		case skipped:
			switch reason := l.reason[s.N]; reason {
			case whyInterrupted:
			case whyMerged:
				r.Planned--
			default:
				r.Skipped[reason]++
			}
		}
	}
	return r
}

// openJournal opens a run's journal, which somebody may have put a link or a
// FIFO in the place of.
func (m *Mover) openJournal(dir string) (disk.File, error) {
	f, err := m.tree.Open(journalOf(dir))
	if errors.Is(err, disk.ErrNotRegular) || errors.Is(err, disk.ErrNotFolder) {
		err = fmt.Errorf("%w: %w", ErrJournal, err)
	}
	return f, err
}

// load reads a run's whole journal.
func (m *Mover) load(dir string) (*ledger, error) {
	f, err := m.openJournal(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return load(m.at, dir, journal.NewReader(f), info.Size)
}

// head reads the first line of a run's journal.
func (m *Mover) head(dir string) (head, error) {
	f, err := m.openJournal(dir)
	if err != nil {
		return head{}, err
	}
	defer f.Close()
	for line, err := range journal.NewReader(f).Lines() {
		if err != nil {
			return head{}, fmt.Errorf("%w: %w", ErrJournal, err)
		}
		h, err := parseHead(line)
		if err != nil {
			return head{}, err
		}
		return h, h.check(path.Base(dir))
	}
	return head{}, fs.ErrNotExist
}

// ending reads the last line of a run's journal: nil when it has not ended.
func (m *Mover) ending(dir string) (*ending, error) {
	f, err := m.openJournal(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	lines, err := journal.Tail(f, info.Size, 1)
	if err != nil || len(lines) == 0 || lines[0].Kind != lineEnd {
		return nil, err
	}
	return parseEnding(lines[0].Args)
}

// FindRun finds a run by its name, the beginning of it, or the path of its
// folder, as long as only one fits.
func (m *Mover) FindRun(ctx context.Context, name string) (Run, error) {
	prefix := path.Base(path.Clean(name))
	runs, errs, err := m.allRuns(ctx)
	if err != nil {
		return Run{}, err
	}
	found := -1
	for i, r := range runs {
		if r.Name == prefix {
			return r, errs[i]
		}
		if strings.HasPrefix(r.Name, prefix) {
			if found >= 0 {
				return Run{}, fmt.Errorf("%w: %q", ErrManyRuns, prefix)
			}
			found = i
		}
	}
	if found < 0 || prefix == "." || prefix == "/" {
		return Run{}, fmt.Errorf("%w: %q", ErrNoRun, name)
	}
	return runs[found], errs[found]
}

// LastRun is the last run that undo would take back when none is named: not
// an undo, which has to be named, and not one that was taken back. A purge is
// passed over, but for a night that did nothing else: who asks for that night
// must not be given the one before.
func (m *Mover) LastRun(ctx context.Context) (Run, error) {
	runs, errs, err := m.allRuns(ctx)
	if err != nil {
		return Run{}, err
	}
	for i, r := range slices.Backward(runs) {
		if errs[i] != nil {
			return r, errs[i]
		}
		if r.Verb == Purge && !onlyDeleted(runs, r.Night) {
			continue
		}
		if r.Done > 0 && r.UndoneBy == "" && r.Verb != Undo && r.Verb != Reindex {
			return r, nil
		}
	}
	return Run{}, ErrNoRun
}
