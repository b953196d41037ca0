package queued

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"path"
	"strings"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// Walk is one pass over folders of messages, on behalf of an iterator. Its
// methods are false when the pass is to end.
type Walk struct {
	Ctx   context.Context
	Tree  disk.Tree
	Yield func(spool.Entry, error) bool
}

// GoesOn passes on an error of a listing, unless it is a folder that may go
// away, and went, since it was listed.
func (w *Walk) GoesOn(err error, mayGo bool) bool {
	if w.Ctx.Err() != nil {
		w.Yield(spool.Entry{}, w.Ctx.Err())
		return false
	}
	if err == nil || mayGo && errors.Is(err, fs.ErrNotExist) {
		return true
	}
	return w.Yield(spool.Entry{}, err)
}

// Left tells of a name that is not taken for a message.
func (w *Walk) Left(name, reason string) bool {
	return w.Yield(spool.Entry{}, &spool.Left{Name: name, Reason: reason})
}

// Shelf is how a driver tells what lies in its quarantines.
type Shelf struct {
	// Take gives the message whose control file this regular file is. Without
	// one, ok is true for a file that belongs to a message.
	Take func(queue, dir, name string) (e *spool.Entry, ok bool)
	// Stranger says why any other file is left alone: "not a queue ID".
	Stranger string
}

// Quarantined streams what lies under the Old folders of queues. The ID of an
// entry has to be its whole name, since one may be in quarantine more than once.
func (s Shelf) Quarantined(ctx context.Context, t disk.Tree, queues []spool.Queue) iter.Seq2[spool.Entry, error] {
	return func(yield func(spool.Entry, error) bool) {
		w := shelfWalk{Walk{Ctx: ctx, Tree: t, Yield: yield}, s}
		for _, q := range queues {
			if !w.folder(q.Name, q.Old, 0) {
				return
			}
		}
	}
}

// maxOld is how deep a quarantine is looked through: a run, and below it what
// people may have made by hand, such as a hash folder.
const maxOld = 4

type shelfWalk struct {
	Walk
	Shelf
}

func (w *shelfWalk) folder(queue, dir string, depth int) bool {
	var below []string
	for info, err := range w.Tree.List(dir) {
		if !w.GoesOn(err, true) {
			return false
		}
		name := path.Join(dir, info.Name)
		switch {
		case err != nil || strings.HasPrefix(info.Name, "."): // qclean's own
		case info.Mode.IsDir() && depth < maxOld:
			below = append(below, name) // not deeper yet: the parent's handle is still held
		case !w.file(queue, dir, info):
			return false
		}
	}
	for _, name := range below {
		if !w.folder(queue, name, depth+1) {
			return false
		}
	}
	return true
}

func (w *shelfWalk) file(queue, dir string, info disk.Info) bool {
	if !info.Mode.IsRegular() {
		return w.Left(path.Join(dir, info.Name), Kind(info.Mode))
	}
	e, ok := w.Take(queue, dir, info.Name)
	switch {
	case e != nil:
		return w.Yield(*e, nil)
	case ok:
		return true
	}
	return w.Left(path.Join(dir, info.Name), w.Stranger)
}
