package replay

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"qclean/scan/spool"
)

// inodeOf is the part of a disk.Info.Ident that stays while a file lives,
// whatever is written to it. A file that was moved keeps it, and no other
// file can have it meanwhile.
func inodeOf(ident string) string {
	inode, _, _ := strings.Cut(ident, "-")
	return inode
}

// place is what lies under one name.
type presence uint8

const (
	absent presence = iota
	ours            // the file that the intent names
	other
)

// ends is what lies at both ends of a move.
type ends struct {
	from, to presence
	linked   bool // both names are of one file
}

// fate is what became of a step.
type fate uint8

const (
	stayed   fate = iota // nothing of it moved
	arrived              // all of it that exists moved
	blocked              // another file has the name that it would get
	replaced             // another file has the name that it had
	vanished             // it is at neither end
)

// look finds the file of a move at one end, or the other, or both.
func (m *Mover) look(mv Move) (ends, error) {
	var e ends
	if mv.Role == spool.Log {
		return m.lookForLog(mv)
	}
	from, linksFrom, err := m.present(mv.From, mv.Ident)
	if err != nil {
		return e, err
	}
	to, linksTo, err := m.present(mv.To, mv.Ident)
	if err != nil {
		return e, err
	}
	return ends{from, to, from == ours && to == ours && linksFrom > 1 && linksTo > 1}, nil
}

// lookForLog goes by the name alone: an MTA writes its logs anew. One that
// came to the old place after the move is not ours to take.
func (m *Mover) lookForLog(mv Move) (ends, error) {
	from, linksFrom, err := m.present(mv.From, mv.Ident)
	if err != nil {
		return ends{}, err
	}
	to, linksTo, err := m.present(mv.To, mv.Ident)
	switch {
	case err != nil:
		return ends{}, err
	case from == ours && to == ours && linksFrom > 1 && linksTo > 1:
		return ends{ours, ours, true}, nil
	case to != absent:
		return ends{from: absent, to: ours}, nil
	case from != absent:
		return ends{from: ours, to: absent}, nil
	}
	return ends{}, nil
}

func (m *Mover) present(name, ident string) (presence, uint64, error) {
	info, err := m.tree.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return absent, 0, nil
	case err != nil:
		return absent, 0, err
	case ident != "" && inodeOf(info.Ident()) == inodeOf(ident):
		return ours, info.Links, nil
	}
	return other, info.Links, nil
}

// settle finds out what became of a step that was begun, and brings it to one
// of its ends: a message that is half moved is moved, or if that cannot be,
// moved back. An error means that it is still between the two.
func (m *Mover) settle(f *folders, s *Step) (fate, error) {
	all := make([]ends, len(s.Moves))
	for i, mv := range s.Moves {
		e, err := m.look(mv)
		if err != nil {
			return stayed, err
		}
		if e, err = m.judge(f, mv, e); err != nil {
			return stayed, err
		}
		all[i] = e
	}
	if !slices.ContainsFunc(all, func(e ends) bool { return e.to == ours }) {
		return nothingMoved(all), nil
	}
	return m.complete(f, s, all)
}

// judge stops at what cannot be: a foreign file in the quarantine. And it
// takes away the second name that a crash between link and unlink leaves, or
// that of a rename that reached the disk by halves: always the one in the
// quarantine, where nobody else can have swapped it in between.
func (m *Mover) judge(f *folders, mv Move, e ends) (ends, error) {
	_, _, out := m.at.inOld(mv.To) // as most moves: out of the queue
	switch {
	case e.from == ours && e.to == ours && e.linked:
		name := mv.From
		if out {
			name, e.to = mv.To, absent
		} else {
			e.from = absent
		}
		f.moved(name, "")
		return e, m.tree.Remove(name)
	case e.from == ours && e.to == ours:
		return e, fmt.Errorf("%w: %q and %q", ErrTwoFiles, mv.From, mv.To)
	case e.to == other && e.from == other, e.to == other && e.from == absent && out:
		return e, fmt.Errorf("%w: %q and %q, and neither is the one that was to be moved", ErrTwoFiles, mv.From, mv.To)
	}
	return e, nil
}

func nothingMoved(all []ends) fate {
	has := func(want ...presence) bool {
		return slices.ContainsFunc(all, func(e ends) bool { return slices.Contains(want, e.from) })
	}
	switch {
	case slices.ContainsFunc(all, func(e ends) bool { return e.from == ours && e.to == other }):
		return blocked
	case has(ours):
		return stayed
	case has(other):
		return replaced
	}
	return vanished
}

// complete moves the rest of a message of which a part has arrived.
func (m *Mover) complete(f *folders, s *Step, all []ends) (fate, error) {
	for i, e := range all {
		if e.from != ours || e.to == ours {
			continue
		}
		err := error(fs.ErrExist)
		if e.to == absent {
			err = m.tree.Move(s.Moves[i].From, s.Moves[i].To)
			f.moved(s.Moves[i].From, s.Moves[i].To)
		}
		if err != nil && !forgivable(s.Moves[i], err) {
			return m.takeBack(f, s, err)
		}
	}
	for _, mv := range s.Moves {
		f.moved(mv.From, mv.To)
	}
	return arrived, nil
}

// takeBack moves back what has arrived of a message that cannot arrive whole.
func (m *Mover) takeBack(f *folders, s *Step, why error) (fate, error) {
	for _, mv := range slices.Backward(s.Moves) {
		e, err := m.look(mv)
		if err != nil {
			return stayed, errors.Join(why, err)
		}
		if e.to != ours {
			continue
		}
		f.moved(mv.To, mv.From)
		if _, _, old := m.at.inOld(mv.To); old && e.linked { // half a rename
			err = m.tree.Remove(mv.To)
		} else {
			err = m.tree.Move(mv.To, mv.From)
		}
		if err != nil && !forgivable(mv, err) {
			return stayed, fmt.Errorf("take back part of a message: %w", errors.Join(err, why))
		}
	}
	if errors.Is(why, fs.ErrExist) {
		return blocked, nil
	}
	return stayed, nil
}

// outward tells whether a step takes a message out of a queue.
func (m *Mover) outward(s *Step) bool {
	_, _, ok := m.at.inQueue(s.Moves[0].From)
	return ok
}

// hasFolder tells whether the folder that a name lies in exists.
func (m *Mover) hasFolder(name string) bool {
	return m.isFolder(path.Dir(name))
}
