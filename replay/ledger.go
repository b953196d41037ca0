package replay

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"time"

	"qclean/replay/journal"
	"qclean/scan/spool"
)

// phase is how far a step has come.
type phase uint8

const (
	waiting phase = iota
	meant         // there is an intent: it may have happened
	done
	skipped
)

// ledger is what a journal tells: the plan, and how far it has come.
type ledger struct {
	head
	dir    string // of the run, where the journal was found
	at     places
	names  rebase
	steps  []Step
	phases []phase
	reason map[int]string // of steps that were skipped
	recent []int          // steps done since the last line that vouches for them
	inject map[int]*staged
	handed map[int]*handing
	ready  bool
	ended  *ending
	last   time.Time // of the last release into pickup
	end    journal.Position
}

// staged is a message on its way into pickup.
type staged struct {
	file     string // in the run's stage folder
	ident    string
	sum      string
	size     int64
	name     string // in the pickup folder
	released bool   // it may be there
}

// Bytes of a journal that a step takes at least, with what is said of it later,
// and how many steps are made room for before they are read.
const (
	stepBytes = 400
	roomFor   = 1 << 17
)

// load reads a journal of about so many bytes. found is the run's folder: <old>/<run>.
func load(at places, found string, r *journal.Reader, size int64) (*ledger, error) {
	l := &ledger{dir: found, at: at, reason: map[int]string{}, inject: map[int]*staged{}, handed: map[int]*handing{}}
	room := min(size/stepBytes, roomFor)
	l.steps, l.phases = make([]Step, 0, room), make([]phase, 0, room)
	first := true
	for line, err := range r.Lines() {
		if err == nil && first {
			err = l.begin(line)
		} else if err == nil {
			err = l.line(line)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrJournal, err)
		}
		first = false
	}
	l.end = r.End()
	if l.ready {
		return l, l.check()
	}
	return l, nil
}

func (l *ledger) begin(line journal.Line) (err error) {
	if l.head, err = parseHead(line); err != nil {
		return err
	}
	return l.head.check(path.Base(l.dir))
}

// line takes one line after the first.
func (l *ledger) line(line journal.Line) error {
	switch line.Kind {
	case lineNote:
		return nil
	case lineQueue:
		return l.queue(line.Args)
	case lineStep:
		return l.step(line.Args)
	case lineReady:
		l.ready = true
		return nil
	case lineEnd:
		var err error
		l.ended, err = parseEnding(line.Args)
		return err
	case lineRelease:
		return l.release(line.Args)
	case lineAsOf:
		return l.asOf(line.Args)
	}
	n, err := l.number(line.Args)
	if err != nil {
		return fmt.Errorf("%s: %w", line.Kind, err)
	}
	return l.event(n, line.Kind, line.Args[1:])
}

// number reads the step that a line is about.
func (l *ledger) number(args []string) (int, error) {
	if len(args) == 0 {
		return 0, fmt.Errorf("no number")
	}
	n, err := strconv.Atoi(args[0])
	if err != nil || n < 1 || n > len(l.steps) {
		return 0, fmt.Errorf("step %q of %d", args[0], len(l.steps))
	}
	return n, nil
}

// queue takes a queue of the run. The one that holds the journal comes first
// and shows how names are to be read.
func (l *ledger) queue(args []string) (err error) {
	if len(args) != 3 || len(l.steps) > 0 {
		return fmt.Errorf("queue line out of place")
	}
	if len(l.queues) == 0 {
		if l.names, err = newRebase(args[2], path.Dir(l.dir)); err != nil {
			return err
		}
	}
	q := spool.Queue{Name: args[0]}
	if q.Dir, err = l.names.name(args[1]); err != nil {
		return err
	}
	if q.Old, err = l.names.name(args[2]); err != nil {
		return err
	}
	l.queues = append(l.queues, q)
	return nil
}

func (l *ledger) step(args []string) error {
	if len(args) < 10 || len(l.queues) == 0 || len(l.steps) >= maxSteps {
		return fmt.Errorf("step line of %d arguments after %d steps", len(args), len(l.steps))
	}
	size, err := strconv.ParseInt(args[5], 10, 64)
	if err != nil || args[0] != strconv.Itoa(len(l.steps)+1) || size < 0 {
		return fmt.Errorf("step %q of size %q", args[0], args[5])
	}
	s := Step{N: len(l.steps) + 1, Kind: Kind(args[1]), ID: spool.ID(args[2]), Queue: args[3], Ident: args[4], Size: size, Note: args[6]}
	if s.Moves, err = l.moves(args[7:]); err != nil {
		return err
	}
	l.steps = append(l.steps, s)
	l.phases = append(l.phases, waiting)
	return nil
}

// moves reads role, from and to of each file.
func (l *ledger) moves(args []string) ([]Move, error) {
	if len(args) == 0 || len(args)%3 != 0 {
		return nil, fmt.Errorf("%d names", len(args))
	}
	out := make([]Move, len(args)/3)
	for i := range out {
		role := slices.Index(roleNames[:], args[3*i])
		if role < 0 {
			return nil, fmt.Errorf("role %q", args[3*i])
		}
		out[i].Role = spool.Role(role)
		var err error
		if out[i].From, err = l.names.name(args[3*i+1]); err != nil {
			return nil, err
		}
		if to := args[3*i+2]; to != "" {
			if out[i].To, err = l.names.name(to); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// roleNames are the words for spool.Role.
var roleNames = [...]string{spool.Control: "control", spool.Body: "body", spool.Log: "log"}

// stepArgs is the other way round.
func stepArgs(s Step) []string {
	args := make([]string, 0, 7+3*len(s.Moves))
	args = append(args, strconv.Itoa(s.N), string(s.Kind), string(s.ID), s.Queue, s.Ident, strconv.FormatInt(s.Size, 10), s.Note)
	return appendMoves(args, s.Moves)
}

func appendMoves(args []string, moves []Move) []string {
	for _, m := range moves {
		args = append(args, roleNames[m.Role], m.From, m.To)
	}
	return args
}
