package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"qclean/classify/index"
	"qclean/classify/survey"
)

// What is known of a message lies with the set that it was in: queue, or
// quarantine. A command that moves messages from one to the other leaves it
// there and only notes that it did. The records go over when they would be
// lost otherwise, which is right before the set that they lie with is written
// anew; till then whoever asks for the messages finds them in either
// (survey.Options.Other). So nothing is read twice, and nobody waits after a
// quarantine for what may never be asked.

// moved notes that messages came into a set. It is a convenience: trouble with
// it is no trouble with the run.
func (a *app) moved(t *target, into index.Set) {
	name := t.behind(into)
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrNotExist) { // nothing is remembered of this spool
		return
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		a.ui.Warn("%v; the next command reads more of the spool again", err)
	}
}

// behind is the note that a set has got messages since it was remembered.
func (t *target) behind(set index.Set) string {
	return filepath.Join(t.store.Folder(t.path), string(set)+".behind")
}

// handOver brings the other set up to date when the note is there, before what
// is remembered of this one is written anew.
func (a *app) handOver(ctx context.Context, t *target, set index.Set) {
	other := otherThan(set)
	if _, err := os.Lstat(t.behind(other)); err != nil || a.handing {
		return
	}
	a.handing = true // and not back again
	defer func() { a.handing = false }()
	a.remember(ctx, t, other)
}

// upToDate takes the note away.
func (a *app) upToDate(t *target, set index.Set) { os.Remove(t.behind(set)) }

func otherThan(set index.Set) index.Set {
	if set == index.Quarantined {
		return index.Queued
	}
	return index.Quarantined
}

// remember brings the index up to date with where the messages lie now, so
// that the next command need not read them again. It is a convenience as well.
func (a *app) remember(ctx context.Context, t *target, set index.Set) {
	if ctx.Err() != nil {
		return
	}
	if _, err := a.survey(ctx, t, set, survey.Options{}); err != nil {
		a.ui.Warn("%v; the next command reads more of the spool again", err)
	}
}
