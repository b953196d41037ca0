package replay

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"

	"qclean/scan/spool"
)

// merge moves what lies in a swapped folder into the one that took its place:
// messages as the driver knows them, control file last, and then whatever else
// is there. Names that are taken stay where they are.
func (w *work) merge(ctx context.Context, folder *Step) error {
	g := &merger{w: w, folder: folder, next: len(w.plan.Steps), left: map[string]bool{}}
	for e, err := range w.m.spool.Quarantined(ctx) {
		var left *spool.Left
		if errors.As(err, &left) {
			continue
		}
		if err != nil {
			return err
		}
		if !g.mine(e) {
			continue
		}
		if err := g.add(ctx, e.ID, e.Files); err != nil {
			return err
		}
	}
	if err := g.flush(ctx); err != nil {
		return err
	}
	if err := g.walk(ctx, folder.Moves[0].From, folder.Moves[0].To); err != nil {
		return err
	}
	return g.flush(ctx)
}

// merger gathers steps that were not in the plan: nobody lists a million
// messages to plan an undo that is one rename in most cases.
type merger struct {
	w      *work
	folder *Step
	next   int
	steps  []*Step
	left   map[string]bool // names that were tried and stay
}

func (g *merger) mine(e spool.Entry) bool {
	for _, f := range e.Files {
		if _, ok := under(g.folder.Moves[0].From, f.Name); !ok {
			return false
		}
	}
	return len(e.Files) > 0
}

func (g *merger) add(ctx context.Context, id spool.ID, files []spool.File) error {
	g.next++
	s := &Step{N: g.next, Kind: Message, ID: id, Queue: g.folder.Queue}
	for _, f := range slices.Backward(files) {
		rest, _ := under(g.folder.Moves[0].From, f.Name)
		s.Moves = append(s.Moves, Move{Role: f.Role, From: f.Name, To: path.Join(g.folder.Moves[0].To, rest)})
	}
	g.steps = append(g.steps, s)
	if len(g.steps) >= g.w.m.o.Batch {
		return g.flush(ctx)
	}
	return nil
}

// flush moves what was gathered.
func (g *merger) flush(ctx context.Context) error {
	w := g.w
	if len(g.steps) == 0 {
		return ctx.Err()
	}
	w.run.Planned += len(g.steps)
	for _, s := range g.steps {
		if err := w.journal.Append(lineStep, stepArgs(*s)...); err != nil {
			return err
		}
	}
	steps := g.steps
	g.steps = nil
	err := w.messages(ctx, steps)
	for _, s := range steps {
		for _, m := range s.Moves {
			if !s.moved {
				g.left[m.From] = true
			}
		}
	}
	return err
}

// walk takes what no driver calls a message: side files, archives. Names that
// are too long to be written down stay where they are: whoever owns a spool
// can nest folders without end.
func (g *merger) walk(ctx context.Context, from, to string) error {
	var folders []string
	for info, err := range g.w.m.tree.List(from) {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		name := path.Join(from, info.Name)
		switch {
		case len(name) > maxPathLen-runSpare:
			g.w.note(fmt.Sprintf("in %q: %s", from, whyTooLong))
			g.w.run.Skipped[whyTooLong]++
		case info.Mode.IsDir():
			folders = append(folders, info.Name)
		case g.left[name]:
		default:
			if err := g.add(ctx, spool.ID(path.Join(g.folder.Queue, info.Name)), []spool.File{{Name: name, Role: spool.Body}}); err != nil {
				return err
			}
		}
	}
	for _, name := range folders {
		if err := g.folderTo(path.Join(from, name), path.Join(to, name)); err != nil {
			return err
		}
		if err := g.walk(ctx, path.Join(from, name), path.Join(to, name)); err != nil {
			return err
		}
	}
	return nil
}

// folderTo makes a folder of the queue that the new one does not have.
func (g *merger) folderTo(from, to string) error {
	err := g.w.m.mkdirLike(to, from)
	if err == nil {
		return g.w.m.tree.SyncDir(path.Dir(to))
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return fmt.Errorf("make %s: %w", strconv.Quote(to), err)
}
