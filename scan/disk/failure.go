package disk

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// More errors that callers decide on.
var (
	ErrNotFolder = errors.New("not a folder")         // a part of a name that should be a folder is a link or a file
	ErrLinked    = errors.New("has other hard links") // Append: somebody else could reach what is written; OpenAlone: what is read may be anybody's
)

// Error says which operation failed on which name, and why. The name is
// quoted when it is printed: whoever sends mail may have chosen it.
type Error struct {
	Op   string // "open", "move", …
	Name string // relative to the tree, or the path given to Open
	To   string // move only
	Err  error  // what the kernel said, one of this package's errors, or both
}

func (e *Error) Error() string {
	if e.To != "" {
		return fmt.Sprintf("%s %q to %q: %v", e.Op, e.Name, e.To, e.Err)
	}
	return fmt.Sprintf("%s %q: %v", e.Op, e.Name, e.Err)
}

// Unwrap gives what went wrong.
func (e *Error) Unwrap() error { return e.Err }

// Failure dresses what the kernel said as every Tree does: with the operation,
// the name, and the error of this package that it stands for. Trees that
// pretend to fail use it as well. It gives nil for nil.
func Failure(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Op: op, Name: name, Err: meaning(op, err)}
}

// moveFailure is Failure with both names.
func moveFailure(from, to string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Op: "move", Name: from, To: to, Err: meaning("move", err)}
}

// meaning puts the sentinel beside the kernel's word, once.
func meaning(op string, err error) error {
	errno, ok := err.(unix.Errno)
	if !ok {
		return err
	}
	switch {
	case op == "move" && errno == unix.EXDEV:
		return both(ErrOtherDevice, errno)
	case op == "lock" && errno == unix.EAGAIN:
		return both(ErrLocked, errno)
	case opensFile(op) && slices.Contains(notRegular, errno):
		return both(ErrNotRegular, errno)
	case errno == unix.ELOOP || errno == unix.ENOTDIR:
		return both(ErrNotFolder, errno)
	}
	return errno
}

// notRegular is what the kernel says when a file is opened that is a link, a
// folder, a socket or a device without a driver.
var notRegular = []unix.Errno{unix.ELOOP, unix.EISDIR, unix.ENXIO, unix.ENODEV}

func opensFile(op string) bool { return op == "open" || op == "append" || op == "lock" }

func both(sentinel error, errno unix.Errno) error { return fmt.Errorf("%w (%w)", sentinel, errno) }

// checkName refuses what is not a plain way down from the tree. Whether the
// parts exist, and are folders, is for the kernel to say at the time of use.
func checkName(op, name string) error {
	for rest, more := name, true; more; {
		var part string
		part, rest, more = strings.Cut(rest, "/")
		if part == "" || part == "." || part == ".." {
			return &Error{Op: op, Name: name, Err: ErrBadName}
		}
	}
	if strings.IndexByte(name, 0) >= 0 {
		return &Error{Op: op, Name: name, Err: ErrBadName}
	}
	return nil
}

// checkFolder is checkName for calls that also take "." for the tree itself.
func checkFolder(op, name string) error {
	if name == "." {
		return nil
	}
	return checkName(op, name)
}
