package replay

import (
	"context"
	"fmt"
	"path"
)

// trail tells where the messages of a run went afterwards: each name that a
// later run has emptied, and by which run.
type trail map[string]hop

type hop struct {
	to  string // "" when it was deleted, or given to pickup for good
	run string
	of  string // for an undo: the run that it took back
}

// trailAfter reads the journals of all runs that came after one.
func (m *Mover) trailAfter(ctx context.Context, run string) (trail, error) {
	runs, errs, err := m.allRuns(ctx)
	if err != nil {
		return nil, err
	}
	t, after := trail{}, false
	for i, r := range runs {
		if r.Name == run {
			after = true
			continue
		}
		if !after || r.Done == 0 {
			continue
		}
		if errs[i] != nil {
			return nil, errs[i]
		}
		l, err := m.load(r.Dir)
		if err != nil {
			return nil, fmt.Errorf("run %q: %w", r.Name, err)
		}
		t.add(l)
	}
	return t, nil
}

func (t trail) add(l *ledger) {
	for i, s := range l.steps {
		if l.phases[i] != done || s.Kind == Index {
			continue
		}
		for _, m := range s.Moves {
			delete(t, m.To) // somebody came to that name: what left it before does not count
			t[m.From] = hop{m.To, l.run, l.of}
		}
	}
}

// at follows a name to where its file is now. A folder that was moved took
// its messages with it.
func (t trail) at(name string) (string, hop) {
	var last hop
	for range len(t) + 1 {
		next, ok := t[name]
		to := next.to
		for dir := path.Dir(name); !ok && dir != "."; dir = path.Dir(dir) {
			if next, ok = t[dir]; ok {
				to = path.Join(next.to, name[len(dir):])
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
