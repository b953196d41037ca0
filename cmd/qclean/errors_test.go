package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"qclean/cmd/ui"
	"qclean/replay"
	"qclean/scan/disk"
)

// TestEveryErrorSaysWhatToType: what the disk may say, and what the mover makes
// of it, ends with the exit code that is listed and the next command.
func TestEveryErrorSaysWhatToType(t *testing.T) {
	moved := func(errno syscall.Errno) error {
		return fmt.Errorf("write plan: %w", disk.Failure("move", "out/m000", errno))
	}
	tests := []struct {
		name string
		err  error
		code int
		hint string
	}{
		{"EIO", moved(syscall.EIO), ui.Failed, "dmesg"},
		{"ENOSPC", moved(syscall.ENOSPC), ui.Failed, "--old DIR"},
		{"EDQUOT", moved(syscall.EDQUOT), ui.Failed, "quota"},
		{"EACCES", moved(syscall.EACCES), ui.Failed, "Run as root"},
		{"EROFS", moved(syscall.EROFS), ui.Failed, "read-only"},
		{"EMFILE", moved(syscall.EMFILE), ui.Failed, "ulimit"},
		{"EXDEV", moved(syscall.EXDEV), ui.Failed, "--old DIR"},
		{"ENAMETOOLONG", moved(syscall.ENAMETOOLONG), ui.Failed, "shorter"},
		{"locked", replay.ErrLocked, ui.Failed, "qclean log"},
		{"unfinished", replay.ErrUnfinished, ui.Unfinished, "qclean recover"},
		{"two files", replay.ErrTwoFiles, ui.Unfinished, "qclean recover"},
		{"journal", replay.ErrJournal, ui.Unfinished, "qclean log"},
		{"read-only", fmt.Errorf("%w: %w", replay.ErrReadOnly, syscall.EROFS), ui.Failed, "Run as root"},
		{"no room", replay.ErrNoSpace, ui.Failed, "qclean purge"},
		{"needs old", replay.ErrNeedOld, ui.Usage, "--old DIR"},
		{"no undo", replay.ErrNoUndo, ui.Refused, "qclean log"},
		{"interrupted", context.Canceled, ui.Interrupted, "qclean log"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := explain(tt.err)
			var exit *ui.Exit
			if !errors.As(err, &exit) || ui.CodeOf(err) != tt.code || !strings.Contains(exit.Hint, tt.hint) {
				t.Errorf("%#v", err)
			}
			if !errors.Is(err, tt.err) {
				t.Error("the cause is lost")
			}
		})
	}
}
