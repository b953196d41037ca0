package exim

import (
	"path"
	"sync"

	"qclean/scan/disk"
)

// unjournalled has the folders in which no message has a journal: they were
// listed as a whole, there was none, and nothing came or went meanwhile. Exim
// has a journal only while it delivers a message, or when it died then, so that
// to look for that of each message is a tenth of what a scan of a spool at rest
// takes, and finds nothing.
type unjournalled struct {
	mu      sync.Mutex
	folders map[string]disk.Standing // when they were listed
}

// add notes a folder that stood so before it was listed.
func (u *unjournalled) add(t disk.Tree, dir string, before disk.Standing) {
	if after, still := disk.Still(t, dir); !still || after != before {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.folders == nil {
		u.folders = map[string]disk.Standing{}
	}
	u.folders[dir] = before
}

// has tells whether that is known of a folder, and still so.
func (u *unjournalled) has(t disk.Tree, dir string) bool {
	u.mu.Lock()
	listed, ok := u.folders[dir]
	u.mu.Unlock()
	if !ok {
		return false
	}
	now, still := disk.Still(t, dir)
	return still && now == listed
}

// noJournal tells whether a message has no journal. A view asks once for each
// folder: a delivery that begins while a few dozen messages are read changes
// them as little as one that begins right behind.
func (s *spoolDir) noJournal(stem string) bool {
	if s.free != nil {
		if dir := path.Dir(stem); dir != s.free.dir {
			*s.free = free{dir, s.journals.has(s.t, dir)}
		}
		if s.free.none {
			return true
		}
	}
	return disk.Absent(s.t, stem+"-J")
}

// free is what a view knows of the folder that it asked for last.
type free struct {
	dir  string
	none bool // no message in it has a journal
}
