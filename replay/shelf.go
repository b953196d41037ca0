package replay

import (
	"context"
	"fmt"
	"path"
	"regexp"

	"qclean/scan/spool"
)

// A folder of many names is searched block by block, and each block name by
// name, several times a rename. With a hundred messages a folder there is one
// block only: on ext4 a rename into it takes little more than half the time of
// one into a folder of thousands. So a run of more than that has its messages
// in numbered folders. Only those of MTAs whose drivers know by themselves where
// a file belongs (spool.Placer): for all others the way below the run's folder
// is that below the queue's.

// perFolder is how many messages of a run lie in one folder.
const perFolder = 100

// numbered is the name of such a folder.
var numbered = regexp.MustCompile(`^[0-9]{4,6}$`)

// shelve spreads the messages of a quarantine over folders of so many.
func (p *Plan) shelve(many int) {
	if p.Verb != Quarantine || p.Messages() <= many {
		return
	}
	folder := ""
	for i := range p.Steps[:p.Messages()] {
		s := &p.Steps[i]
		if i%many == 0 {
			folder = fmt.Sprintf("%04d", i/many+1)
		}
		for j := range s.Moves {
			m := &s.Moves[j]
			m.To = path.Dir(m.To) + "/" + folder + "/" + path.Base(m.To) // they lie right in the run's folder
		}
	}
}

// shelfOf is the folder in a run, beside another queue, that a step's messages
// go to.
func (m *Mover) shelfOf(s *Step, q spool.Queue, run string) string {
	if _, _, rest, ok := m.at.inRun(s.control().To); ok {
		return path.Join(q.Old, run, path.Dir(rest))
	}
	return path.Join(q.Old, run)
}

// tidy removes numbered folders that a run has emptied. One that stays is no
// harm. A quarantine empties none, and its hashes may still be taken.
func (w *work) tidy(ctx context.Context, steps []*Step) {
	if w.run.Verb == Quarantine {
		return
	}
	emptied := map[string]bool{}
	for _, s := range steps {
		for _, m := range s.Moves {
			dir := path.Dir(m.From)
			_, _, rest, ok := w.m.at.inRun(m.From)
			if !s.moved || !ok || emptied[dir] || path.Dir(rest) != path.Base(dir) || !numbered.MatchString(path.Base(dir)) {
				continue
			}
			emptied[dir] = true
			if ctx.Err() == nil && !w.broken {
				w.m.tree.Remove(dir) // which fails when there is anything in it
			}
		}
	}
}
