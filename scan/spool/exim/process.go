package exim

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"qclean/scan/disk"
)

// place is where a process of Exim works, seen from a spool directory.
type place uint8

const (
	hidden    place = iota // nothing tells
	here                   // in it
	elsewhere              // in another one, or it has ended
)

// placeOf asks three things in turn, since the first is shown to root only,
// and in a container not even to root: the process's working folder, the
// configuration that it was started with, and whose it is.
func (s *spoolDir) placeOf(proc disk.Tree, pid string) place {
	p := s.byFolder(pid)
	if p == hidden {
		p = s.byConfig(readProc(proc, pid, "cmdline", maxCommand))
	}
	if p == hidden {
		p = s.byUser(readProc(proc, pid, "status", maxStatus))
	}
	return p
}

// Bounds for what a process may tell of itself.
const (
	maxCommand = 64 << 10
	maxStatus  = 8 << 10
)

// byFolder looks at the working folder: each process of Exim changes to its
// spool directory when it starts (exim.c).
func (s *spoolDir) byFolder(pid string) place {
	at := path.Join(s.proc, pid, "cwd")
	if _, err := os.Stat(at); errors.Is(err, fs.ErrNotExist) { // it has ended, a zombie too
		return elsewhere
	}
	return s.compare(at)
}

// compare tells whether a folder is this spool directory, by whatever name.
func (s *spoolDir) compare(dir string) place {
	there, err := os.Stat(dir)
	if err != nil {
		return hidden
	}
	us, err := os.Stat(path.Join(s.t.Path(), s.base))
	switch {
	case err != nil:
		return hidden
	case os.SameFile(us, there):
		return here
	}
	return elsewhere
}

// byConfig reads where the configuration has its spool: that of -C, else the
// first that is where builds look.
func (s *spoolDir) byConfig(cmdline []byte) place {
	configs, macros := configsOf(cmdline)
	if configs == nil {
		configs = s.configs
	}
	for _, name := range configs {
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if dir := spoolOf(name, macros); dir != "" {
			return s.compare(dir)
		}
		return hidden // Exim takes the first that is there, whatever it says
	}
	return hidden
}

// configsOf finds the options of a command line that are about the
// configuration: -C with a list of files, and -D with a macro for it.
func configsOf(cmdline []byte) (configs []string, macros map[string]string) {
	macros = map[string]string{}
	args := strings.Split(string(cmdline), "\x00")
	for i := 1; i < len(args) && args[i] != "--"; i++ {
		option, ok := strings.CutPrefix(args[i], "-C")
		if ok && option == "" && i+1 < len(args) {
			i++
			option = args[i]
		}
		if ok {
			configs = slices.DeleteFunc(strings.Split(option, ":"), func(name string) bool { return !filepath.IsAbs(name) })
		}
		if macro, ok := strings.CutPrefix(args[i], "-D"); ok {
			name, value, _ := strings.Cut(macro, "=")
			macros[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return configs, macros
}

// byUser rules out a process that could not work here: a folder in which only
// its owner may write, when the process is neither his nor root's.
func (s *spoolDir) byUser(status []byte) place {
	info, err := s.t.Lstat(s.base)
	ids := usersOf(status)
	if err != nil || info.Mode.Perm()&0o022 != 0 || len(ids) == 0 || slices.Contains(ids, 0) || slices.Contains(ids, info.UID) {
		return hidden
	}
	return elsewhere
}

// usersOf is the line "Uid:" of a status file: real, effective, saved, and
// that for files (proc(5)).
func usersOf(status []byte) (ids []uint32) {
	for line := range strings.Lines(string(status)) {
		rest, ok := strings.CutPrefix(line, "Uid:")
		if !ok {
			continue
		}
		for _, word := range strings.Fields(rest) {
			id, err := strconv.ParseUint(word, 10, 32)
			if err != nil {
				return nil
			}
			ids = append(ids, uint32(id))
		}
		return ids
	}
	return nil
}
