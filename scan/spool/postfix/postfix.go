// Package postfix reads the queue directory of Postfix, and says how a message is taken out of it and put back while Postfix runs.
//
// A message is one file of records that Postfix rewrites in place as it goes:
// the byte R of a recipient becomes D when he is served. What may surprise: a
// file that a milter changed is a linked list, and who reads it from front to
// back sees the wrong sender and the wrong text; the time stamp of a deferred
// file is its next try, in the future; and a reader must never lock a file,
// since the delivery agent that finds it locked gives up with an error.
//
// Formats are cited by source file of Postfix 3.7 (src/global, src/cleanup,
// src/qmgr).
package postfix

import (
	"fmt"
	"path"
	"slices"
	"sync"
	"time"

	"qclean/scan/disk"
	"qclean/scan/spool"
	"qclean/scan/spool/queued"
)

// flow is the queues in the order in which a message passes them, so that one
// that moves during a listing is rather seen twice than missed (mail_queue.h).
var flow = []string{"maildrop", "incoming", "active", "deferred", "hold", "corrupt"}

// logKinds are the folders of side files: one log for each message (bounce(8)).
var logKinds = []string{"defer", "bounce", "trace"}

// Driver knows the queue directory of Postfix. It takes the directory itself,
// or one of its queues.
type Driver struct{}

// Name is "postfix".
func (Driver) Name() string { return "postfix" }

// Detect looks for the queues side by side, or in a single folder for a file
// that begins as all queue files do.
func (Driver) Detect(t disk.Tree, at string) (spool.Match, error) {
	info, err := t.Lstat(at)
	if err != nil {
		return spool.Match{}, fmt.Errorf("look for a Postfix queue: %w", err)
	}
	if !info.Mode.IsDir() {
		return spool.Match{}, nil
	}
	switch n := countQueues(t, at); {
	case n >= 4:
		return spool.Match{Sure: 3, Why: "maildrop, active, deferred and hold side by side"}, nil
	case n >= 2:
		return spool.Match{Sure: 2, Why: "some of the queues of Postfix side by side"}, nil
	}
	if slices.Contains(flow, path.Base(at)) && countQueues(t, path.Dir(at)) >= 4 {
		return spool.Match{Sure: 3, Why: at + " among the queues of Postfix"}, nil
	}
	if hasQueueFile(t, at, 2) {
		return spool.Match{Sure: 2, Why: "queue files of Postfix"}, nil
	}
	return spool.Match{}, nil
}

// countQueues counts those of the four queues that nothing else has together.
func countQueues(t disk.Tree, dir string) (n int) {
	for _, q := range []string{"maildrop", "active", "deferred", "hold"} {
		if queued.IsFolder(t, path.Join(dir, q)) {
			n++
		}
	}
	return n
}

// How many names of a folder are looked at to know what it is, and how many of
// the files that are named like queue files are opened: those of an Exchange
// server may be, and 200 of them took longer than all else before a scan.
const (
	peek      = 200
	peekFiles = 20
)

// hasQueueFile looks for a C record, which is always 95 bytes, at the front of
// a file with a queue file's name.
func hasQueueFile(t disk.Tree, dir string, depth int) bool {
	n, opened, below := 0, 0, ""
	for info, err := range t.List(dir) {
		if n++; err != nil || n > peek || opened == peekFiles {
			break
		}
		if info.Mode.IsDir() && len(info.Name) == 1 {
			below = info.Name
		}
		if !info.Mode.IsRegular() || !validID(info.Name) {
			continue
		}
		if opened++; beginsWithSizes(t, path.Join(dir, info.Name)) {
			return true
		}
	}
	return below != "" && depth > 0 && hasQueueFile(t, path.Join(dir, below), depth-1)
}

func beginsWithSizes(t disk.Tree, name string) bool {
	f, err := t.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	var head [2]byte
	_, err = f.ReadAt(head[:], 0)
	return err == nil && head[0] == recSize && head[1] == 95
}

