package replay

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"qclean/replay/journal"
	"qclean/scan/spool"
)

// Lines of a journal, by kind.
const (
	lineHead    = "qclean"  // format key=value…: the first line
	lineQueue   = "queue"   // name dir old: one for each queue that is concerned, in the order of the layout
	lineStep    = "step"    // n kind id queue ident size note role from to…
	lineReady   = "ready"   // steps bytes: the plan ends here; what is not behind it was never begun
	lineWhere   = "where"   // n role from to…: the message was found elsewhere
	lineStage   = "byway"   // n name: on its way out it goes through this place
	lineIntent  = "intent"  // n ident…: of each file, in the order of the moves
	lineStaged  = "staged"  // n file ident sha256 size name: what will go into pickup
	lineRelease = "release" // n…: these may reach pickup from now on
	lineName    = "name"    // n name: the name in pickup, where it is not the one of the staged line
	lineOwed    = "owed"    // n count address…: so many recipients are due; these were served by an earlier run
	lineOffer   = "offer"   // n address…: the other server may have it for these from now on
	lineTaken   = "taken"   // n nanoseconds reply address…: and it has, for these
	lineNever   = "never"   // n reply address…: it refuses these for good
	lineNotNow  = "notnow"  // n reply: it has taken it for nobody
	lineSum     = "sums"    // n sum…: of each file
	lineAsOf    = "asof"    // nanoseconds: when what was done since the last such line lay in place untouched
	linePurging = "purging" // n size sum sender
	lineFar     = "far"     // n path sum… sender: a copy lies on the other filesystem, and the one here may go; in a purge, the one there is meant
	lineNear    = "near"    // n: the message lies here after all
	lineDone    = "done"    // n [name nanoseconds]: into pickup, under that name at that time
	lineSkip    = "skip"    // n reason
	lineNote    = "note"    // text, for people
	lineEnd     = "end"     // outcome time done bytes last-release reason=count…
	format      = "1"       // of all this
	timeForm    = time.RFC3339Nano
	maxSteps    = 8_000_000 // of one journal
)

// head is the first line of a journal, and the queues.
type head struct {
	run      string
	verb     Verb
	selector string
	of       string
	mta      string
	root     string // for people
	began    time.Time
	host     string
	pid      int
	boot     string
	old      string // path of the other filesystem's folder, "" for none
	night    string // that it is a part of, "" for none
	queues   []spool.Queue
}

// lines gives the head in the form that readHead takes.
func (h head) lines() []journal.Line {
	out := []journal.Line{{Kind: lineHead, Args: []string{
		format, "run=" + h.run, "verb=" + string(h.verb), "selector=" + h.selector, "of=" + h.of,
		"mta=" + h.mta, "root=" + h.root, "time=" + h.began.UTC().Format(timeForm),
		"host=" + h.host, "pid=" + strconv.Itoa(h.pid), "boot=" + h.boot, "old=" + h.old,
	}}}
	if h.night != "" {
		out[0].Args = append(out[0].Args, "night="+h.night)
	}
	for _, q := range h.queues {
		out = append(out, journal.Line{Kind: lineQueue, Args: []string{q.Name, q.Dir, q.Old}})
	}
	return out
}

// parseHead reads the first line. Keys that are not known are left to newer versions.
func parseHead(l journal.Line) (head, error) {
	var h head
	if l.Kind != lineHead || len(l.Args) == 0 {
		return h, fmt.Errorf("%w: it begins with %q", ErrJournal, l.Kind)
	}
	if l.Args[0] != format {
		return h, fmt.Errorf("%w: format %q, this qclean knows %s", ErrJournal, l.Args[0], format)
	}
	for _, arg := range l.Args[1:] {
		key, value, ok := strings.Cut(arg, "=")
		if !ok {
			return h, fmt.Errorf("%w: %q in the first line", ErrJournal, arg)
		}
		if err := h.set(key, value); err != nil {
			return h, fmt.Errorf("%w: %s %q: %w", ErrJournal, key, value, err)
		}
	}
	return h, nil
}

