package disk

import (
	"context"
	"time"
)

// OpenAlone opens a regular file that has no other name: ErrLinked. It waits,
// for some hundredths of a second as a rule, where a file changed just now.
//
// To count the names of an open file is not enough. Whoever may write to the
// folder can link anybody's file there, and take that name away again once it
// is open and before its names are counted. But this changes the inode: so a
// file counts as one with no other name only if nothing about it has changed
// around the time at which it was opened (st_ctime, inode(7)).
func OpenAlone(ctx context.Context, t Tree, name string) (File, Info, error) {
	for try := 1; ; try++ {
		began := time.Now()
		f, err := t.Open(name)
		if err != nil {
			return nil, Info{}, err
		}
		info, err := f.Stat()
		pause := unrest(info.Changed, began, time.Now())
		if err == nil && info.Links == 1 && pause == 0 {
			return f, info, nil
		}
		f.Close()
		switch {
		case err != nil:
			return nil, Info{}, err
		case info.Links != 1 || try == aloneTries:
			return nil, info, Failure("open", name, ErrLinked)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, info, ctx.Err()
		}
	}
}

// aloneTries is how often a file that changes is opened. More than one that is
// left alone needs, so that only one that changes all the time is refused.
const aloneTries = 4

// A change is marked with the time of the last tick, of which there are at
// least a hundred a second, and on some filesystems with the second, or with
// every other one.
const (
	tick       = 20 * time.Millisecond
	coarseTick = 2 * time.Second
)

// grainOf is how much later than its mark a change may have been.
func grainOf(changed time.Time) time.Duration {
	if changed.Nanosecond() == 0 {
		return coarseTick
	}
	return tick
}

// unrest is how long to wait until a change lies before whatever is done then:
// 0 for one that lies before a time, or, by a clock that was set back, behind it.
func unrest(changed, began, ended time.Time) time.Duration {
	grain := grainOf(changed)
	if changed.Before(began.Add(-grain)) || changed.After(ended.Add(grain)) {
		return 0
	}
	return changed.Add(grain).Sub(began) + time.Millisecond
}
