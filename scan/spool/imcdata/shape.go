package imcdata

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// shape is what stands where.
type shape struct {
	match  spool.Match
	at     string // as the user named it
	base   string // the folder that IDs are relative to, within the tree; "." for the tree
	queues []spool.Queue
	pickup string
	index  []string
	old    bool // the user named a quarantine: its messages are the entries
	dotEML bool // pickup takes names that end so only (IIS)
}

// shapeOf looks at the names around, which are few.
func shapeOf(t disk.Tree, at string) (shape, error) {
	info, err := t.Lstat(at)
	if err != nil {
		return shape{}, err
	}
	if !info.Mode.IsDir() {
		return shape{}, fmt.Errorf("%q: %w", at, disk.ErrNotFolder)
	}
	if at == "." {
		return shape{}, fmt.Errorf("a quarantine cannot stand beside %q: %w", t.Path(), spool.ErrNotSpool)
	}
	inside, err := look(t, at, peekInside)
	if err != nil {
		return shape{}, err
	}
	if sh, ok := treeShape(at, inside); ok {
		return sh, nil
	}
	beside, err := lookBeside(t, path.Dir(at))
	if err != nil {
		return shape{}, err
	}
	if sh, ok := oldShape(at, inside, beside); ok {
		return sh, nil
	}
	return queueShape(at, inside, beside), nil
}

// treeShape is a whole tree: Imcdata by its index or by Out and In, mailroot by Queue and Badmail.
func treeShape(at string, in folder) (shape, bool) {
	sh := shape{at: at, base: at}
	names := []string{"out", "in"}
	switch {
	case in.dir("out") != "" && in.dir("in") != "" || in.file(indexName) != "" && in.dir("out")+in.dir("in") != "":
		sh.match = spool.Match{Sure: 2, Why: "Out and In side by side"}
		if in.file(indexName) != "" {
			sh.match = spool.Match{Sure: 3, Why: in.file(indexName) + " beside Out or In"}
		}
	case in.dir("queue") != "" && in.dir("badmail") != "" && in.dir("pickup") != "":
		sh.match = spool.Match{Sure: 3, Why: "Queue, Badmail and Pickup side by side"}
		names = []string{"queue", "drop", "badmail"}
		sh.dotEML = true
	case in.files == 0 && in.dir("out")+in.dir("in") != "":
		sh.match = spool.Match{Sure: 1, Why: "a folder that holds Out or In"}
	default:
		return shape{}, false
	}
	for _, name := range names {
		if dir := in.dir(name); dir != "" {
			sh.addQueue(dir, in)
		}
	}
	sh.addRest(in)
	return sh, true
}

// oldShape is a quarantine that the user named: its queue stands beside it, or qclean's lock lies in it.
func oldShape(at string, in, beside folder) (shape, bool) {
	name := path.Base(at)
	queue := name[:max(0, len(name)-len(oldSuffix))]
	if queue == "" || !strings.EqualFold(name[len(queue):], oldSuffix) {
		return shape{}, false
	}
	live := beside.dir(queue)
	if live == "" && in.file(".qclean.lock") == "" {
		return shape{}, false
	}
	if live != "" {
		queue = live
	}
	sh := shape{at: at, base: path.Dir(at), old: true}
	sh.match = spool.Match{Sure: 2, Why: "the quarantine of " + queue}
	sh.queues = []spool.Queue{{Name: queue, Dir: path.Join(sh.base, queue), Old: at}}
	sh.addRest(beside)
	return sh, true
}

// queueShape is a single queue, or any folder.
func queueShape(at string, in, beside folder) shape {
	sh := shape{at: at, base: path.Dir(at)}
	name := path.Base(at)
	switch {
	case beside.file(indexName) != "" && (fold(name, "out") || fold(name, "in")):
		sh.match = spool.Match{Sure: 3, Why: name + " beside " + beside.file(indexName)}
	case in.file(indexName) != "":
		sh.match = spool.Match{Sure: 2, Why: in.file(indexName) + " among the files"}
	case slices.ContainsFunc(queueNames, func(q string) bool { return fold(name, q) }):
		sh.match = spool.Match{Sure: 1, Why: "a folder named " + name}
	case in.files > 0:
		sh.match = spool.Match{Sure: 1, Why: "a folder of files"}
	case in.dirs == 0:
		sh.match = spool.Match{Sure: 1, Why: "an empty folder"}
	}
	sh.dotEML = beside.dir("badmail") != ""
	sh.addQueue(name, beside)
	sh.addRest(beside)
	if index := in.file(indexName); index != "" {
		sh.index = append(sh.index, path.Join(at, index))
	}
	return sh
}

var queueNames = []string{"out", "in", "queue", "badmail", "drop", "pickup"}

// oldSuffix is that of the KB: "rename Out to Out.old" (197792).
const oldSuffix = ".old"

// addQueue adds a queue and its quarantine, which may be there in another case.
func (sh *shape) addQueue(name string, beside folder) {
	old := beside.dir(name + oldSuffix)
	if old == "" {
		old = name + oldSuffix
	}
	sh.queues = append(sh.queues, spool.Queue{
		Name: name,
		Dir:  path.Join(sh.base, name),
		Old:  path.Join(sh.base, old),
	})
}

// addRest adds pickup and index that stand among the queues.
func (sh *shape) addRest(in folder) {
	isQueue := func(q spool.Queue) bool { return fold(q.Name, "pickup") }
	if pickup := in.dir("pickup"); pickup != "" && !slices.ContainsFunc(sh.queues, isQueue) {
		sh.pickup = path.Join(sh.base, pickup)
	}
	if index := in.file(indexName); index != "" {
		sh.index = append(sh.index, path.Join(sh.base, index))
	}
}

// mayIndex is where an index was looked for: beside the queues and in them.
func (sh *shape) mayIndex() []string {
	names := []string{path.Join(sh.base, indexName)}
	for _, q := range sh.queues {
		names = append(names, path.Join(q.Dir, indexName))
	}
	return names
}
