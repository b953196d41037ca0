package replay

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// What stands in a run's folder beside the messages.
const (
	ownDir      = ".qclean"      // of the run: journal, index files, staging
	journalName = "journal"      // in ownDir of the first queue concerned
	indexDir    = "index"        // in ownDir: stale index files
	stageDir    = "stage"        // in ownDir: messages on their way to pickup
	takenDir    = "taken"        // in ownDir: messages that an undo took out of pickup
	emptyDir    = "empty"        // in ownDir: the new folder of a swap, until it takes the old one's place
	lockName    = ".qclean.lock" // in each queue's quarantine
	runTime     = "20060102-150405"
	maxPathLen  = 4095 // PATH_MAX of Linux without the NUL
	maxNameLen  = 255  // NAME_MAX
	maxAttempts = 1000 // names tried until a free one is found
)

func newRunName(v Verb, at time.Time) string { return at.UTC().Format(runTime) + "-" + string(v) }

// verbOf tells the verb from a run's name, which is its folder's: time, verb,
// and a number when the second is taken.
func verbOf(run string) (Verb, bool) {
	const day, second = len("20060102"), len(runTime)
	if len(run) <= second || !digits(run[:day]) || run[day] != '-' || !digits(run[day+1:second]) || run[second] != '-' {
		return "", false
	}
	for _, v := range [...]Verb{Quarantine, Inject, Submit, PutBack, Swap, Reindex, Undo, Purge} {
		if number, ok := strings.CutPrefix(run[second+1:], string(v)); ok {
			return v, number == "" || number[0] == '-' && len(number) > 1 && len(number) <= len("-1000") && digits(number[1:])
		}
	}
	return "", false
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// under gives what follows dir in name, and whether name lies below dir.
func under(dir, name string) (string, bool) {
	if dir == "" {
		return "", false
	}
	if dir == "." {
		return name, true
	}
	rest, ok := strings.CutPrefix(name, dir)
	if !ok || len(rest) < 2 || rest[0] != '/' {
		return "", false
	}
	return rest[1:], true
}

// plainName tells whether a name is one that a journal may hold: clean, and
// within what the kernel takes.
func plainName(name string) error {
	if name == "" || len(name) > maxPathLen || strings.IndexByte(name, 0) >= 0 || name[0] == '/' {
		return fmt.Errorf("%w: %q", disk.ErrBadName, name)
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part == "." || part == ".." || len(part) > maxNameLen {
			return fmt.Errorf("%w: %q", disk.ErrBadName, name)
		}
	}
	return nil
}

// places answers where things may lie in a spool.
type places struct{ spool.Layout }

func (p places) queue(name string) (spool.Queue, bool) {
	i := slices.IndexFunc(p.Queues, func(q spool.Queue) bool { return q.Name == name })
	if i < 0 {
		return spool.Queue{}, false
	}
	return p.Queues[i], true
}

// inOld splits a name that lies in a quarantine: the queue, and what follows
// its Old folder.
func (p places) inOld(name string) (spool.Queue, string, bool) {
	for _, q := range p.Queues {
		if rest, ok := under(q.Old, name); ok {
			return q, rest, true
		}
	}
	return spool.Queue{}, "", false
}

// inRun splits further: the run, and the message's name within it. Names that
// belong to the run itself are none.
func (p places) inRun(name string) (q spool.Queue, run, rest string, ok bool) {
	q, rest, ok = p.inOld(name)
	if !ok {
		return q, "", "", false
	}
	run, rest, ok = strings.Cut(rest, "/")
	if _, isRun := verbOf(run); !ok || !isRun || rest == ownDir || strings.HasPrefix(rest, ownDir+"/") {
		return q, "", "", false
	}
	return q, run, rest, true
}

// inQueue splits a name that lies in a queue, and in nothing else.
func (p places) inQueue(name string) (spool.Queue, string, bool) {
	for _, q := range p.Queues {
		rest, ok := under(q.Dir, name)
		if !ok {
			continue
		}
		if _, _, old := p.inOld(name); old || slices.Contains(p.Index, name) || p.inPickup(name) && !p.pickupIsQueue() {
			break
		}
		return q, rest, true
	}
	return spool.Queue{}, "", false
}

// pickupIsQueue tells whether messages wait in the pickup folder as in any
// other queue, as in Postfix's maildrop.
func (p places) pickupIsQueue() bool {
	return slices.ContainsFunc(p.Queues, func(q spool.Queue) bool { return q.Dir == p.Pickup })
}

// inLogs tells whether a name lies below a folder of side files, and is that
// of this message.
func (p places) inLogs(name string, id spool.ID) bool {
	return path.Base(name) == id.Short() && slices.ContainsFunc(p.Logs, func(dir string) bool {
		_, ok := under(dir, name)
		return ok
	})
}

// inPickup tells whether a name lies right in the pickup folder.
func (p places) inPickup(name string) bool {
	rest, ok := under(p.Pickup, name)
	return ok && !strings.Contains(rest, "/")
}

// away is where a file of a queue goes in a run.
func (p places) away(run, name string) (string, error) {
	q, rest, ok := p.inQueue(name)
	if !ok {
		return "", fmt.Errorf("%w: %q is in no queue", disk.ErrBadName, name)
	}
	return path.Join(q.Old, run, rest), nil
}

// message is the part of a quarantined name that a queue would know: without
// the run, and without the folder that a swap puts around the messages. It
// takes what was put into quarantine by hand as it lies there.
func (p places) message(name string) (spool.Queue, string, error) {
	q, rest, ok := p.inOld(name)
	if !ok {
		return q, "", fmt.Errorf("%w: %q is in no quarantine", disk.ErrBadName, name)
	}
	run, inner, deep := strings.Cut(rest, "/")
	verb, isRun := verbOf(run)
	if !isRun {
		return q, rest, nil
	}
	if _, _, _, ok := p.inRun(name); !ok || !deep {
		return q, "", fmt.Errorf("%w: %q is not a message", disk.ErrBadName, name)
	}
	if verb == Swap {
		if swapped, ok := under(path.Base(q.Dir), inner); ok {
			return q, swapped, nil
		}
	}
	return q, inner, nil
}

// home is where a quarantined file goes back to.
func (p places) home(name string) (string, error) {
	q, rest, err := p.message(name)
	return path.Join(q.Dir, rest), err
}

// kept is where the original of a replayed message goes in a run.
func (p places) kept(run, name string) (string, error) {
	q, rest, err := p.message(name)
	return path.Join(q.Old, run, rest), err
}

// tooLong tells whether a name of a step is longer than the kernel takes: a
// rename within an open folder could make it, and no journal that has it can
// be read again.
func (s *Step) tooLong() bool {
	return slices.ContainsFunc(s.Moves, func(m Move) bool {
		return len(m.From) > maxPathLen || len(m.To) > maxPathLen-runSpare
	})
}

// runSpare is what a run's name may grow by when the second is taken, and a
// name in it by a numbered folder.
const runSpare = len("-1000") + len("/100000")
