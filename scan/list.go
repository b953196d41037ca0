package scan

import (
	"cmp"
	"context"
	"slices"

	"qclean/scan/spool"
)

// lister streams the names of a spool to the workers in batches.
type lister struct {
	ctx     context.Context
	advice  *advice
	entries *belt[spool.Entry]
	window  []spool.Entry // names that are put in order before they go out
	most    int           // names that it takes now, where they are
	order   []place
}

// place is where a name stands in the window, to sort by.
type place struct {
	inode uint64
	at    int
}

// windowSize is how many names are put in order of their inodes when the disk
// is slow. Inodes lie in the order of their numbers on most filesystems, so
// neighbours come with one read; more names gain nothing. Windows grow to that
// from the first, so that work begins at once.
const (
	firstWindow = 2 * batchSize
	windowSize  = 16 * batchSize
)

// list sends names to the workers, errors straight to the results.
func list[T any](ctx context.Context, s spool.Spool, o *Options, a *advice, entries *belt[spool.Entry], results *belt[outcome[T]]) {
	defer close(entries.full)
	all := s.Entries(ctx)
	if o.Quarantined {
		all = s.Quarantined(ctx)
	}
	m := newMeter(o.Stats)
	defer m.flush()
	m.beginBatch(Listing)
	l := lister{ctx: ctx, advice: a, entries: entries, most: firstWindow}
	if a.wanted() {
		l.window = make([]spool.Entry, 0, windowSize)
	}
	for e, err := range all {
		if err != nil {
			if !results.send(ctx, []outcome[T]{{err: err}}) {
				return
			}
			continue
		}
		l.window = append(l.window, e)
		if last := len(l.window) - 1; o.Skip != nil && o.Skip(&l.window[last]) {
			l.window = l.window[:last]
			continue
		}
		if !l.sendFull() {
			return
		}
	}
	l.flush()
	m.end()
}

// sendFull sends the window when it is full. It is false when the scan is over.
func (l *lister) sendFull() bool {
	most := batchSize
	if l.advice.wanted() {
		most = l.most
	}
	if len(l.window) < most {
		return true
	}
	l.most = min(2*l.most, windowSize)
	return l.flush()
}

// flush sends what has come together.
func (l *lister) flush() bool {
	l.order = l.order[:0]
	for i := range l.window {
		l.order = append(l.order, place{l.window[i].Inode, i})
	}
	if len(l.window) > batchSize {
		slices.SortFunc(l.order, func(a, b place) int { return cmp.Or(cmp.Compare(a.inode, b.inode), cmp.Compare(a.at, b.at)) })
	}
	for part := range slices.Chunk(l.order, batchSize) {
		batch := l.entries.batch()
		for _, p := range part {
			batch = append(batch, l.window[p.at])
		}
		if !l.entries.send(l.ctx, batch) {
			return false
		}
	}
	clear(l.window)
	l.window = l.window[:0]
	return true
}
