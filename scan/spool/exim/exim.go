// Package exim reads the spool directory of Exim 4, and says how a message is taken out of it and put back while Exim runs.
//
// A message is a header file (ID-H: envelope, variables, headers), a body file
// (ID-D), and at times a journal (ID-J). What may surprise: recipients that
// were served stay in the list, and only the tree of non-recipients and the
// journal tell; values of ACL variables may look like any other part of the
// file; and flock is not seen by Exim, which locks the first line of ID-D with fcntl.
//
// Formats are cited by source file of Exim 4.96 (src/src).
package exim

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"qclean/scan/disk"
	"qclean/scan/spool"
	"qclean/scan/spool/queued"
)

// Driver knows the spool directory of Exim. It takes that directory, its
// input folder, or a copy of the latter under any name.
type Driver struct{}

// Name is "exim".
func (Driver) Name() string { return "exim" }

// Detect looks for header files with Exim's names.
func (Driver) Detect(t disk.Tree, at string) (spool.Match, error) {
	info, err := t.Lstat(at)
	if err != nil {
		return spool.Match{}, fmt.Errorf("look for an Exim spool: %w", err)
	}
	if !info.Mode.IsDir() {
		return spool.Match{}, nil
	}
	input := path.Join(at, "input")
	switch {
	case hasHeaderFile(t, input, 1):
		return spool.Match{Sure: 3, Why: "header files of Exim in input"}, nil
	case hasHeaderFile(t, at, 1):
		return spool.Match{Sure: 3, Why: "header files of Exim"}, nil
	case queued.IsFolder(t, input) && queued.IsFolder(t, path.Join(at, "msglog")):
		return spool.Match{Sure: 2, Why: "input and msglog side by side"}, nil
	}
	return spool.Match{}, nil
}

// peek bounds how many names of a folder are looked at to know what it is.
const peek = 200

func hasHeaderFile(t disk.Tree, dir string, depth int) bool {
	n, below := 0, []string(nil)
	for info, err := range t.List(dir) {
		if n++; err != nil || n > peek {
			break
		}
		if isSplit(info) {
			below = append(below, path.Join(dir, info.Name))
		}
		if _, kind, ok := part(info.Name); ok && kind == 'H' && info.Mode.IsRegular() {
			return true
		}
	}
	return depth > 0 && slices.ContainsFunc(below, func(dir string) bool { return hasHeaderFile(t, dir, depth-1) })
}

// isSplit tells a folder of a split spool: one letter or digit.
func isSplit(info disk.Info) bool {
	return info.Mode.IsDir() && len(info.Name) == 1 && digit62(info.Name[0]) >= 0
}

// Open takes a spool directory with all its queues, or a single folder of messages.
func (Driver) Open(t disk.Tree, at string) (spool.Spool, error) {
	info, err := t.Lstat(at)
	if err != nil {
		return nil, fmt.Errorf("open Exim spool: %w", err)
	}
	if !info.Mode.IsDir() {
		return nil, fmt.Errorf("open Exim spool: %q: %w", at, spool.ErrNotSpool)
	}
	s := &spoolDir{t: t, base: at, root: path.Join(t.Path(), at), configs: configFiles, proc: "/proc"}
	s.buffers = &sync.Pool{New: func() any { return new(buffers) }}
	s.lenders = new(spool.Lenders)
	s.journals = new(unjournalled)
	if err := s.findQueues(); err != nil {
		return nil, fmt.Errorf("open Exim spool: %w", err)
	}
	if len(s.queues) == 0 {
		s.base = path.Dir(at)
		s.addQueue(path.Base(at), at)
	}
	return s, nil
}

// spoolDir is an open spool directory.
type spoolDir struct {
	t       disk.Tree
	base    string // spool_directory, relative to the tree
	root    string
	queues  []spool.Queue
	configs []string
	proc    string     // where processes are told of
	buffers *sync.Pool // *buffers
	lenders *spool.Lenders
	lend    *spool.Lender // of a view

	journals *unjournalled
	free     *free // of a view
}

// Near holds the folders of the messages in hand, and of their logs.
func (s *spoolDir) Near(cached bool) (spool.Spool, func()) {
	view := *s
	var letGo func()
	view.t, letGo = disk.Near(s.t, cached)
	view.lend = s.lenders.Get()
	view.free = new(free)
	return &view, func() { letGo(); s.lenders.Put(view.lend) }
}

// maxQueues bounds the named queues that are looked for.
const maxQueues = 1000

// findQueues looks for input, for Finput with the frozen messages of some
// builds, and for named queues, which are folders with an input of their own.
func (s *spoolDir) findQueues() error {
	var named []string
	for _, q := range []string{"input", "Finput"} {
		info, err := s.t.Lstat(path.Join(s.base, q))
		if err != nil && queued.Gone(err) != spool.ErrGone {
			return err
		}
		if err == nil && info.Mode.IsDir() {
			s.addQueue(q, path.Join(s.base, q))
		}
	}
	if len(s.queues) == 0 {
		return nil
	}
	for info, err := range s.t.List(s.base) {
		if err != nil {
			return err
		}
		if info.Mode.IsDir() && !strings.HasPrefix(info.Name, ".") && !slices.Contains(ownFolders, info.Name) && len(named) < maxQueues {
			named = append(named, info.Name)
		}
	}
	slices.Sort(named)
	for _, name := range named {
		dir := path.Join(s.base, name, "input")
		if info, err := s.t.Lstat(dir); err == nil && info.Mode.IsDir() {
			s.addQueue(name, dir)
		} else if err != nil && queued.Gone(err) != spool.ErrGone {
			return err
		}
	}
	return nil
}

// ownFolders are those of a spool directory that are no named queues.
var ownFolders = []string{"input", "Finput", "msglog", "Fmsglog", "db", "scan"}

// oldName is the folder for the quarantines of all queues. It stands beside
// them: Exim does not look into it, and does not take it for a named queue
// unless somebody names it.
const oldName = ".old"

func (s *spoolDir) addQueue(name, dir string) {
	s.queues = append(s.queues, spool.Queue{Name: name, Dir: dir, Old: path.Join(s.base, oldName, name)})
}

// Layout is the queues that were named. Exim has no index and no pickup.
func (s *spoolDir) Layout() spool.Layout {
	l := spool.Layout{MTA: "exim", Root: s.root, Queues: slices.Clone(s.queues)}
	for _, q := range s.queues {
		l.Logs = append(l.Logs, msglogDir(q.Dir))
	}
	return l
}

// msglogDir is where the logs of a queue's messages lie: input and msglog, or
// Finput and Fmsglog, stand side by side.
func msglogDir(queueDir string) string {
	name := "msglog"
	if path.Base(queueDir) == "Finput" {
		name = "Fmsglog"
	}
	return path.Join(path.Dir(queueDir), name)
}