func (h *head) set(key, value string) (err error) {
	switch key {
	case "run":
		h.run = value
	case "verb":
		h.verb = Verb(value)
	case "selector":
		h.selector = value
	case "of":
		h.of = value
	case "mta":
		h.mta = value
	case "root":
		h.root = value
	case "time":
		h.began, err = time.Parse(timeForm, value)
	case "host":
		h.host = value
	case "pid":
		h.pid, err = strconv.Atoi(value)
	case "boot":
		h.boot = value
	case "old":
		h.old = value
	case "night":
		h.night = value
	}
	return err
}

// check holds the head against the folder that it was found in.
func (h head) check(run string) error {
	verb, ok := verbOf(run)
	if !ok || h.run != run || h.verb != verb {
		return fmt.Errorf("%w: it is of run %q (%s) and lies in %q", ErrJournal, h.run, h.verb, run)
	}
	if _, ok := verbOf(h.of); (h.verb == Undo) != (h.of != "") || h.of != "" && !ok {
		return fmt.Errorf("%w: undo of %q", ErrJournal, h.of)
	}
	return nil
}

// rebase tells how names of the journal become names of the tree that is open
// now: a run may have been made when another folder above the queues was
// named. The folder that the journal was found in shows the difference.
type rebase struct{ add, cut string }

func newRebase(recorded, found string) (rebase, error) {
	switch {
	case recorded == found:
		return rebase{}, nil
	case strings.HasSuffix(found, "/"+recorded):
		return rebase{add: strings.TrimSuffix(found, recorded)}, nil
	case strings.HasSuffix(recorded, "/"+found):
		return rebase{cut: strings.TrimSuffix(recorded, found)}, nil
	}
	return rebase{}, fmt.Errorf("%w: made for %q and found in %q", ErrJournal, recorded, found)
}

func (r rebase) name(name string) (string, error) {
	if r.cut != "" {
		rest, ok := strings.CutPrefix(name, r.cut)
		if !ok {
			return "", fmt.Errorf("%w: %q lies outside of the spool that was named", ErrJournal, name)
		}
		name = rest
	}
	if err := plainName(name); err != nil {
		return "", fmt.Errorf("%w: %w", ErrJournal, err)
	}
	if r.add == "" {
		return name, nil
	}
	return r.add + name, nil
}

// ending is the last line of a journal.
type ending struct {
	outcome string
	at      time.Time
	planned int
	done    int
	bytes   int64
	last    time.Time // of the last release into pickup
	skipped map[string]int
}

func (e ending) args() []string {
	args := []string{
		e.outcome, e.at.UTC().Format(timeForm), strconv.Itoa(e.planned), strconv.Itoa(e.done),
		strconv.FormatInt(e.bytes, 10), strconv.FormatInt(unixNano(e.last), 10),
	}
	for _, reason := range slices.Sorted(maps.Keys(e.skipped)) {
		args = append(args, reason+"="+strconv.Itoa(e.skipped[reason]))
	}
	return args
}

func parseEnding(args []string) (*ending, error) {
	if len(args) < 6 {
		return nil, fmt.Errorf("%w: short end line", ErrJournal)
	}
	e := &ending{outcome: args[0], skipped: map[string]int{}}
	var err error
	if e.at, err = time.Parse(timeForm, args[1]); err != nil {
		return nil, fmt.Errorf("%w: end line: %w", ErrJournal, err)
	}
	var numbers [4]int64
	for i := range numbers {
		if numbers[i], err = strconv.ParseInt(args[2+i], 10, 64); err != nil {
			return nil, fmt.Errorf("%w: end line: %w", ErrJournal, err)
		}
	}
	e.planned, e.done, e.bytes, e.last = int(numbers[0]), int(numbers[1]), numbers[2], fromNano(numbers[3])
	for _, arg := range args[6:] {
		reason, count, _ := strings.Cut(arg, "=")
		n, err := strconv.Atoi(count)
		if err != nil {
			return nil, fmt.Errorf("%w: end line: %w", ErrJournal, err)
		}
		e.skipped[reason] = n
	}
	return e, nil
}

func unixNano(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func fromNano(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n)
}

// journalOf is where a run's journal lies.
func journalOf(dir string) string { return path.Join(dir, ownDir, journalName) }
