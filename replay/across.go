package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// Messages reach another filesystem in two steps: into the quarantine beside
// the queue by a rename, as always, and from there by copy. So the queue is
// rid of them at once, and a message that is being copied is one that no MTA
// knows of. The one here goes only when the copy is on the disk, was read
// back, has the same hash, and the journal says so.

const (
	partDir      = "part"        // in ownDir of the other filesystem's run folder: copies that are not complete
	whyNotFar    = "not carried" // it is in the quarantine beside the queue
	blockSize    = 4096
	sparePercent = 5
)

// enough tells whether the other filesystem has room for a plan.
func (m *Mover) enough(p *Plan) error {
	space, err := m.o.Old.Space()
	if err != nil {
		return fmt.Errorf("ask for room: %w", err)
	}
	var bytes, files uint64
	for _, s := range p.Steps {
		files += uint64(len(s.Moves))
		bytes += uint64(s.Size) + uint64(len(s.Moves))*blockSize
	}
	bytes += bytes / 100 * sparePercent
	if space.Bytes < bytes || !space.NoInodeLimit && space.Inodes < files+uint64(len(p.queues)) {
		return fmt.Errorf("%w: %q has %d bytes and %d files free, %d and %d are needed",
			ErrNoSpace, m.o.Old.Path(), space.Bytes, space.Inodes, bytes, files)
	}
	return nil
}

// farName is where a file of a run goes there, or lies.
func (p places) farName(name string) (string, error) {
	q, run, rest, ok := p.inRun(name)
	if !ok {
		return "", fmt.Errorf("%w: %q is in no run", disk.ErrBadName, name)
	}
	return path.Join(run, path.Base(q.Dir), rest), nil
}

// carry copies what has arrived in quarantine to the other filesystem, and
// then lets it go here.
func (w *work) carry(ctx context.Context, steps []*Step) error {
	if w.plan.Verb != Quarantine || !w.plan.Far || w.m.o.Old == nil {
		return nil
	}
	far := newFolders(w.m.o.Old)
	if err := far.ensure(path.Join(w.run.Name, ownDir, partDir)); err != nil {
		return fmt.Errorf("make folder on the other filesystem: %w", err)
	}
	if err := w.hashes.drain(w); err != nil {
		return err
	}
	steps = slices.DeleteFunc(slices.Clone(steps), func(s *Step) bool { return !s.moved })
	for len(steps) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(len(steps), w.m.o.Batch, maxCarry)
		if err := w.carryBatch(far, steps[:n]); err != nil {
			return err
		}
		steps = steps[n:]
	}
	return nil
}

// maxCarry bounds how much is on both filesystems at once.
const maxCarry = 256

func (w *work) carryBatch(far *folders, steps []*Step) error {
	var there []*Step
	var stop error
	for _, s := range steps {
		err := w.copyOut(far, s)
		if err == nil {
			w.trouble, s.sender = 0, w.senderOf(arrivedEntry(s))
			there = append(there, s)
			continue
		}
		w.note(fmt.Sprintf("step %d: %v", s.N, err))
		w.run.Skipped[whyNotFar]++
		if w.trouble++; w.trouble >= maxTrouble || hopeless(err) {
			stop = cannotWrite(err)
			break
		}
	}
	if err := far.sync(); err != nil {
		return errors.Join(stop, fmt.Errorf("sync the other filesystem: %w", err))
	}
	return errors.Join(stop, w.dropCopied(there))
}

// dropCopied removes here what is safe there, once the journal says so.
func (w *work) dropCopied(there []*Step) error {
	for _, s := range there {
		name, err := w.m.at.farName(s.Moves[0].To)
		if err != nil {
			return err
		}
		s.Far = name
		args := append([]string{strconv.Itoa(s.N), name}, moveSums(s)...)
		if err := w.journal.Append(lineFar, append(args, s.sender)...); err != nil {
			return err
		}
	}
	if err := w.journal.Sync(); err != nil {
		return err
	}
	for _, s := range there {
		if err := w.dropNear(s); err != nil {
			return err
		}
	}
	return w.folders.sync()
}

// copyOut copies the files of one message, all of them or none.
func (w *work) copyOut(far *folders, s *Step) error {
	var made []string
	for i := range s.Moves {
		m := &s.Moves[i]
		to, err := w.m.at.farName(m.To)
		if err == nil {
			part := path.Join(w.run.Name, ownDir, partDir, strconv.Itoa(s.N)+"."+strconv.Itoa(i))
			err = w.copyMove(far, m, part, to)
		}
		if err != nil {
			for _, name := range made {
				err = errors.Join(err, w.m.o.Old.Remove(name))
			}
			return err
		}
		made = append(made, to)
	}
	return nil
}

func (w *work) copyMove(far *folders, m *Move, part, to string) error {
	sum, err := copyFile(w.m.tree, m.To, w.m.o.Old, part)
	if err == nil && m.Sum != "" && m.Sum != sum {
		err = fmt.Errorf("copy of %q: %w", m.To, errChanged)
	}
	if err == nil {
		err = far.ensure(path.Dir(to))
	}
	if err == nil {
		err = w.m.o.Old.Move(part, to)
	}
	if err != nil {
		w.m.o.Old.Remove(part)
		return err
	}
	m.Sum = sum
	far.moved(part, to)
	return nil
}

// arrivedEntry is the message of a step in the quarantine beside the queue.
func arrivedEntry(s *Step) spool.Entry {
	e := spool.Entry{ID: spool.ID(path.Join(path.Dir(s.control().To), s.ID.Short())), Queue: s.Queue}
	for _, m := range s.Moves {
		e.Files = append(e.Files, spool.File{Name: m.To, Role: m.Role})
	}
	return e
}

// dropNear removes what is safe on the other filesystem.
func (w *work) dropNear(s *Step) error {
	for _, m := range s.Moves {
		if err := w.m.tree.Remove(m.To); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove what was copied: %w", err)
		}
		w.folders.moved(m.To, "")
	}
	return nil
}

// copyFile copies a file between trees, with owner, mode, attributes and
// times, waits until it is on the disk, and reads it back. It gives the sum.
func copyFile(from disk.Tree, name string, to disk.Tree, as string) (string, error) {
	in, err := from.Open(name)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := to.Create(as, 0o600)
	if err != nil {
		return "", err
	}
	sum, err := copyInto(in, out)
	if err := errors.Join(err, out.Close()); err != nil {
		return "", errors.Join(err, to.Remove(as))
	}
	back, _, err := sumFile(to, as, "", make([]byte, sumBuffer))
	if err == nil && back != sum {
		err = fmt.Errorf("read back %q: %w", as, errChanged)
	}
	if err != nil {
		return "", errors.Join(err, to.Remove(as))
	}
	return sum, nil
}

func copyInto(in, out disk.File) (string, error) {
	sum := newSummed(out)
	if _, err := io.CopyBuffer(sum, onlyReader{in}, make([]byte, sumBuffer)); err != nil {
		return "", err
	}
	if err := out.Take(in); err != nil {
		return "", err
	}
	return sum.String(), out.Sync()
}
