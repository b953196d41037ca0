package all

import (
	"cmp"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"qclean/scan/spool"
)

// Found is a queue directory of this host that nobody had to name.
type Found struct {
	Path    string
	MTA     string
	Match   spool.Match
	Why     string // how it was found
	Running bool   // a process of the MTA works in it
}

// sureEnough is what a driver has to say of a folder that nobody named: an
// empty spool of Exim has no more.
const sureEnough = 2

// Locate looks for the queues of this host's MTAs: where their processes work,
// where their configurations say, and where they are built to look. Those of
// running MTAs come first. root is where the system's files are, "/" but for
// the disk of another machine. Only root sees where processes work.
func Locate(root string) []Found {
	var out []Found
	for _, d := range Drivers() {
		l, ok := d.(spool.Locator)
		if !ok {
			continue
		}
		for _, place := range working(root, l) {
			out = addFound(out, d.Name(), place, true)
		}
		for _, place := range l.Usual(root) {
			out = addFound(out, d.Name(), place, false)
		}
	}
	slices.SortStableFunc(out, func(a, b Found) int {
		switch {
		case a.Running != b.Running && a.Running:
			return -1
		case a.Running != b.Running:
			return 1
		}
		return cmp.Compare(b.Match.Sure, a.Match.Sure)
	})
	return out
}

// addFound adds a folder that the driver takes for a queue of its MTA, once.
func addFound(out []Found, mta string, p spool.Place, running bool) []Found {
	tree, at, err := hold(p.Path)
	if err != nil {
		return out
	}
	defer tree.Close()
	path := filepath.Join(tree.Path(), at)
	if slices.ContainsFunc(out, func(f Found) bool { return f.Path == path }) {
		return out
	}
	d, match, err := Detect(tree, at)
	if err != nil || d.Name() != mta || match.Sure < sureEnough {
		return out
	}
	return append(out, Found{Path: path, MTA: mta, Match: match, Why: p.Why, Running: running})
}

// maxProcesses bounds how many processes are looked at.
const maxProcesses = 100_000

// working gives the folders in which processes of an MTA work.
func working(root string, l spool.Locator) []spool.Place {
	dir, err := os.Open(filepath.Join(root, "proc"))
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(maxProcesses)
	slices.Sort(names)
	var out []spool.Place
	for _, pid := range names {
		if _, err := strconv.Atoi(pid); err != nil {
			continue
		}
		proc := filepath.Join(dir.Name(), pid)
		comm := commOf(proc)
		if comm == "" || !l.Daemon(comm) {
			continue
		}
		if at := worksIn(proc); at != "" {
			out = append(out, spool.Place{Path: at, Why: "process " + pid + " (" + comm + ") works in it"})
		}
	}
	return out
}

// commOf is a process's name (proc(5)).
func commOf(proc string) string {
	f, err := os.Open(filepath.Join(proc, "comm"))
	if err != nil {
		return ""
	}
	defer f.Close()
	b, _ := io.ReadAll(io.LimitReader(f, 32))
	return strings.TrimSpace(string(b))
}

// worksIn is the working folder of a process, "" when that is not known, or
// when the name means another folder here than for a process in a container.
func worksIn(proc string) string {
	link := filepath.Join(proc, "cwd")
	at, err := os.Readlink(link)
	if err != nil || !filepath.IsAbs(at) {
		return ""
	}
	there, err := os.Stat(link)
	if err != nil {
		return ""
	}
	here, err := os.Stat(at)
	if err != nil || !os.SameFile(here, there) {
		return ""
	}
	return at
}
