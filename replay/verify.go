package replay

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"qclean/scan/disk"
)

// Report is what Verify found. The counts are of files.
type Report struct {
	Run       Run
	OK        int       // where the journal says, with the recorded hash
	Untouched int       // where the journal says, and not written to or changed in any way since; no hash was recorded
	NoSum     int       // where the journal says; no hash was recorded, and nothing tells whether it was touched
	MovedOn   int       // taken on by later runs, or given back to a queue or to pickup
	Far       int       // on the other filesystem, which was not named
	Wrong     []Finding // at most MaxFindings
	More      int       // beyond those in Wrong
}

// MaxFindings bounds Report.Wrong.
const MaxFindings = 1000

// Finding is one thing that differs.
type Finding struct {
	ID      string // of the message, "" for a file that no step names
	Name    string // relative to the tree, or to the other filesystem's folder
	Problem string // "missing", "changed", "cannot be read: …", "not in the journal"
}

func (r *Report) wrong(id, name, problem string) {
	if len(r.Wrong) == MaxFindings {
		r.More++
		return
	}
	r.Wrong = append(r.Wrong, Finding{id, name, problem})
}

// Verify holds a run's journal against the disk: each file where the journal,
// or that of a later run, says, and with the hash that was recorded, or
// without one untouched since the run. It changes nothing. An error means that it could not be done.
func (m *Mover) Verify(ctx context.Context, run Run) (Report, error) {
	l, err := m.load(run.Dir)
	if err != nil {
		return Report{}, fmt.Errorf("verify %q: %w", run.Name, err)
	}
	later, err := m.trailAfter(ctx, run.Name)
	if err != nil {
		return Report{}, fmt.Errorf("verify %q: %w", run.Name, err)
	}
	v := &verifier{m: m, l: l, later: later, named: map[string]bool{}, buf: make([]byte, sumBuffer)}
	v.report.Run = l.summary()
	for i, s := range l.steps {
		if err := ctx.Err(); err != nil {
			return v.report, err
		}
		if l.phases[i] == done || l.reason[s.N] == whyDoubt {
			v.step(s)
		}
	}
	for _, q := range l.queues {
		if err := v.extra(ctx, path.Join(q.Old, l.run), true); err != nil {
			return v.report, fmt.Errorf("verify %q: %w", run.Name, err)
		}
	}
	return v.report, nil
}

type verifier struct {
	m      *Mover
	l      *ledger
	later  trail
	named  map[string]bool // what the run's folder may hold
	report Report
	buf    []byte
}

func (v *verifier) step(s Step) {
	for _, m := range s.Moves {
		v.named[m.To] = true
		name, hop := v.later.at(m.To)
		switch _, _, old := v.m.at.inOld(name); {
		case hop.run != "" && !old, m.To == "", !old:
			v.report.MovedOn++
		case s.Far != "" && hop.run == "":
			v.far(s, m)
		case s.Kind == Folder:
			v.folder(s, name)
		default:
			v.file(v.m.tree, s, m, name)
		}
	}
}

func (v *verifier) file(t disk.Tree, s Step, m Move, name string) {
	if m.Sum == "" {
		v.unread(t, s, m, name)
		return
	}
	sum, _, err := sumFile(t, name, "", v.buf)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.report.wrong(string(s.ID), name, "missing")
	case err != nil:
		v.report.wrong(string(s.ID), name, "cannot be read: "+err.Error())
	case sum != m.Sum:
		v.report.wrong(string(s.ID), name, "changed")
	default:
		v.report.OK++
	}
}

func (v *verifier) far(s Step, m Move) {
	if v.m.o.Old == nil {
		v.report.Far++
		return
	}
	name, err := v.m.at.farName(m.To)
	if err != nil {
		v.report.wrong(string(s.ID), m.To, err.Error())
		return
	}
	v.file(v.m.o.Old, s, m, name)
}

// folder: what a swapped folder held was not listed.
func (v *verifier) folder(s Step, name string) {
	if !v.m.isFolder(name) {
		v.report.wrong("", name, "missing")
		return
	}
	v.report.NoSum++
}

// extra looks for files in the run's folder that no step put there. A run that
// came later may have: it is asked by its own name. No folder is held open
// while one in it is looked through: they may be nested as deep as names go.
func (v *verifier) extra(ctx context.Context, dir string, top bool) error {
	var below []string
	for info, err := range v.m.tree.List(dir) {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		name := path.Join(dir, info.Name)
		switch {
		case info.Name == ownDir && top, v.named[name]:
		case info.Mode.IsDir() && len(name) <= maxPathLen:
			below = append(below, name)
		case !v.later.came[name]: // by the undo of a put-back, say
			v.report.wrong("", name, "not in the journal")
		}
	}
	for _, name := range below {
		if err := v.extra(ctx, name, false); err != nil {
			return err
		}
	}
	return nil
}
