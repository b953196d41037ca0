package main

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"qclean/classify/fingerprint"
	"qclean/classify/index"
	"qclean/classify/known"
	"qclean/classify/query"
	"qclean/cmd/ui"
	"qclean/replay"
	"qclean/replay/submit"
	"qclean/scan/disk"
	"qclean/scan/spool"
)

var (
	errEmptySelector = errors.New("no selector: this would take every message")
	errShare         = errors.New("the selector matches nearly the whole queue")
	errNeedsYes      = errors.New("nobody to ask, and this cannot simply be taken back")
	errCopy          = errors.New("nothing is delivered from this queue")
	errRuns          = errors.New("the MTA is running")
	errDeclined      = errors.New("nothing was changed")
)

// refused is an error that ends with the exit code for safety.
func refused(err error, hint string) error {
	return &ui.Exit{Code: ui.Refused, Err: err, Hint: hint}
}

// hints say what to type after an error, by its cause, first fit.
var hints = []struct {
	cause error
	code  int
	hint  string
}{
	{context.Canceled, ui.Interrupted, "Interrupted. What was done is journalled; see: qclean log"},
	{index.ErrNone, ui.Usage, "Name the spool once: qclean scan /path/to/queue"},
	{query.ErrNoCampaign, ui.Usage, "See the campaigns: qclean scan"},
	{query.ErrAmbiguous, ui.Usage, "Give one letter more."},
	{query.ErrSyntax, ui.Usage, "See: qclean help where"},
	{replay.ErrLocked, ui.Failed, "Wait until it is done, or look at it: qclean log"},
	{replay.ErrUnfinished, ui.Unfinished, "Finish it: qclean recover"},
	{replay.ErrTwoFiles, ui.Unfinished, "Look at both, move one of them away by hand, then: qclean recover"},
	{replay.ErrJournal, ui.Unfinished, "The run's folder keeps its messages. Look at it before anything else is done: qclean log"},
	{replay.ErrNoRun, ui.Usage, "See the runs: qclean log"},
	{replay.ErrManyRuns, ui.Usage, "Give more of its name; see: qclean log"},
	{replay.ErrNoUndo, ui.Refused, "See the runs: qclean log"},
	{replay.ErrNoSpace, ui.Failed, "Name a larger one with --old DIR, or delete old messages: qclean purge --older-than 30d --dry-run"},
	{replay.ErrReadOnly, ui.Failed, "Run as root or as the queue's owner. Reading still works: qclean scan"},
	{submit.ErrTarget, ui.Usage, "Try: --via smtp://mx2.ours.com:25, or smtp://user@mx2.ours.com:587?password-file=/root/mx2.password, or lmtp:///run/dovecot/lmtp, or sendmail:/usr/sbin/sendmail"},
	{submit.ErrAway, ui.Failed, "What it did not take is still in quarantine. Give the same command again when it answers."},
	{replay.ErrNoPickup, ui.Failed, "Put the messages back into their queue instead: qclean replay --to queue …"},
	{known.ErrNone, ui.Usage, "See the list: qclean fp list"},
	{known.ErrLine, ui.Failed, "A line is a fingerprint (qf1-…), a day and a note; see: qclean fp --help"},
	{fingerprint.ErrPrint, ui.Usage, "A portable fingerprint begins with qf1- and comes from: qclean show FINGERPRINT"},
	{spool.ErrNotSpool, ui.Usage, "Name the folder that holds the messages, or say which MTA it is: --as raw"},
	{replay.ErrNeedOld, ui.Usage, "Name that directory: --old DIR"},
	{disk.ErrNotFolder, ui.Usage, "Name the folder that holds the messages: qclean scan /path/to/queue"},
	{syscall.ENOSPC, ui.Failed, "Make room on that filesystem, or let the messages go on to another one: --old DIR"},
	{syscall.EDQUOT, ui.Failed, "Make room within the quota, or let the messages go on to another filesystem: --old DIR"},
	{syscall.EIO, ui.Failed, "The disk fails; look at: dmesg. What was done is journalled; when it works again: qclean recover"},
	{syscall.EMFILE, ui.Failed, "Allow more open files: ulimit -n 1024"},
	{syscall.ENAMETOOLONG, ui.Failed, "Name the folder of the queue itself, so that names become shorter: qclean scan /path/to/queue"},
	{disk.ErrOtherDevice, ui.Failed, "The queue's folders lie on several filesystems; name one of them with --spool, or let messages go on with --old DIR"},
	{syscall.EROFS, ui.Failed, "The filesystem is read-only. Reading still works: qclean scan"},
	{fs.ErrNotExist, ui.Failed, "Check the path: ls -la"},
	{fs.ErrPermission, ui.Failed, "Run as root or as the queue's owner."},
}

// explain gives every error its exit code and hint.
func explain(err error) error {
	var exit *ui.Exit
	if err == nil || errors.As(err, &exit) {
		return err
	}
	for _, h := range hints {
		if errors.Is(err, h.cause) {
			return &ui.Exit{Code: h.code, Err: err, Hint: h.hint}
		}
	}
	if isUsage(err) {
		return &ui.Exit{Code: ui.Usage, Err: err, Hint: "See: qclean --help"}
	}
	return err
}

// isUsage tells cobra's own complaints, which have no type.
func isUsage(err error) bool {
	return strings.HasPrefix(err.Error(), "unknown command") || strings.HasPrefix(err.Error(), "if any flags in the group")
}
