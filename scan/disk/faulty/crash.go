package faulty

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// draw lets luck make sure of some of the pending changes.
func (p *platter) draw(lucky func(Op) bool) {
	for _, c := range p.pending {
		if lucky(c.op) && c.possible() {
			c.apply()
		}
	}
}

// crash turns the folder into what the disk holds.
func (p *platter) crash(luck Power) error {
	shown := p.survey(p.root, p.path, func(n *node) map[string]*node { return n.shown })
	for _, s := range shown {
		if s.foreign() {
			p.settle(s.dir, s.name)
		}
	}
	holds := func(n *node) map[string]*node { return n.sure }
	if luck.Split {
		holds = func(n *node) map[string]*node { return n.single }
	} else if luck.Entries != nil {
		p.draw(luck.Entries)
	}
	for _, s := range slices.Backward(shown) { // the deepest first
		if err := p.takeAway(s, holds(s.dir)[s.name]); err != nil {
			return err
		}
	}
	left := p.survey(p.root, p.path, holds)
	for _, s := range left {
		if s.node != nil && inodeOf(s.path()) == s.node.inode {
			s.node.raised = s.path()
		}
	}
	for _, s := range left {
		if err := p.putBack(s); err != nil {
			return err
		}
	}
	for _, s := range left {
		if s.node != nil && !s.node.folder {
			if err := gone(s.node.rollBack(s.path(), luck.Data)); err != nil {
				return err
			}
		}
	}
	return os.RemoveAll(p.grave)
}

// site is a touched name, and the path of the folder it is in.
type site struct {
	dir  *node
	at   string
	name string
	node *node // nil: no such name
}

func (s site) path() string { return filepath.Join(s.at, s.name) }

// foreign tells whether somebody else put something where we know of nothing, or of another file.
func (s site) foreign() bool {
	inode := inodeOf(s.path())
	return inode != 0 && (s.node == nil || s.node.inode != inode)
}

// survey lists the touched names from the top down, as the folder shows them or as the disk holds them.
func (p *platter) survey(dir *node, at string, entries func(*node) map[string]*node) []site {
	var sites []site
	for _, name := range slices.Sorted(maps.Keys(entries(dir))) {
		s := site{dir, at, name, entries(dir)[name]}
		sites = append(sites, s)
		if s.node != nil && s.node.folder {
			sites = append(sites, p.survey(s.node, s.path(), entries)...)
		}
	}
	slices.SortStableFunc(sites, func(a, b site) int {
		return strings.Count(a.path(), "/") - strings.Count(b.path(), "/")
	})
	return sites
}

// takeAway removes a name that the disk does not hold; the inode goes to the grave.
func (p *platter) takeAway(s site, sure *node) error {
	if s.node == nil || s.node == sure || s.foreign() {
		return nil
	}
	if s.node.buried {
		return gone(os.Remove(s.path()))
	}
	err := os.Rename(s.path(), p.tomb(s.node))
	s.node.buried = err == nil
	return gone(err)
}

// putBack makes a name that the disk holds, if the folder does not show it.
func (p *platter) putBack(s site) error {
	if s.node == nil {
		return nil
	}
	if _, err := os.Lstat(s.path()); err == nil {
		return nil
	}
	switch {
	case s.node.buried:
		s.node.buried = false
		s.node.raised = s.path()
		return gone(os.Rename(p.tomb(s.node), s.path()))
	case s.node.folder: // it was removed, and was empty
		if err := gone(os.Mkdir(s.path(), 0o700)); err != nil {
			return err
		}
		return gone(s.node.meta.restore(s.path()))
	case s.node.raised != "": // a second name
		return gone(os.Link(s.node.raised, s.path()))
	}
	return nil // somebody else removed it
}

// gone takes no offence at a name that somebody else removed meanwhile.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
