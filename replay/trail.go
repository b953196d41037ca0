package replay

import (
	"context"
	"fmt"
	"path"
)

// trail tells where the messages of a run went afterwards: each name that a
// later run has emptied, and by which run.
type trail struct {
	hops map[string]hop
	came map[string]bool // names that a later run has put a file to
}

type hop struct {
	to  string // "" when it was deleted
	run string
	of  string // for an undo: the run that it took back
	nth int    // of the runs that came after
}

// trailAfter reads the journals of all runs that came after one.
func (m *Mover) trailAfter(ctx context.Context, run string) (trail, error) {
	runs, errs, err := m.allRuns(ctx)
	if err != nil {
		return trail{}, err
	}
	t, after := trail{map[string]hop{}, map[string]bool{}}, false
	for i, r := range runs {
		if r.Name == run {
			after = true
			continue
		}
		if !after || r.Done == 0 {
			continue
		}
		if errs[i] != nil {
			return t, errs[i]
		}
		l, err := m.load(r.Dir)
		if err != nil {
			return t, fmt.Errorf("run %q: %w", r.Name, err)
		}
		t.add(l, i)
	}
	return t, nil
}

func (t trail) add(l *ledger, nth int) {
	for i, s := range l.steps {
		if l.phases[i] != done || s.Kind == Index {
			continue
		}
		for _, m := range s.Moves {
			delete(t.hops, m.To) // a file came to that name: what left it before does not count
			t.hops[m.From] = hop{m.To, l.run, l.of, nth}
			t.came[m.To] = true
		}
	}
}

// at follows a name to where its file is now. A folder that was moved took
// its messages with it.
func (t trail) at(name string) (string, hop) {
	var last hop
	for range len(t.hops) + 1 {
		next, ok := t.hops[name]
		to := next.to
		for dir := path.Dir(name); !ok && dir != "."; dir = path.Dir(dir) {
			if next, ok = t.hops[dir]; ok {
				to, ok = path.Join(next.to, name[len(dir):]), next.nth > last.nth
			}
		}
		if !ok {
			break
		}
		last = next
		if name = to; next.to == "" {
			return "", last
		}
	}
	return name, last
}
