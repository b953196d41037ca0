package exim

import (
	"context"
	"fmt"
	"path"
	"strconv"
	"strings"

	"qclean/scan/disk"
)

// maxProcesses bounds how many processes are looked at.
const maxProcesses = 100_000

// Running looks for a process of Exim that works in this very folder, so that
// a copied spool is not taken for the one of an Exim that runs beside it. No is
// not final: cron, inetd or any user's submission may start one at any moment.
// So each message is claimed by its lock in any case.
func (s *spoolDir) Running(ctx context.Context) (bool, string, error) {
	proc, err := disk.Open(s.proc)
	if err != nil {
		return false, "", fmt.Errorf("look for a process of Exim: %w", err)
	}
	defer proc.Close()
	n := 0
	for info, err := range proc.List(".") {
		if err != nil {
			return false, "", fmt.Errorf("look for a process of Exim: %w", err)
		}
		if ctx.Err() != nil {
			return false, "", ctx.Err()
		}
		if n++; n > maxProcesses {
			break
		}
		if _, err := strconv.Atoi(info.Name); err != nil || !isExim(proc, info.Name) {
			continue
		}
		switch s.placeOf(proc, info.Name) {
		case here:
			return true, "process " + info.Name + " of Exim works in it", nil
		case hidden:
			return true, "process " + info.Name + " is Exim, and only root can see where it works", nil
		}
	}
	return false, "no process of Exim works in it now, but one may be started at any moment", nil
}

// isExim looks at the name of a process (proc(5), comm).
func isExim(proc disk.Tree, pid string) bool {
	return isEximName(strings.TrimSpace(string(readProc(proc, pid, "comm", 32))))
}

func isEximName(comm string) bool { return comm == "exim" || comm == "exim4" }

// readProc reads what proc(5) has of a process, nothing when it has ended or
// when that is not for us.
func readProc(proc disk.Tree, pid, name string, most int) []byte {
	f, err := proc.Open(path.Join(pid, name))
	if err != nil {
		return nil
	}
	defer f.Close()
	b := make([]byte, most)
	n := 0
	for n < most {
		c, err := f.Read(b[n:])
		if n += c; err != nil || c == 0 {
			break
		}
	}
	return b[:n]
}
