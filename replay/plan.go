package replay

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// Kind says what a step moves.
type Kind string

// The kinds of step.
const (
	Message Kind = "message" // the files of one message
	Index   Kind = "index"   // one stale index file
	Folder  Kind = "folder"  // a whole queue
)

// Move is one rename. Names are relative to the tree.
type Move struct {
	Role  spool.Role `json:"-"`
	From  string     `json:"from"`
	To    string     `json:"to,omitempty"`     // "" in a Purge
	Ident string     `json:"ident,omitempty"`  // disk.Info.Ident of the file; "" until it is looked at
	Sum   string     `json:"sha256,omitempty"` // of the content; "" when it was not read
}

// Step is what happens to one message, index file or queue folder. Moves are
// in the order in which they are made.
type Step struct {
	N      int      `json:"n"` // from 1
	Kind   Kind     `json:"kind"`
	ID     spool.ID `json:"id,omitempty"`
	Queue  string   `json:"queue,omitempty"`
	Ident  string   `json:"-"` // spool.Entry.Ident when the message was chosen
	Size   int64    `json:"size"`
	Note   string   `json:"note,omitempty"`
	Moves  []Move   `json:"moves"`
	Far    string   `json:"far,omitempty"` // where its first file lies in Options.Old, when it was carried there; in a Purge, that it is deleted there
	moved  bool
	stage  string    // a place that it goes through on its way out; see spool.Stager
	sender string    // of a message that was carried to the other filesystem: "<a@b>", "?" when not known
	held   bool      // it is there
	late   bool      // its files have not been looked at since they were chosen
	asOf   time.Time // when they lay in place and nobody had touched them since, by the filesystem's clock
}

// Plan is a change that was not made yet: a value to print, or to give to
// Mover.Apply.
type Plan struct {
	Run      string   `json:"run"`
	Verb     Verb     `json:"verb"`
	Selector string   `json:"selector,omitempty"`
	Of       string   `json:"of,omitempty"`
	Night    string   `json:"night,omitempty"` // of the unattended run that this is a part of
	Steps    []Step   `json:"steps"`
	Bytes    int64    `json:"bytes"`         // of all messages
	Far      bool     `json:"far,omitempty"` // messages go on to, or come from, Options.Old
	Left     []Skip   `json:"left,omitempty"`
	queues   []string // names, in the order of the layout; the first one's folder holds the journal
}

// Skip is a message that is left alone, and why.
type Skip struct {
	ID     spool.ID `json:"id"`
	Reason string   `json:"reason"`
}

// NewPlan makes the plan for messages that were chosen: Quarantine takes
// entries of the queues, all others those of the quarantine. What was sent
// already is never chosen for a queue or for pickup again; Submit takes of it
// what Mover.Rest found.
// ErrEmpty when nothing is left to do.
func NewPlan(s spool.Spool, v Verb, selector string, picks []Pick, at time.Time) (*Plan, error) {
	p := places{s.Layout()}
	plan := &Plan{Run: newRunName(v, at), Verb: v, Selector: selector, Steps: make([]Step, 0, len(picks))}
	if v == Inject && p.Pickup == "" {
		return nil, ErrNoPickup
	}
	if !slices.Contains([]Verb{Quarantine, Inject, Submit, PutBack, Purge}, v) {
		return nil, fmt.Errorf("%s takes no messages", v)
	}
	names := make(map[string]bool, 2*len(picks))
	for _, i := range inOrder(v, picks) {
		pick := picks[i]
		if replayed(p, pick.Entry) && (v == Inject || v == PutBack) || v == Submit && handedOver(p, pick.Entry) == Inject {
			plan.Left = append(plan.Left, Skip{pick.Entry.ID, whyReplayed})
			continue
		}
		step, reason, err := newStep(s, p, plan.Run, v, pick)
		if err != nil {
			return nil, fmt.Errorf("message %q: %w", pick.Entry.ID, err)
		}
		if reason == "" && step.tooLong() {
			reason = whyTooLong
		}
		if reason == "" && step.clashes(names) {
			reason = whyExists
		}
		if reason != "" {
			plan.Left = append(plan.Left, Skip{pick.Entry.ID, reason})
			continue
		}
		plan.add(step)
	}
	if len(plan.Steps) == 0 {
		return nil, ErrEmpty
	}
	plan.addIndex(p)
	plan.setQueues(p)
	if _, ok := s.(spool.Placer); ok {
		plan.shelve(perFolder)
	}
	return plan, nil
}

// inOrder sorts the oldest to the front of a replay. All else goes by inode:
// neighbours are changed in the same blocks, which a cold disk likes.
func inOrder(v Verb, picks []Pick) []int {
	order, keys := make([]int, len(picks)), make([]int64, len(picks))
	for i := range picks {
		order[i], keys[i] = i, picks[i].Entry.Arrived.UnixNano()
		if !v.sends() {
			inode, _ := strconv.ParseUint(inodeOf(picks[i].Entry.Ident), 16, 64)
			keys[i] = int64(inode)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(keys[a], keys[b]), cmp.Compare(a, b)) })
	return order
}

// NewSwap makes the plan to exchange whole queue folders for empty ones. No
// queue named means all of them.
func NewSwap(s spool.Spool, queues []string, selector string, at time.Time) (*Plan, error) {
	p := places{s.Layout()}
	plan := &Plan{Run: newRunName(Swap, at), Verb: Swap, Selector: selector}
	for _, q := range p.Queues {
		if len(queues) > 0 && !slices.Contains(queues, q.Name) {
			continue
		}
		if _, inside := under(q.Dir, q.Old); inside {
			return nil, fmt.Errorf("queue %q: its quarantine lies inside it", q.Name)
		}
		plan.add(Step{Kind: Folder, Queue: q.Name, Moves: []Move{{From: q.Dir, To: path.Join(q.Old, plan.Run, path.Base(q.Dir))}}})
	}
	if len(plan.Steps) == 0 {
		return nil, ErrEmpty
	}
	plan.addIndex(p)
	plan.setQueues(p)
	return plan, nil
}

