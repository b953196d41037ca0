package replay

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"qclean/scan/disk"
)

// To read every message again for its hash costs more than to move it. So it
// is done when somebody wishes for it (Options.Hash), and before messages leave
// the filesystem. For all others the journal has what the filesystem itself
// knows: inode, size and time of each file, in the intent, and a time when the
// files of a batch lay in place and nobody had touched them since. Whoever
// writes into a file after that, or changes its owner, its mode, its times or
// its names, moves its change time beyond it, which only the administrator of
// the machine could undo. What this does not show is a disk that gives back
// other bytes than it was given, and it is lost when the files are copied, as
// in a restore from a backup: then there are the hashes, or nothing.

// asOf writes that time down, by the clock that also stamps the files: that
// of the journal, which has just been written to.
func (w *work) asOf() error {
	if err := w.journal.Flush(); err != nil {
		return err
	}
	info, err := w.file.Stat()
	if err != nil {
		return fmt.Errorf("look at the journal: %w", err)
	}
	return w.journal.Append(lineAsOf, strconv.FormatInt(info.Changed.UnixNano(), 10))
}

// asOf takes it for all steps done since the last such line.
func (l *ledger) asOf(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%s: %q", lineAsOf, args)
	}
	nano, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil {
		return fmt.Errorf("%s: %w", lineAsOf, err)
	}
	for _, n := range l.recent {
		l.steps[n-1].asOf = fromNano(nano)
	}
	l.recent = l.recent[:0]
	return nil
}

// unread holds a file without a hash against what the filesystem says of it.
func (v *verifier) unread(t disk.Tree, s Step, m Move, name string) {
	info, err := t.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.report.wrong(string(s.ID), name, "missing")
	case err != nil:
		v.report.wrong(string(s.ID), name, "cannot be read: "+err.Error())
	case m.Ident != "" && info.Ident() != m.Ident && sameButInode(info, m.Ident):
		v.report.wrong(string(s.ID), name, "another file of the same size and time, as from a backup")
	case m.Ident != "" && info.Ident() != m.Ident:
		v.report.wrong(string(s.ID), name, "changed")
	case name != m.To || v.later.came[name] || s.asOf.IsZero() || m.Ident == "": // a later run has moved it, which changes that time
		v.report.NoSum++
	case info.Changed.After(s.asOf) || !plainFile(info):
		v.report.wrong(string(s.ID), name, "touched since it was moved")
	default:
		v.report.Untouched++
	}
}
