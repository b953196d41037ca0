package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"qclean/classify/index"
	"qclean/classify/survey"
	"qclean/cmd/ui"
	"qclean/replay"
	"qclean/scan/disk"
	"qclean/scan/spool"
	"qclean/scan/spool/all"
)

// app is what all commands share: flags of the root, streams and the clock.
type app struct {
	ui       *ui.Streams
	now      func() time.Time
	stateDir string
	json     bool
	as       string
	costs    *costs // of scan --stats, else nil
	handing  bool   // records from one set to the other, at this moment
	copies   bool   // what is remembered is written for other tools as well

	configFile    string
	localDomains  []string
	trustedRelays []string
}

// target is the spool that a command works on.
type target struct {
	spool.Spool
	tree  disk.Tree
	path  string // absolute, as the index knows it
	how   string // why this one, when nobody named it
	store *index.Store
}

// Close lets go of the spool.
func (t *target) Close() error { return t.tree.Close() }

// open finds the spool: the one that was named, that of the last scan, or that
// of this host's MTA.
func (a *app) open(path string) (*target, error) {
	store, err := a.openState()
	if err != nil {
		return nil, err
	}
	how := ""
	if path == "" {
		if path, how, err = a.locate(store); err != nil {
			return nil, err
		}
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	s, tree, err := all.Open(path, a.as)
	if err != nil {
		return nil, err
	}
	return &target{Spool: s, tree: tree, path: s.Layout().Root, how: how, store: store}, nil
}

// openState finds the state directory.
func (a *app) openState() (*index.Store, error) {
	dir := a.stateDir
	if dir == "" {
		dir = os.Getenv("QCLEAN_STATE")
	}
	if dir == "" && os.Geteuid() == 0 {
		dir = "/var/lib/qclean"
	}
	if dir == "" {
		dir = os.Getenv("XDG_STATE_HOME")
		if dir == "" || !filepath.IsAbs(dir) {
			home, err := os.UserHomeDir()
			if err != nil {
				return nil, fmt.Errorf("no place for the state: %w", err)
			}
			dir = filepath.Join(home, ".local", "state")
		}
		dir = filepath.Join(dir, "qclean")
	}
	store, err := index.Open(dir)
	if err != nil {
		return nil, &ui.Exit{Code: ui.Failed, Err: err, Hint: "Name a directory that you can write with --state DIR, or set QCLEAN_STATE."}
	}
	return store, nil
}

// survey reads the spool as it is now; what the index knows is not read again.
func (a *app) survey(ctx context.Context, t *target, set index.Set, o survey.Options) (*survey.Survey, error) {
	a.costs.next(remembering)
	before, err := a.remembered(t, set)
	if err != nil {
		return nil, err
	}
	bar := a.ui.Progress("reading", 0)
	if before != nil {
		bar.Total(before.Table.Len())
	}
	trouble := a.otherSet(t, set, &o)
	if o.KnownBad, err = t.store.Known(); err != nil {
		a.ui.Warn("%v; no fingerprint is taken for known", err)
	}
	if o.Site, o.Points, err = a.ours(ctx, t.Spool); err != nil {
		return nil, err
	}
	o.Progress = bar.Set
	o.Now = a.now()
	layout := t.Layout()
	o.Scan.Skip = func(e *spool.Entry) bool { return set == index.Quarantined && replay.Replayed(layout, *e) }
	o.Scan.Stats = a.costs.stats()
	a.costs.next(surveying)
	v, err := survey.Take(ctx, t.Spool, set, before, o)
	bar.Close()
	if *trouble != nil {
		a.ui.Warn("%v; what came from the other part of the spool was read again", *trouble)
	}
	if err != nil {
		return nil, err
	}
	a.costs.next(saving)
	defer a.costs.next(reporting)
	if o.Scan.MaxText > 0 {
		return v, nil // other commands would take it for all there is
	}
	if v.Changed {
		a.handOver(ctx, t, set)
		err = a.save(t, set, v.Snapshot())
	} else {
		err = t.store.Seen(t.path, set, v.Taken)
	}
	if err != nil {
		a.ui.Warn("%v; the next command reads the whole spool again", err)
		return v, nil
	}
	a.upToDate(t, set)
	return v, nil
}

// save writes what is to be remembered and, where that was asked for, the copy
// for other tools beside it. Trouble with the copy is for who asked to tell:
// the index says that it is missing.
func (a *app) save(t *target, set index.Set, snap *index.Snapshot) error {
	if !a.copies || a.handing {
		return t.store.Save(set, snap)
	}
	saved, _ := t.store.SaveAndCopy(set, snap)
	return saved
}

// remembered is what the index knows of a set of messages, nil when it knows nothing.
func (a *app) remembered(t *target, set index.Set) (*index.Snapshot, error) {
	snap, err := t.store.Load(t.path, set)
	switch {
	case errors.Is(err, index.ErrDamaged):
		a.ui.Warn("%v; reading the whole spool again", err)
		return nil, nil
	case errors.Is(err, index.ErrNone):
		return nil, nil
	}
	return snap, err
}

// otherSet says what is remembered of the set that is not asked for, since
// messages are moved between the two: its campaigns now, its messages when one
// is met that is not known. What goes wrong with these is known after the survey.
func (a *app) otherSet(t *target, set index.Set, o *survey.Options) *error {
	other := otherThan(set)
	var trouble error
	if o.Priors, trouble = t.store.Priors(t.path, other); trouble != nil {
		if errors.Is(trouble, index.ErrNone) {
			trouble = nil
		}
		return &trouble
	}
	o.Other = func() *index.Snapshot {
		snap, err := t.store.Load(t.path, other)
		if err != nil && !errors.Is(err, index.ErrNone) {
			trouble = err
		}
		return snap
	}
	return &trouble
}