// NewReindex makes the plan to take the queue's index away. It may have no
// steps: what Mover.Apply does then is to ask the MTA to look again.
func NewReindex(s spool.Spool, at time.Time) (*Plan, error) {
	p := places{s.Layout()}
	if len(p.Queues) == 0 {
		return nil, ErrEmpty
	}
	plan := &Plan{Run: newRunName(Reindex, at), Verb: Reindex}
	plan.addIndex(p)
	plan.setQueues(p)
	return plan, nil
}

// Messages is how many messages, or folders, the plan is about.
func (p *Plan) Messages() int {
	n := len(p.Steps)
	for n > 0 && p.Steps[n-1].Kind == Index {
		n--
	}
	return n
}

// Replayed tells whether an entry is the original of a message that was given
// to pickup or to another server: evidence, and no longer mail that waits in quarantine.
func Replayed(l spool.Layout, e spool.Entry) bool { return replayed(places{l}, e) }

// replayed tells whether an entry is the original of a message that was given
// to pickup, or to another server: it would be delivered twice.
func replayed(p places, e spool.Entry) bool { return handedOver(p, e).sends() }

// handedOver is the verb of the run in whose folder an entry lies.
func handedOver(p places, e spool.Entry) Verb {
	for _, f := range e.Files {
		if _, run, _, ok := p.inRun(f.Name); ok {
			verb, _ := verbOf(run)
			return verb
		}
	}
	return ""
}

func newStep(s spool.Spool, p places, run string, v Verb, pick Pick) (step Step, reason string, err error) {
	e := pick.Entry
	step = Step{Kind: Message, ID: e.ID, Queue: e.Queue, Ident: e.Ident, Size: e.Size, Note: pick.Note}
	if len(e.Files) == 0 {
		return step, "", fmt.Errorf("%w: no files", disk.ErrBadName)
	}
	if placer, ok := s.(spool.Placer); ok && pick.far == "" {
		step.Moves, reason, err = plannedMoves(placer, p, run, v, e)
		return step, reason, err
	}
	step.Moves, err = moves(p, run, v, e.Files)
	step.Far, step.sender = pick.far, pick.sender
	return step, "", err
}

// clashes tells whether a step is about a file, or a place, that another step
// of the plan has: a message that was listed twice, or two of one name on
// their way to one queue.
func (s *Step) clashes(names map[string]bool) bool {
	for _, m := range s.Moves {
		if names[m.From] || m.To != "" && names[m.To] {
			return true
		}
	}
	for _, m := range s.Moves {
		names[m.From] = true
		if m.To != "" {
			names[m.To] = true
		}
	}
	return false
}

// control is the move of the file that makes the message.
func (s *Step) control() *Move {
	for i := range s.Moves {
		if s.Moves[i].Role == spool.Control {
			return &s.Moves[i]
		}
	}
	return &s.Moves[0]
}

// moves says where the files of a message go: control first on the way out,
// last on the way back.
func moves(p places, run string, v Verb, files []spool.File) ([]Move, error) {
	out := make([]Move, len(files))
	for i, f := range files {
		to, err := target(p, run, v, f.Name)
		if err != nil {
			return nil, err
		}
		out[i] = Move{Role: f.Role, From: f.Name, To: to}
	}
	if v == PutBack {
		slices.Reverse(out)
	}
	return out, nil
}

func target(p places, run string, v Verb, name string) (string, error) {
	switch v {
	case Quarantine:
		return p.away(run, name)
	case PutBack:
		return p.home(name)
	case Inject, Submit:
		return p.kept(run, name)
	}
	_, _, err := p.message(name)
	return "", err
}

func (p *Plan) add(s Step) {
	p.Far = p.Far || p.Verb == Purge && s.Far != ""
	s.N = len(p.Steps) + 1
	p.Steps = append(p.Steps, s)
	p.Bytes += s.Size
}

// addIndex puts the stale index files behind the messages: they stay as
// evidence, and the MTA makes new ones.
func (p *Plan) addIndex(at places) {
	if p.Verb.sends() || p.Verb == Purge {
		return // the queue stays as it is
	}
	old := at.Queues[0].Old
	if len(p.Steps) > 0 {
		if q, ok := at.queue(p.Steps[0].Queue); ok {
			old = q.Old
		}
	}
	for _, name := range at.Index {
		to := path.Join(old, p.Run, ownDir, indexDir, path.Base(name))
		p.add(Step{Kind: Index, Moves: []Move{{From: name, To: to}}})
	}
}

// setQueues notes which queues the plan concerns.
func (p *Plan) setQueues(at places) {
	p.queues = nil
	concerned := map[string]bool{}
	for _, s := range p.Steps {
		concerned[s.Queue] = true
	}
	for _, q := range at.Queues {
		if concerned[q.Name] {
			p.queues = append(p.queues, q.Name)
		}
	}
	if len(p.queues) == 0 {
		p.queues = []string{at.Queues[0].Name}
	}
}

// rename gives the run another name, in all that is named after it.
func (p *Plan) rename(at places, run string) {
	for i := range p.Steps {
		for j := range p.Steps[i].Moves {
			m := &p.Steps[i].Moves[j]
			if q, rest, ok := at.inOld(m.To); ok && strings.HasPrefix(rest, p.Run+"/") {
				m.To = path.Join(q.Old, run, rest[len(p.Run)+1:])
			}
		}
	}
	p.Run = run
}
