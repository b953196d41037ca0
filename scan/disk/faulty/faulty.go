// Package faulty is a tree for tests that fails, dies or loses power at the operation of your choice.
//
// It works on a real folder, which the test makes and may look at, or change,
// with the os package at any time. Every call on the tree, on what Sub gives
// and on its files is one operation, numbered from 1 in the order they come.
//
//	faulty.Sweep(t, func(t *testing.T, i int) *faulty.Tree {
//		dir := makeSpool(t)
//		tree := faulty.Open(t, dir, faulty.Faults{FailAt: i, Err: unix.EIO})
//		err := quarantine(tree)             // fails, or not, at operation i
//		recoverAndCheck(t, dir, err)        // with a healthy tree: disk.Open(dir)
//		return tree
//	})
//
// Dying is the same with DieAt: from operation i on nothing happens any more,
// every call returns ErrDead, and files and locks of the dead are closed, as
// the kernel does it. Power loss is dying and then Crash, which turns the
// folder into what a disk would hold after it: see there for the model.
package faulty

import "errors"

// ErrDead is what every call returns once the process has died.
var ErrDead = errors.New("the process is dead")

// Kind is the method that is called.
type Kind string

// The operations of a tree, then those of its files. Close of a tree and of a
// lock are not counted; Close of a file is.
const (
	OpList     Kind = "list"
	OpLstat    Kind = "lstat"
	OpOpen     Kind = "open"
	OpLoad     Kind = "load"
	OpAppend   Kind = "append"
	OpCreate   Kind = "create"
	OpMove     Kind = "move"
	OpRemove   Kind = "remove"
	OpMkdir    Kind = "mkdir"
	OpSyncDir  Kind = "syncdir"
	OpLock     Kind = "lock"
	OpSub      Kind = "sub"
	OpSpace    Kind = "space"
	OpRead     Kind = "read" // ReadAt as well
	OpWrite    Kind = "write"
	OpStat     Kind = "stat"
	OpSync     Kind = "sync"
	OpTruncate Kind = "truncate"
	OpTake     Kind = "take"
	OpClose    Kind = "close"
)

// Op is one operation that is about to be made.
type Op struct {
	N    int // its number among those that Faults.Only lets count, else 0
	Kind Kind
	Name string // relative to the folder that Open got, also for what Sub gave
	To   string // Move only
}

// Changes tells whether the operation changes the folder or what is on the disk.
func (o Op) Changes() bool {
	switch o.Kind {
	case OpAppend, OpCreate, OpMove, OpRemove, OpMkdir, OpSyncDir, OpWrite, OpSync, OpTruncate, OpTake:
		return true
	}
	return false
}

// Faults says what goes wrong. The zero value is a healthy tree that counts.
type Faults struct {
	FailAt int   // this operation is not made and returns Err; 0: none
	Err    error // a unix.Errno is dressed as disk dresses it: EXDEV in Move is disk.ErrOtherDevice too
	Stuck  bool  // the operations after FailAt fail as well: a full disk stays full
	DieAt  int   // this operation and all later ones are not made and return ErrDead; 0: never
	Torn   bool  // a Write that fails or dies has written the first half of its bytes

	Only   func(Op) bool // operations that count, and can fail; nil: all. Op.Changes is a good one
	Before func(Op)      // called before each operation, counted or not, from the goroutine that makes it: the place to play the MTA or an attacker with the os package. It must not use the tree
}
