// Package replay changes a spool: it plans, applies, undoes, recovers and purges, and it cannot lose a message.
//
// Nothing is ever copied over or deleted on the way: a change is a list of
// renames that never overwrite, written down and synced before the first is
// made. Whatever happens in the middle, the next run finds every message at
// one of two places that the journal names.
//
// A run takes qclean's own lock in the spool, writes the plan and syncs it.
// Then, in batches: intents, each with the inode of the files that are meant,
// and a sync; one look at each message at its turn, under the MTA's own lock
// where it has one, to make sure that it is still the one that was chosen; its
// rename; a line that it is done, or why not; a sync of the folders, where it
// went before where it came from; and what vouches for the batch from then on, a
// time or hashes. At last the end line, and a sync. An intent without an
// outcome is looked up at both ends by the next run. A line that says done and
// reached the disk before the rename is harmless as well: after a power loss
// those are looked up too.
package replay

import (
	"errors"
	"time"

	"qclean/scan/spool"
)

// Errors that callers decide on; hints for people live in cmd, keyed by these.
var (
	ErrLocked     = errors.New("another qclean is changing this spool")
	ErrUnfinished = errors.New("an earlier run did not finish")
	ErrTwoFiles   = errors.New("two different files where one message should be")
	ErrJournal    = errors.New("damaged or foreign journal")
	ErrNoRun      = errors.New("no such run")
	ErrManyRuns   = errors.New("more than one run has a name that begins so")
	ErrNoUndo     = errors.New("this run cannot be taken back")
	ErrEmpty      = errors.New("nothing to do")
	ErrReadOnly   = errors.New("the spool cannot be written")
	ErrNoPickup   = errors.New("this spool has no pickup")
	ErrNoSpace    = errors.New("not enough room on the other filesystem")
	ErrNoVia      = errors.New("no server to send to")
	ErrNeedOld    = errors.New("messages of this run lie on another filesystem, which was not named")
)

// Verb says what a run does. Undo of a verb is a run as well.
type Verb string

// The verbs, as they stand in journals and in `qclean log`.
const (
	Quarantine Verb = "quarantine" // queue → <queue>.old/<run>/
	Inject     Verb = "replay"     // .old → pickup, the original is kept in <queue>.old/<run>/
	Submit     Verb = "submit"     // .old → another server, the original is kept in <queue>.old/<run>/
	PutBack    Verb = "put-back"   // .old → the queue it came from
	Swap       Verb = "swap"       // a whole queue folder → <queue>.old/<run>/, and a new empty one
	Reindex    Verb = "reindex"    // stale index files → <queue>.old/<run>/
	Undo       Verb = "undo"       // the reverse of another run
	Purge      Verb = "purge"      // .old → nothing; the one verb without an undo
)

// sends tells whether a verb lets messages be delivered: once, and never again.
func (v Verb) sends() bool { return v == Inject || v == Submit }

// Pick is one message that the operator's selector chose.
type Pick struct {
	Entry spool.Entry // as it was scanned: ID, Queue, Files, Ident; Envelope when the verb is Inject
	Note  string      // why it was chosen, for the journal: its campaign

	far    string // where a file of it lies in Options.Old, from FarPicks
	sender string // as the run has it that carried it there
}

// Outcomes of a run.
const (
	Complete    = "done"        // every message of the plan
	InPart      = "in part"     // some were busy, gone, changed …
	Interrupted = "interrupted" // the operator stopped it, between two messages
	Failed      = "failed"      // the disk, or the spool, would not
	Recovered   = "recovered"   // it died, and a later run put it in order
)

// Run is one change of a spool, as its journal tells it.
type Run struct {
	Name     string // 20261122-054300-quarantine
	Verb     Verb
	Selector string // as the operator gave it
	Of       string // for Undo: the run that is taken back
	Night    string // of the unattended run that made this one, "" when a person did
	Began    time.Time
	Ended    time.Time // zero: not finished
	Planned  int       // messages in the plan
	Done     int
	Skipped  map[string]int // by reason: "busy", "gone", "changed", "exists", …
	Bytes    int64          // of the messages that were done
	Outcome  string         // Complete, InPart, …; "" while it runs
	Dir      string         // <queue>.old/<run>, relative to the tree
	Old      string         // path of the other filesystem's folder that holds the messages, "" when they are in Dir
	UndoneBy string         // name of the run that took it back, ""
}
