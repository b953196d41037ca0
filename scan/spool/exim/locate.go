package exim

import (
	"path/filepath"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// builtDirs is where builds of Exim look: Debian's, and others'.
var builtDirs = []string{"/var/spool/exim4", "/var/spool/exim"}

// Usual is spool_directory as a configuration has it, and where builds look.
func (Driver) Usual(root string) []spool.Place {
	var out []spool.Place
	for _, name := range configFiles {
		name = filepath.Join(root, name)
		if dir := spoolOf(name, nil); dir != "" {
			out = append(out, spool.Place{Path: filepath.Join(root, dir), Why: "spool_directory in " + name})
		}
	}
	for _, dir := range builtDirs {
		out = append(out, spool.Place{Path: filepath.Join(root, dir), Why: "where Exim is built to look"})
	}
	return out
}

// spoolOf reads where a configuration has its spool, "" when it does not say.
func spoolOf(name string, macros map[string]string) string {
	etc, err := disk.Open(filepath.Dir(name))
	if err != nil {
		return ""
	}
	defer etc.Close()
	f, err := etc.Open(filepath.Base(name))
	if err != nil {
		return ""
	}
	defer f.Close()
	c, err := parseConfig(f, macros)
	if err != nil {
		return ""
	}
	if dir := c.option("spool_directory"); filepath.IsAbs(dir) {
		return dir
	}
	return ""
}

// Daemon is true for Exim's own names. Each of its processes changes to the
// spool directory when it starts (exim.c).
func (Driver) Daemon(comm string) bool { return isEximName(comm) }
