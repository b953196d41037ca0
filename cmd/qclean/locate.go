package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"qclean/classify/index"
	"qclean/cmd/ui"
	"qclean/scan/spool"
	"qclean/scan/spool/all"
)

// rootVariable says where the system's files are, for the disk of another
// machine that is mounted here.
const rootVariable = "QCLEAN_ROOT"

func systemRoot() string {
	if dir := os.Getenv(rootVariable); dir != "" {
		return dir
	}
	return "/"
}

// locate gives the spool of a command that was not told one: that of the last
// scan, else the queue of this host's MTA.
func (a *app) locate(store *index.Store) (path, how string, err error) {
	path, err = store.Last()
	if err == nil {
		return path, "it was scanned last", nil
	}
	if !errors.Is(err, index.ErrNone) {
		return "", "", err
	}
	f, err := theOne(all.Locate(systemRoot()), err)
	if err != nil {
		return "", "", err
	}
	a.ui.Say("taking %s: %s, %s", ui.Safe(f.Path), f.MTA, ui.Safe(f.Why))
	return f.Path, f.Why, nil
}

// theOne takes the only queue of a running MTA, or the only queue there is.
func theOne(found []all.Found, none error) (all.Found, error) {
	running := 0
	for running < len(found) && found[running].Running {
		running++
	}
	switch {
	case len(found) == 0:
		return all.Found{}, none
	case running == 1, len(found) == 1:
		return found[0], nil
	case running > 1:
		found = found[:running]
	}
	var list strings.Builder
	for _, f := range found {
		fmt.Fprintf(&list, "\n  qclean scan %s", ui.Safe(f.Path))
	}
	return all.Found{}, &ui.Exit{Code: ui.Usage, Err: fmt.Errorf("%s have a queue here, and none was named", ui.Plural(len(found), "MTA")),
		Hint: "Name one of them:" + list.String()}
}

// standing is whether an MTA works with a spool, or could.
type standing struct {
	Running bool   `json:"running"`
	Copy    bool   `json:"copy"` // no MTA of this host has its queue here
	Why     string `json:"why"`
}

// standingOf tells a living spool from the copy of one, in which nothing is
// ever delivered. Folders of raw files belong to no MTA that could be asked.
func standingOf(ctx context.Context, t *target) (standing, error) {
	prober, ok := t.Spool.(spool.Prober)
	if !ok {
		return standing{Why: "nothing tells: stop the service before its queue is changed"}, nil
	}
	running, why, err := prober.Running(ctx)
	if err != nil {
		return standing{}, err
	}
	s := standing{Running: running, Why: why}
	if running {
		return s, nil
	}
	for _, f := range all.Locate(systemRoot()) {
		if f.Path == t.path || strings.HasPrefix(t.path, f.Path+"/") {
			s.Running = f.Running
			s.Why = why + "; " + f.Why
			return s, nil
		}
	}
	s.Copy = true
	s.Why = why + ", and no configuration names it"
	return s, nil
}
