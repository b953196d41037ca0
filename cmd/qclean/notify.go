package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"qclean/classify/policy"
	"qclean/cmd/ui"
)

// tell sends a document through what the policy names. One way that fails does
// not keep the other from being tried.
func tell(ctx context.Context, n policy.Notify, doc *nightJSON, now time.Time) error {
	var errs []error
	if len(n.Command) > 0 {
		text, err := json.Marshal(doc)
		if err == nil {
			err = feed(ctx, n.Timeout, bytes.NewReader(append(text, '\n')), n.Command[0], n.Command[1:]...)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("notify command: %w", err))
		}
	}
	if n.Sendmail != "" {
		args := []string{"-i"}
		if n.MailFrom != "" {
			args = append(args, "-f", n.MailFrom)
		}
		args = append(append(args, "--"), n.MailTo...)
		if err := feed(ctx, n.Timeout, strings.NewReader(letterOf(n, doc, now)), n.Sendmail, args...); err != nil {
			errs = append(errs, fmt.Errorf("notify by mail: %w", err))
		}
	}
	return errors.Join(errs...)
}

// cleanEnvironment is all that a program that is told something gets to see.
func cleanEnvironment() []string {
	return []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "HOME=/"}
}

const maxTalk = 1000 // bytes of what a program said that are shown when it failed

// feed runs a program, without a shell, with a text on its standard input. It
// and what it started are killed when the time is over.
func feed(ctx context.Context, limit time.Duration, in io.Reader, program string, args ...string) error {
	real, err := trusted(program)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	said := &head{most: maxTalk}
	cmd := exec.CommandContext(ctx, real, args...)
	cmd.Args[0] = program // sendmail and others go by the name that they are called by
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, said, said
	cmd.Env, cmd.Dir = cleanEnvironment(), "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	if ctx.Err() != nil {
		err = fmt.Errorf("not done within %s", limit)
	}
	if errors.Is(err, syscall.EPIPE) { // it did not care for what it was told
		err = nil
	}
	if text := strings.TrimSpace(said.String()); err != nil && text != "" {
		return fmt.Errorf("%s: %w: %s", program, err, ui.Safe(text))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", program, err)
	}
	return nil
}

// head keeps the beginning of what is written to it.
type head struct {
	bytes.Buffer
	most int
}

func (h *head) Write(p []byte) (int, error) {
	h.Buffer.Write(p[:min(len(p), max(h.most-h.Len(), 0))])
	return len(p), nil
}

// letterOf is the document as a letter. All of it that came from mail is safe
// to print; Auto-Submitted keeps vacation programs from answering (RFC 3834).
func letterOf(n policy.Notify, doc *nightJSON, now time.Time) string {
	host, err := os.Hostname()
	if err != nil {
		host = "this host"
	}
	var b strings.Builder
	if n.MailFrom != "" {
		fmt.Fprintf(&b, "From: %s\n", n.MailFrom)
	}
	fmt.Fprintf(&b, "To: %s\nSubject: qclean on %s: %s\nDate: %s\n", strings.Join(n.MailTo, ", "), ui.Cut(ui.Safe(host), 60), doc.Outcome, now.Format(time.RFC1123Z))
	b.WriteString("Auto-Submitted: auto-generated\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n")
	b.WriteString(doc.lines(900))
	return b.String()
}

// journal writes lines to standard error, with the priority in front that
// systemd's journal reads (sd-daemon(3)) when that is where they go.
type journal struct {
	ui     *ui.Streams
	prefix bool
}

// Priorities of syslog(3).
const (
	priorityError   = 3
	priorityWarning = 4
)

func newJournal(s *ui.Streams) journal {
	f, ok := s.Err.(*os.File)
	return journal{s, ok && !s.ErrTTY && isJournal(f, os.Getenv("JOURNAL_STREAM"))}
}

// isJournal tells whether a file is the stream that systemd says it has
// connected: "device:inode" (systemd.exec(5)).
func isJournal(f *os.File, stream string) bool {
	info, err := f.Stat()
	if err != nil || stream == "" {
		return false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && stream == fmt.Sprintf("%d:%d", st.Dev, st.Ino)
}

func (j journal) line(priority int, text string) {
	if j.prefix {
		fmt.Fprintf(j.ui.Err, "<%d>", priority)
	}
	fmt.Fprintf(j.ui.Err, "qclean: %s\n", ui.Safe(text))
}

// checkPrograms says which programs that a policy names could not be run.
func checkPrograms(n policy.Notify) []string {
	var out []string
	programs := []string{n.Sendmail}
	if len(n.Command) > 0 {
		programs = append(programs, n.Command[0])
	}
	for _, p := range programs {
		if p == "" {
			continue
		}
		real, err := trusted(p)
		if err == nil {
			var info fs.FileInfo
			if info, err = os.Stat(real); err == nil && (!info.Mode().IsRegular() || info.Mode()&0o111 == 0) {
				err = errors.New("not a program")
			}
		}
		if err != nil {
			out = append(out, fmt.Sprintf("%s: %v", p, err))
		}
	}
	return out
}
