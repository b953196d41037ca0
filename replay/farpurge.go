package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"time"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// What a quarantine has carried to another filesystem is deleted there, by a
// run of this spool as all the others are: the journal that knows of it lies
// here. Its steps name the place that the message had beside the queue, from
// which that on the other filesystem follows. Recovery deletes nothing there,
// whatever a journal says, since whoever owns the spool can write journals:
// what is left of a message is for the next purge.

// Elsewhere is a folder on another filesystem that holds messages of this
// spool and was not named, or is not the one that was.
type Elsewhere struct {
	Old      string // its path, as the run has it that carried them there
	Messages int
	Runs     []string // that have carried them there, oldest first
}

// FarPicks finds the messages of runs that began before a time which lie on
// another filesystem: those in Options.Old to be purged, the others to be told.
func (m *Mover) FarPicks(ctx context.Context, before time.Time) (picks []Pick, elsewhere []Elsewhere, err error) {
	for r, err := range m.Runs(ctx) {
		if err != nil && r.Name == "" {
			return nil, nil, err
		}
		if err != nil || r.Old == "" || r.Verb != Quarantine {
			continue // a journal that cannot be read is told where its run is wanted
		}
		if began, err := time.Parse(runTime, r.Name[:len(runTime)]); err != nil || !began.Before(before) {
			continue
		}
		found, away, err := m.farOf(ctx, r)
		if err != nil {
			return nil, nil, fmt.Errorf("look for what run %q has carried away: %w", r.Name, err)
		}
		picks = append(picks, found...)
		if away > 0 {
			elsewhere = addElsewhere(elsewhere, r, away)
		}
	}
	return picks, elsewhere, nil
}

func addElsewhere(all []Elsewhere, r Run, n int) []Elsewhere {
	i := slices.IndexFunc(all, func(e Elsewhere) bool { return e.Old == r.Old })
	if i < 0 {
		i, all = len(all), append(all, Elsewhere{Old: r.Old})
	}
	all[i].Messages += n
	all[i].Runs = append(all[i].Runs, r.Name)
	return all
}

// farOf is what lies there of one run, or how much should when that cannot be looked at.
func (m *Mover) farOf(ctx context.Context, r Run) (picks []Pick, away int, err error) {
	l, err := m.load(r.Dir)
	if err != nil {
		return nil, 0, err
	}
	here := m.hasFar(r.Name)
	var later trail
	if !here {
		if later, err = m.trailAfter(ctx, r.Name); err != nil {
			return nil, 0, err
		}
	}
	for i, s := range l.steps {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		switch {
		case l.phases[i] != done || s.Kind != Message:
		case here:
			pick, ok, err := m.farPick(&s, r.Name)
			if err != nil {
				return nil, 0, err
			}
			if ok {
				picks = append(picks, pick)
			}
		case s.Far != "":
			if _, hop := later.at(s.control().To); hop.run == "" {
				away++
			}
		}
	}
	return picks, away, nil
}

// hasFar tells whether the other filesystem is named and has the folder of a
// run: another one that is named by mistake does not.
func (m *Mover) hasFar(run string) bool {
	if m.o.Old == nil {
		return false
	}
	info, err := m.o.Old.Lstat(path.Join(run, ownDir))
	return err == nil && info.Mode.IsDir()
}

// farPick is a message of which anything lies there and nothing here. That may
// be a copy that an undo, cut short, has left.
func (m *Mover) farPick(s *Step, run string) (Pick, bool, error) {
	e := spool.Entry{ID: s.ID, Queue: s.Queue}
	found := ""
	for _, mv := range s.Moves {
		if _, err := m.tree.Lstat(mv.To); !errors.Is(err, fs.ErrNotExist) {
			return Pick{}, false, err
		}
		far, err := m.at.farName(mv.To)
		if err != nil {
			return Pick{}, false, err
		}
		info, err := m.o.Old.Lstat(far)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Pick{}, false, err
		}
		if err == nil {
			e.Size += info.Size
			found = far
		}
		e.Files = append(e.Files, spool.File{Name: mv.To, Role: mv.Role})
	}
	return Pick{Entry: e, Note: run, far: found, sender: cmp.Or(s.sender, "?")}, found != "", nil
}

// grave is where a file lies that is to be deleted.
func (m *Mover) grave(s *Step, mv Move) (disk.Tree, string, error) {
	if s.Far == "" {
		return m.tree, mv.From, nil
	}
	if m.o.Old == nil {
		return nil, "", ErrNeedOld
	}
	name, err := m.at.farName(mv.From)
	return m.o.Old, name, err
}

// lookFar sees to it that the files of a step are there and nobody else's. One
// that is missing was deleted by a purge that died, and has no Ident.
func (w *work) lookFar(s *Step) (reason string, err error) {
	there := 0
	for i := range s.Moves {
		m := &s.Moves[i]
		t, name, err := w.m.grave(s, *m)
		if err != nil {
			return "", err
		}
		info, err := t.Lstat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			m.Ident = ""
			continue
		case err != nil:
			return "", err
		case !info.Mode.IsRegular():
			return whyNotFile, nil
		case info.Links != 1:
			return whyLinked, nil
		}
		m.Ident = info.Ident()
		there++
	}
	if there == 0 {
		return whyGone, nil
	}
	return "", nil
}

// stillFar is still for files on the other filesystem.
func (w *work) stillFar(s *Step) (string, error) {
	for _, m := range s.Moves {
		if m.Ident == "" {
			continue
		}
		t, name, err := w.m.grave(s, m)
		if err != nil {
			return "", err
		}
		info, err := t.Lstat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return whyGone, nil
		case err != nil:
			return "", err
		case info.Ident() != m.Ident:
			return whyChanged, nil
		}
	}
	return "", nil
}

// farLine writes down that a step of a purge is about the other filesystem.
func (w *work) farLine(s *Step) error {
	args := append([]string{strconv.Itoa(s.N), s.Far}, make([]string, len(s.Moves))...)
	return w.journal.Append(lineFar, append(args, s.sender)...)
}

// canRecover tells whether what a purge has begun can be looked at. When it
// cannot, nothing is lost and nothing stands in the way: the run stays
// unfinished until the other filesystem is named.
func (m *Mover) canRecover(l *ledger) bool {
	for i := range l.steps {
		s := &l.steps[i]
		if l.verb != Purge || s.Far == "" || l.phases[i] != meant {
			continue
		}
		if _, run, _, ok := m.at.inRun(s.Moves[0].From); ok && !m.hasFar(run) {
			return false
		}
	}
	return true
}

// recoverFarPurge: what is gone was deleted, as it was meant to be; of what is
// there, nothing is deleted.
func (w *work) recoverFarPurge(s *Step) (gone bool, err error) {
	for _, m := range s.Moves {
		t, name, err := w.m.grave(s, m)
		if err == nil {
			_, err = t.Lstat(name)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	return true, nil
}
