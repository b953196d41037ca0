// Package queued is what drivers for the queue of an MTA have in common: how they walk through folders of messages, and find one again that has moved on.
//
// What may surprise is that a name which is gone is no trouble at all here: the
// MTA takes messages away, and moves them from queue to queue, while one looks.
package queued

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"qclean/scan/disk"
	"qclean/scan/spool"
)

// Gone turns a name that is not there into spool.ErrGone, the word that
// callers wait for. Other errors stay as they are.
func Gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, disk.ErrNotFolder) || errors.Is(err, disk.ErrBadName) {
		return spool.ErrGone
	}
	return err
}

// Below is the name of something right in a folder of the tree: path.Join where
// nothing is left to be cleaned.
func Below(dir, name string) string {
	if dir == "." {
		return name
	}
	return dir + "/" + name
}

// IsFolder is false as well for what cannot be looked at.
func IsFolder(t disk.Tree, name string) bool {
	info, err := t.Lstat(name)
	return err == nil && info.Mode.IsDir()
}

// Kind tells what kind of thing stands where a file should.
func Kind(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "folder"
	case mode&fs.ModeSymlink != 0:
		return "symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "FIFO"
	case mode&fs.ModeSocket != 0:
		return "socket"
	}
	return "not a regular file"
}

// InOld tells whether an ID is one that Quarantined gave: that has its folder in it.
func InOld(id spool.ID) bool { return strings.Contains(string(id), "/") }

// Origin is the queue in whose quarantine a name lies, "" when in none.
func Origin(queues []spool.Queue, name string) string {
	for _, q := range queues {
		if strings.HasPrefix(name, q.Old+"/") {
			return q.Name
		}
	}
	return ""
}

// Again looks for a message that is not where it was listed, and puts it in
// the place of the entry; what Load knew of the envelope stays. In quarantine
// nobody moves anything: what is gone there is gone.
func Again(ctx context.Context, e *spool.Entry, find func(context.Context, spool.ID) (spool.Entry, error)) error {
	if InOld(e.ID) {
		return spool.ErrGone
	}
	now, err := find(ctx, e.ID)
	if err != nil {
		return err
	}
	now.Envelope = e.Envelope
	*e = now
	return nil
}
