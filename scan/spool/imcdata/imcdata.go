// Package imcdata reads queues in which each message is one raw file: the Imcdata tree of the Exchange 5.5 Internet Mail Service, the mailroot of the IIS SMTP service, and any bare folder of messages.
//
// What may surprise: the tree given is the folder that holds what the user
// named, since a queue's quarantine stands beside it, "out.old" beside "out".
// Names are matched in any case, as Windows does, and kept as they are.
//
// Nobody published these formats. What is known of Imcdata is in Microsoft's
// Knowledge Base: 190709 (files), 193862 and 197792 (index, quarantine),
// 201314 (pickup); of mailroot in 246091 and 819019.
package imcdata

import (
	"context"
	"fmt"
	"path"
	"slices"
	"sync"

	"qclean/scan/disk"
	"qclean/scan/spool"
	"qclean/scan/spool/queued"
)

// Driver knows raw queues. A user may name a whole tree, one of its queues, a
// quarantine ("Out.old"), or any folder of messages.
type Driver struct{}

// Name is "imcdata".
func (Driver) Name() string { return "imcdata" }

// Detect looks at names only. Any folder with files in it could be a queue.
func (Driver) Detect(t disk.Tree, at string) (spool.Match, error) {
	sh, err := shapeOf(t, at)
	if err != nil {
		return spool.Match{}, fmt.Errorf("look for a queue of raw messages: %w", err)
	}
	return sh.match, nil
}

// Open takes any folder, also one that Detect is not sure of.
func (Driver) Open(t disk.Tree, at string) (spool.Spool, error) {
	sh, err := shapeOf(t, at)
	if err != nil {
		return nil, fmt.Errorf("open queue of raw messages: %w", err)
	}
	fronts := &sync.Pool{New: func() any { b := make([]byte, maxFront); return &b }}
	return &raw{tree: t, shape: sh, fronts: fronts, lenders: new(spool.Lenders)}, nil
}

// raw is an open spool.
type raw struct {
	tree    disk.Tree
	shape   shape
	fronts  *sync.Pool // *[]byte of maxFront
	lenders *spool.Lenders
	lend    *spool.Lender // of a view
}

// Near holds the folders of the messages in hand.
func (s *raw) Near(cached bool) (spool.Spool, func()) {
	view := *s
	var letGo func()
	view.tree, letGo = disk.Near(s.tree, cached)
	view.lend = s.lenders.Get()
	return &view, func() { letGo(); s.lenders.Put(view.lend) }
}

// Layout is what was found when the spool was opened.
func (s *raw) Layout() spool.Layout {
	return spool.Layout{
		MTA:      Driver{}.Name(),
		Root:     path.Join(s.tree.Path(), s.shape.at),
		Queues:   slices.Clone(s.shape.queues),
		Pickup:   s.shape.pickup,
		Index:    slices.Clone(s.shape.index),
		MayIndex: s.shape.mayIndex(),
	}
}

// Stat fills Ident, Size and, from the file's time, Arrived.
func (s *raw) Stat(ctx context.Context, e *spool.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	info, err := s.tree.Lstat(e.Files[0].Name)
	return stated(e, &info, err)
}

// StatAll is Stat for many.
func (s *raw) StatAll(ctx context.Context, entries []spool.Entry, tell func(int, error)) {
	name := func(i int) string { return entries[i].Files[0].Name }
	disk.Lstats(s.tree, len(entries), name, func(i int, info disk.Info, err error) {
		if cerr := ctx.Err(); cerr != nil {
			tell(i, cerr)
			return
		}
		tell(i, stated(&entries[i], &info, err))
	})
}

// stated takes what the tree said about an entry's file.
func stated(e *spool.Entry, info *disk.Info, err error) error {
	if err != nil {
		return goneOr(err)
	}
	if !info.Mode.IsRegular() {
		return &spool.Left{Name: e.Files[0].Name, Reason: queued.Kind(info.Mode)}
	}
	noted(nil, e, info)
	return nil
}

func noted(l *spool.Lender, e *spool.Entry, info *disk.Info) {
	e.Ident, e.Size, e.Arrived = l.Ident(info), info.Size, info.ModTime
}

// Advise asks for the beginning of the file.
func (s *raw) Advise(e *spool.Entry, bytes int64) { s.tree.Advise(e.Files[0].Name, bytes) }
