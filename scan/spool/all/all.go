// Package all is the list of drivers, and finds the one for a folder.
//
// What may surprise: a folder is opened by the folder that holds it, since a
// quarantine may have to stand beside a queue.
package all

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"qclean/scan/disk"
	"qclean/scan/spool"
	"qclean/scan/spool/exim"
	"qclean/scan/spool/imcdata"
	"qclean/scan/spool/postfix"
)

// ErrDriver is a name that no driver has.
var ErrDriver = errors.New("no such kind of queue")

// Drivers gives one of each. Where two are equally sure, the first is taken.
func Drivers() []spool.Driver {
	return []spool.Driver{postfix.Driver{}, exim.Driver{}, imcdata.Driver{}}
}

// raw is what people call the queues of raw files.
const raw = "raw"

// As gives a driver by name, or by "raw" that of queues of raw files.
func As(name string) (spool.Driver, error) {
	if name == raw {
		return imcdata.Driver{}, nil
	}
	for _, d := range Drivers() {
		if d.Name() == name {
			return d, nil
		}
	}
	return nil, fmt.Errorf("%q: %w; known are %s", name, ErrDriver, names())
}

func names() string {
	all := []string{}
	for _, d := range Drivers() {
		all = append(all, d.Name())
	}
	return strings.Join(append(all, raw), ", ")
}

// Open opens the spool at a path that the operator gave, with the driver of
// that name or, when as is "", with the one that is surest. The tree is the
// folder that holds it; closing it closes the spool. Links in the path are
// followed, this once.
func Open(path, as string) (spool.Spool, disk.Tree, error) {
	tree, at, err := hold(path)
	if err != nil {
		return nil, nil, err
	}
	s, err := open(tree, at, as)
	if err != nil {
		tree.Close()
		return nil, nil, fmt.Errorf("%q: %w", path, err)
	}
	return s, tree, nil
}

// hold opens the folder that holds what a path names.
func hold(path string) (disk.Tree, string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, "", err
	}
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return nil, "", fmt.Errorf("open spool: %w", err)
	}
	parent, at := filepath.Split(abs)
	if at == "" {
		return nil, "", fmt.Errorf("%q: %w", path, spool.ErrNotSpool)
	}
	tree, err := disk.Open(parent)
	if err != nil {
		return nil, "", err
	}
	info, err := tree.Lstat(at)
	if err == nil && !info.Mode.IsDir() {
		err = fmt.Errorf("%q: %w", path, disk.ErrNotFolder)
	}
	if err != nil {
		tree.Close()
		return nil, "", err
	}
	return tree, at, nil
}

func open(tree disk.Tree, at, as string) (spool.Spool, error) {
	if as != "" {
		d, err := As(as)
		if err != nil {
			return nil, err
		}
		return d.Open(tree, at)
	}
	d, _, err := Detect(tree, at)
	if err != nil {
		return nil, err
	}
	return d.Open(tree, at)
}

// Detect asks all drivers. When none is sure of more than that it could be,
// the folder must not be the queue of an MTA that there is no driver for.
func Detect(tree disk.Tree, at string) (spool.Driver, spool.Match, error) {
	var best spool.Driver
	var match spool.Match
	var errs []error
	for _, d := range Drivers() {
		m, err := d.Detect(tree, at)
		if err != nil {
			errs = append(errs, err)
		}
		if m.Sure > match.Sure {
			best, match = d, m
		}
	}
	if match.Sure < 2 {
		if what := stranger(tree, at); what != "" {
			return nil, spool.Match{}, fmt.Errorf("%w that can be read here: it looks like %s", spool.ErrNotSpool, what)
		}
	}
	if best == nil {
		looked := fmt.Errorf("%w: looked for the queues of %s", spool.ErrNotSpool, names())
		return nil, spool.Match{}, errors.Join(append([]error{looked}, errs...)...)
	}
	return best, match, nil
}
