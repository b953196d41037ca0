package submit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// programTime bounds how long the program may take for one message.
const programTime = 10 * time.Minute

// program gives messages to a server through its sendmail command, which all
// of them have in the same form.
type program struct {
	target Target
}

func (p *program) Name() string { return p.target.String() }
func (p *program) Most() int    { return mostRcpts }
func (p *program) Close() error { return nil }

// forGood are the exit codes (sysexits.h) that are about the message itself:
// usage, data, user, host, protocol. Any other may be another time.
var forGood = []int{64, 65, 67, 68, 76}

// Send runs the program for one message. It has taken the message when it
// ends with 0.
func (p *program) Send(ctx context.Context, l Letter) (Receipt, error) {
	if err := l.check(); err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if err := ctx.Err(); err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrLater, err)
	}
	from := l.From
	if from == "" {
		from = "<>"
	}
	// Once it has the whole text it is not to be disturbed: it would be in doubt.
	timed, stop := context.WithTimeout(context.WithoutCancel(ctx), programTime)
	defer stop()
	cmd := exec.CommandContext(timed, p.target.Address, append([]string{"-i", "-f", from, "--"}, l.To...)...)
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for qclean
	cmd.WaitDelay = 10 * time.Second
	said := &tail{}
	cmd.Stdout, cmd.Stderr = said, said
	text := newLines(l.Text)
	in, err := cmd.StdinPipe()
	if err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrLater, err)
	}
	if err := cmd.Start(); err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrAway, err)
	}
	_, copyErr := io.Copy(in, text)
	if text.err != nil { // it must not take half a message for a whole one
		cmd.Process.Kill()
		in.Close()
		cmd.Wait()
		return Receipt{}, fmt.Errorf("read the text: %w", text.err)
	}
	err = errors.Join(in.Close(), cmd.Wait())
	return p.judge(l, said.String(), copyErr, err)
}

// judge reads the exit code. A program that did not want all of the text, and
// yet ends with 0, is not one that can be trusted.
func (p *program) judge(l Letter, said string, copyErr, err error) (Receipt, error) {
	var exit *exec.ExitError
	switch {
	case err == nil && copyErr == nil:
		return Receipt{Reply: short(said), Taken: slices.Clone(l.To)}, nil
	case errors.As(err, &exit) && exit.Exited() && slices.Contains(forGood, exit.ExitCode()):
		return Receipt{}, fmt.Errorf("%w: exit code %d: %s", ErrRefused, exit.ExitCode(), short(said))
	case errors.As(err, &exit) && exit.Exited():
		return Receipt{}, fmt.Errorf("%w: exit code %d: %s", ErrLater, exit.ExitCode(), short(said))
	}
	return Receipt{}, fmt.Errorf("%w: %w: %s", ErrDoubt, errors.Join(err, copyErr), short(said))
}

// tail keeps the end of what a program says.
type tail struct{ b []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p[max(0, len(p)-maxReply):]...)
	if over := len(t.b) - maxReply; over > 0 {
		t.b = append(t.b[:0], t.b[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	return strings.Join(strings.Fields(string(bytes.ToValidUTF8(t.b, []byte("?")))), " ")
}
