package ui

import "errors"

// Exit codes, the same for every command.
const (
	Done        = 0
	Failed      = 1
	Usage       = 2
	InPart      = 3
	Refused     = 4
	Unfinished  = 5
	Acted       = 10
	Alarm       = 11
	Interrupted = 130
)

// ExitHelp is the paragraph that every command's help ends with.
const ExitHelp = `Exit codes:
  0    done
  1    failed
  2    usage
  3    done in part: some messages were busy, gone or changed
  4    refused for safety
  5    an unfinished run needs recovering
  10   qclean hygiene has acted (0: there was nothing to do)
  11   qclean hygiene raises an alarm: a limit, out of the usual, or a flood under way
  130  interrupted, the journal is consistent`

// Exit is an error with its exit code and the next thing to type.
type Exit struct {
	Code int
	Err  error // nil: say nothing, just end with the code
	Hint string
}

func (e *Exit) Error() string {
	if e.Err == nil {
		return ""
	}
	return e.Err.Error()
}

// Unwrap gives the cause.
func (e *Exit) Unwrap() error { return e.Err }

// CodeOf gives the exit code that an error ends the program with.
func CodeOf(err error) int {
	var e *Exit
	switch {
	case err == nil:
		return Done
	case errors.As(err, &e):
		return e.Code
	}
	return Failed
}
