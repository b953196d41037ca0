package ui

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// Streams are where a command reads and writes.
type Streams struct {
	In                    io.Reader
	Out                   io.Writer
	Err                   io.Writer
	OutTTY, ErrTTY, InTTY bool
	Width                 int  // columns of the terminal, 0 when Out is none
	Color                 bool // Out may be coloured
	Quiet                 bool // no talk but errors
}

// Std gives the process's own streams. NO_COLOR and TERM=dumb are heeded.
func Std() *Streams {
	s := &Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
	s.InTTY = term.IsTerminal(int(os.Stdin.Fd()))
	s.ErrTTY = term.IsTerminal(int(os.Stderr.Fd()))
	s.OutTTY = term.IsTerminal(int(os.Stdout.Fd()))
	if s.OutTTY {
		if w, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
			s.Width = w
		}
		_, plain := os.LookupEnv("NO_COLOR")
		s.Color = !plain && os.Getenv("TERM") != "dumb"
	}
	return s
}

// CanAsk tells whether there is a person to answer a question.
func (s *Streams) CanAsk() bool { return s.InTTY && s.ErrTTY }

// Say talks to the person: on a terminal together with the data, in a pipe
// beside it, so that what is read by a program stays clean.
func (s *Streams) Say(format string, args ...any) {
	if s.Quiet {
		return
	}
	if s.OutTTY {
		fmt.Fprintf(s.Out, format+"\n", args...)
		return
	}
	fmt.Fprintf(s.Err, format+"\n", args...)
}

// Warn says what a person should know even when talk is off.
func (s *Streams) Warn(format string, args ...any) {
	fmt.Fprintf(s.Err, "qclean: warning: "+format+"\n", args...)
}
