package imcdata

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"qclean/scan/disk"
	"qclean/scan/spool/queued"
)

// indexName is the service's index of Out and In.
const indexName = "queue.dat"

// folder is what a look at the names of a folder gave.
type folder struct {
	names map[string]found // by name in lower case, of the few that matter and were seen
	files int              // regular files, the index aside; of those that were seen
	dirs  int
}

// found is a name as it is on disk; where two differ in case only, the one that a sorted list gives first.
type found struct {
	name string
	dir  bool
}

func fold(a, b string) bool { return strings.EqualFold(a, b) }

// Bounds on how many names are looked at. A tree has a dozen, a queue may have
// a million, and beside a queue there may be anything.
const (
	peekInside = 1000
	peekBeside = 100_000
)

// look reads the names of a folder, as many as it takes to know it.
func look(t disk.Tree, dir string, most int) (folder, error) {
	f := folder{names: map[string]found{}}
	seen := 0
	for info, err := range t.List(dir) {
		if err != nil {
			return f, err
		}
		f.add(info)
		if seen++; seen == most {
			f.addIndex(t, dir)
			break
		}
	}
	return f, nil
}

// lookBeside looks around a queue. What may not be listed is taken for empty:
// the queue itself can still be read.
func lookBeside(t disk.Tree, dir string) (folder, error) {
	f, err := look(t, dir, peekBeside)
	if errors.Is(err, fs.ErrPermission) {
		return f, nil
	}
	return f, err
}

func (f *folder) add(info disk.Info) {
	switch {
	case info.Mode.IsDir():
		f.dirs++
	case !info.Mode.IsRegular():
		return
	case !fold(info.Name, indexName):
		f.files++
	}
	key := strings.ToLower(info.Name)
	if had, ok := f.names[key]; !ok || info.Name < had.name {
		f.names[key] = found{info.Name, info.Mode.IsDir()}
	}
}

// addIndex looks for the index in a folder with more names than were read.
func (f *folder) addIndex(t disk.Tree, dir string) {
	for _, name := range []string{"Queue.dat", "QUEUE.DAT", "queue.dat", "Queue.DAT"} {
		if info, err := t.Lstat(path.Join(dir, name)); err == nil {
			f.add(info)
		}
	}
}

// dir is the name of a folder here as it is written on disk, "" when there is none.
func (f folder) dir(name string) string { return f.named(name, true) }

// file is the same for a regular file.
func (f folder) file(name string) string { return f.named(name, false) }

func (f folder) named(name string, dir bool) string {
	if got, ok := f.names[strings.ToLower(name)]; ok && got.dir == dir {
		return got.name
	}
	return ""
}

// companions are files beside messages: why a message is in Badmail, and the
// transcripts of IIS 4.
var companions = map[string]string{
	".bdp": "note of the Badmail folder",
	".bdr": "note of the Badmail folder",
	".ltr": "transcript",
	".rtr": "transcript",
}

// notMail says why a name in a queue is not taken for a message, "" for one that is.
func notMail(info disk.Info) string {
	switch name := info.Name; {
	case !info.Mode.IsRegular():
		return queued.Kind(info.Mode)
	case strings.HasPrefix(name, ".qclean"):
		return "qclean's own"
	case name[0] == '.':
		return "hidden"
	case fold(name, indexName) || fold(name, "queue.old"):
		return "queue index"
	}
	return companions[strings.ToLower(path.Ext(info.Name))]
}
