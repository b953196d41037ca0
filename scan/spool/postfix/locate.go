package postfix

import (
	"path/filepath"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// maxInstances bounds how many configurations are read.
const maxInstances = 50

// Usual is queue_directory as main.cf has it: of the first instance, and of
// those whose folders stand beside its own (postmulti(1)).
func (Driver) Usual(root string) []spool.Place {
	names, _ := filepath.Glob(filepath.Join(root, "etc/postfix-*/main.cf"))
	names = append([]string{filepath.Join(root, "etc/postfix/main.cf")}, names[:min(len(names), maxInstances)]...)
	var out []spool.Place
	for _, name := range names {
		if dir := queueOf(name); dir != "" {
			out = append(out, spool.Place{Path: filepath.Join(root, dir), Why: "queue_directory in " + name})
		}
	}
	return append(out, spool.Place{Path: filepath.Join(root, "var/spool/postfix"), Why: "where Postfix is built to look"})
}

// queueOf reads where a configuration has its queue, "" when it does not say.
func queueOf(name string) string {
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
	c, err := parseMainCF(f)
	if dir := c.value("queue_directory"); err == nil && filepath.IsAbs(dir) {
		return dir
	}
	return ""
}

// Daemon is true for "master", which works in its queue directory as long as
// it runs (master.c). Other programs have one of that name.
func (Driver) Daemon(comm string) bool { return comm == "master" }
