package postfix

import (
	"context"
	"path"
	"strconv"
	"strings"

	"qclean/scan/disk"
	"qclean/scan/spool"
	"qclean/scan/spool/queued"
)

// Gather adds the logs that have to travel, of which mostly there are none: as
// `postsuper -h` and -H, a quarantine leaves them where they are (hold_one and
// release_one in postsuper.c). Nothing of Postfix takes a log away whose message
// it does not see, so that the reasons, and what the sender has not been told
// yet, are there when the message comes back. And nobody else comes by them:
// the inode that is part of the ID stays taken as long as the file lives.
//
// That ends when the file goes: then, as with `postsuper -d`, the logs go first.
// And it does not hold for a file whose name tells another inode, as in a queue
// that was copied: its logs go with it.
func (s *queueDir) Gather(ctx context.Context, e *spool.Entry, leaving bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	e.Files = e.Files[:1:1]
	apart := fits(*e) // its logs may lie where Postfix has them
	if apart && !leaving && !queued.InOld(e.ID) {
		return nil
	}
	for _, kind := range logKinds {
		names := []string{s.logName(e, kind)}
		if apart && leaving && queued.InOld(e.ID) {
			names = append(names, s.logPlace(e.ID.Short(), kind))
		}
		for _, name := range names {
			info, err := s.t.Lstat(name)
			switch {
			case err == nil && info.Mode.IsRegular():
				e.Files = append(e.Files, spool.File{Name: name, Role: spool.Log})
			case err != nil && queued.Gone(err) != spool.ErrGone:
				return err
			}
		}
	}
	return nil
}

// fits tells whether the inode in an ID is that of the file.
func fits(e spool.Entry) bool {
	inode, _, _ := strings.Cut(e.Ident, "-")
	n, err := strconv.ParseUint(inode, 16, 64)
	id, ok := parseID(e.ID.Short())
	return ok && err == nil && n == id.inode
}

// Shelf is the queue ID, and for a log its kind behind that: in the queue
// directory they all have the same name, in folders of their own.
func (s *queueDir) Shelf(e spool.Entry, f spool.File) string {
	if f.Role != spool.Log {
		return path.Base(f.Name)
	}
	return e.ID.Short() + "." + s.logKind(e, f)
}

// logKind tells a log by its folder or, in quarantine, by the end of its name.
func (s *queueDir) logKind(e spool.Entry, f spool.File) string {
	for _, kind := range logKinds {
		if s.logPlace(e.ID.Short(), kind) == f.Name || strings.HasSuffix(f.Name, "."+kind) {
			return kind
		}
	}
	return "log"
}

// logName is where the log of a kind lies that travels with a message: beside
// it in quarantine, else in the folder of all such logs.
func (s *queueDir) logName(e *spool.Entry, kind string) string {
	if queued.InOld(e.ID) {
		return e.Files[0].Name + "." + kind
	}
	return s.logPlace(e.ID.Short(), kind)
}

// logPlace is where Postfix has the log of a kind (mail_queue.c).
func (s *queueDir) logPlace(id, kind string) string {
	var room [128]byte
	b := room[:0]
	if s.base != "." {
		b = append(append(b, s.base...), '/')
	}
	b = append(append(b, kind...), '/')
	return string(append(appendHashPath(b, id, s.depths[kind]), id...))
}

// isShelvedLog tells a log by the name that it has in quarantine.
func isShelvedLog(name string) bool {
	for _, kind := range logKinds {
		if id, ok := strings.CutSuffix(name, "."+kind); ok {
			return validID(id)
		}
	}
	return false
}

// mayHaveReason is false for a message that nobody has tried to deliver yet.
func mayHaveReason(e *spool.Entry) bool {
	return queued.InOld(e.ID) || e.Queue != "maildrop" && e.Queue != "incoming"
}

// reason reads the log of the last tries, if there is one, into b.
func (s *queueDir) reason(l *spool.Lender, e *spool.Entry, b []byte) string {
	if !mayHaveReason(e) {
		return ""
	}
	n := disk.Glance(s.t, s.logName(e, "defer"), b[:reasonBytes])
	if n == 0 && queued.InOld(e.ID) && fits(*e) {
		n = disk.Glance(s.t, s.logPlace(e.ID.Short(), "defer"), b[:reasonBytes])
	}
	return parseReason(l, b[:n])
}
