package faulty

import (
	"maps"
	"slices"
)

// syncDir makes sure of the changes of a folder.
func (p *platter) syncDir(dir *node) {
	if dir == nil || !dir.folder {
		return
	}
	maps.Copy(dir.single, dir.shown)
	p.commit(func(c part) bool { return c.dir == dir })
}

// settle makes sure of what was done to one name.
func (p *platter) settle(dir *node, name string) {
	dir.single[name] = dir.shown[name]
	p.commit(func(c part) bool { return c.dir == dir && c.name == name })
}

// commit makes sure of the changes that have a wanted part, and of those
// before them that they rest on, which had the same name or the same file.
func (p *platter) commit(wanted func(part) bool) {
	type spot struct {
		dir  *node
		name string
	}
	needed := map[any]bool{}
	sure := make([]bool, len(p.pending))
	for i, c := range slices.Backward(p.pending) {
		for _, s := range c.parts {
			sure[i] = sure[i] || wanted(s) || needed[spot{s.dir, s.name}] || s.node() != nil && needed[s.node()]
		}
		if !sure[i] {
			continue
		}
		for _, s := range c.parts {
			needed[spot{s.dir, s.name}], needed[s.node()] = true, true
		}
	}
	var rest []change
	for i, c := range p.pending {
		if sure[i] {
			c.apply()
		} else {
			rest = append(rest, c)
		}
	}
	p.pending = rest
}

// node is the file or folder whose name this is about.
func (c part) node() *node {
	if c.now != nil {
		return c.now
	}
	return c.was
}

func (c change) apply() {
	for _, s := range c.parts {
		s.dir.sure[s.name] = s.now
	}
}

// possible tells whether the disk holds what the change starts from.
func (c change) possible() bool {
	for _, s := range c.parts {
		if s.dir.sure[s.name] != s.was {
			return false
		}
	}
	return true
}