// Open takes a whole queue directory or, when at is not one, a single queue:
// of a directory whose other queues stand beside it, or lying about alone.
func (Driver) Open(t disk.Tree, at string) (spool.Spool, error) {
	info, err := t.Lstat(at)
	if err != nil {
		return nil, fmt.Errorf("open Postfix queue: %w", err)
	}
	if !info.Mode.IsDir() {
		return nil, fmt.Errorf("open Postfix queue: %q: %w", at, spool.ErrNotSpool)
	}
	s := &queueDir{t: t, base: at, root: path.Join(t.Path(), at), configs: "/etc/postfix", now: time.Now}
	for _, q := range flow {
		info, err := t.Lstat(path.Join(at, q))
		if err != nil && queued.Gone(err) != spool.ErrGone { // to read a part, and not to tell, would be a lie
			return nil, fmt.Errorf("open Postfix queue: %w", err)
		}
		if err == nil && info.Mode.IsDir() {
			s.addQueue(q)
		}
	}
	if len(s.queues) == 0 {
		// A quarantine among hash folders would be taken for a part of the queue (postsuper.c).
		if slices.Contains(flow, path.Base(t.Path())) {
			return nil, fmt.Errorf("open Postfix queue: %q is a part of one: %w", at, spool.ErrNotSpool)
		}
		s.base = path.Dir(at)
		s.addQueue(path.Base(at))
	}
	s.depths = make(map[string]int)
	for _, dir := range slices.Concat(flow, logKinds, []string{s.queues[0].Name}) {
		s.depths[dir] = hashDepth(t, path.Join(s.base, dir))
	}
	s.files = &sync.Pool{New: func() any { return new(queueFile) }}
	s.lenders = new(spool.Lenders)
	s.misfits = new(misfits)
	return s, nil
}

// queueDir is an open queue directory.
type queueDir struct {
	t       disk.Tree
	base    string // queue_directory, relative to the tree
	root    string
	queues  []spool.Queue
	depths  map[string]int // of hash folders, by queue and kind of log
	configs string         // the folder of main.cf
	files   *sync.Pool     // *queueFile
	lenders *spool.Lenders
	lend    *spool.Lender // of a view
	misfits *misfits
	now     func() time.Time
}

// Near holds the folders of the messages in hand, and of their logs.
func (s *queueDir) Near(cached bool) (spool.Spool, func()) {
	view := *s
	var letGo func()
	view.t, letGo = disk.Near(s.t, cached)
	view.lend = s.lenders.Get()
	return &view, func() { letGo(); s.lenders.Put(view.lend) }
}

// addQueue puts the quarantine beside the queues. Inside one, Postfix would
// not start any more; and what is in .old it never looks at (postfix-script, postsuper.c).
func (s *queueDir) addQueue(name string) {
	s.queues = append(s.queues, spool.Queue{
		Name: name,
		Dir:  path.Join(s.base, name),
		Old:  path.Join(s.base, oldName, name),
	})
}

// oldName is the folder for the quarantines of all queues.
const oldName = ".old"

// Layout is the queues that were named. Postfix reads its queues from disk on
// every pass, so there is no index.
func (s *queueDir) Layout() spool.Layout {
	l := spool.Layout{MTA: "postfix", Root: s.root, Queues: slices.Clone(s.queues)}
	if queued.IsFolder(s.t, path.Join(s.base, "maildrop")) {
		l.Pickup = path.Join(s.base, "maildrop")
	}
	for _, kind := range logKinds {
		l.Logs = append(l.Logs, path.Join(s.base, kind))
	}
	return l
}

// maxHash is more than anybody sets hash_queue_depth to.
const maxHash = 8

// hashDepth looks how deep the folders of one-character names go: hash_queue_depth
// for the folders in hash_queue_names. Without any, what Postfix does by
// default: one level in deferred and defer.
func hashDepth(t disk.Tree, dir string) int {
	depth := 0
	for ; depth < maxHash; depth++ {
		sub, files := firstHash(t, dir)
		if sub == "" {
			if depth == 0 && !files && (path.Base(dir) == "deferred" || path.Base(dir) == "defer") {
				return 1
			}
			break
		}
		dir = path.Join(dir, sub)
	}
	return depth
}

func firstHash(t disk.Tree, dir string) (sub string, files bool) {
	n := 0
	for info, err := range t.List(dir) {
		if n++; err != nil || n > peek {
			break
		}
		if info.Mode.IsDir() && len(info.Name) == 1 {
			return info.Name, files
		}
		files = files || info.Mode.IsRegular()
	}
	return "", files
}
