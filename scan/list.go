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
}

// windowSize is how many names are put in order of their inodes when the disk
// is slow. Inodes lie in the order of their numbers on most filesystems, so
// neighbours come with one read; more names gain nothing.
const windowSize = 64 * batchSize

// list sends names to the workers, errors straight to the results.
func list[T any](ctx context.Context, s spool.Spool, o *Options, a *advice, entries *belt[spool.Entry], results *belt[outcome[T]]) {
	defer close(entries.full)
	all := s.Entries(ctx)
	if o.Quarantined {
		all = s.Quarantined(ctx)
	}
	m := newMeter(o.Stats)
	defer m.flush()
	m.begin(Listing)
	l := lister{ctx: ctx, advice: a, entries: entries}
	for e, err := range all {
		if err != nil {
			if !results.send(ctx, []outcome[T]{{err: err}}) {
				return
			}
			continue
		}
		if o.Skip != nil && o.Skip(&e) {
			continue
		}
		if !l.add(&e) {
			return
		}
	}
	l.flush()
	m.end()
}

// add is false when the scan is over.
func (l *lister) add(e *spool.Entry) bool {
	l.window = append(l.window, *e)
	most := batchSize
	if l.advice.wanted() {
		most = windowSize
	}
	return len(l.window) < most || l.flush()
}

// flush sends what has come together.
func (l *lister) flush() bool {
	if len(l.window) > batchSize {
		slices.SortStableFunc(l.window, func(a, b spool.Entry) int { return cmp.Compare(a.Inode, b.Inode) })
	}
	for part := range slices.Chunk(l.window, batchSize) {
		if !l.entries.send(l.ctx, append(l.entries.batch(), part...)) {
			return false
		}
	}
	clear(l.window)
	l.window = l.window[:0]
	return true
}
