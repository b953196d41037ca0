// Package spool says what a queue and a queued message are, whatever the MTA.
//
// A Driver knows one on-disk format; nothing else in qclean does. Reading
// takes no lock and never writes: what a driver may do to a spool that an MTA
// is working on is an optional interface, found by type assertion.
package spool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"time"

	"qclean/scan/disk"
)

// Errors that callers decide on.
var (
	ErrGone     = errors.New("gone")                  // the MTA delivered or removed it meanwhile: normal
	ErrBusy     = errors.New("busy")                  // the MTA is working on it at this moment
	ErrNotSpool = errors.New("not a queue directory") // no driver knows this shape
)

// Left is a name in a queue that is not taken for a message. It comes out of
// Entries in the place of an error and never ends a run.
type Left struct {
	Name   string // relative to the tree
	Reason string // "symbolic link", "folder", "FIFO", …
}

func (l *Left) Error() string { return fmt.Sprintf("%q left alone: %s", l.Name, l.Reason) }

// ID names a message, unique within its spool while the message exists: the
// MTA's queue ID, or for spools of raw files the queue and the file name
// ("Out/WKA6D6YM").
type ID string

// Short is the ID without the queue's name, as people type it.
func (id ID) Short() string { return path.Base(string(id)) }

// Role says what a file of a message is for. Files of one message are listed
// in the order in which they leave a queue: control first, so that an MTA
// never sees a control file without its body. They come back in reverse.
type Role uint8

const (
	Control Role = iota // its presence makes the message exist; a single-file message has just this
	Body
	Log // side files of the MTA that travel with the message
)

// File is one file of a message.
type File struct {
	Name string // relative to the tree
	Role Role
}

// Source says where an envelope was read, best first.
type Source uint8

const (
	FromQueue   Source = iota // the MTA's own control records
	FromHead                  // the binary head of the Internet Mail Service
	FromXLines                // x-sender and x-receiver lines (IIS, Exchange)
	FromTrace                 // Return-Path, and "for <…>" of the first Received
	FromHeaders               // From, To, Cc: a guess
	Unknown
)

var sourceNames = [...]string{"queue", "head", "x-lines", "trace", "headers", "unknown"}

// String gives the word that JSON and the index use.
func (s Source) String() string { return sourceNames[min(int(s), len(sourceNames)-1)] }

// Envelope is what MAIL FROM and RCPT TO said (RFC 5321 section 3.3), and
// what the queue knows of the session. Strings are as the sender wrote them:
// make them safe before they are shown.
type Envelope struct {
	From       string   // without brackets
	Null       bool     // MAIL FROM:<>; From is then empty
	To         []string // still to be served; at most MaxRecipients are kept
	More       int      // recipients beyond those in To
	Source     Source
	AuthUser   string // login of the session, "" when none or not known
	ClientIP   string // address of the client that handed the message in
	ClientName string // its reverse name, as recorded
	Helo       string
	Reason     string // why the last delivery was put off
}

// MaxRecipients bounds Envelope.To: a spammer may give any number.
const MaxRecipients = 1000

// Entry is one message of a queue. Entries fills ID, Queue and Files; Stat
// adds Ident, Size and Arrived; Load adds Envelope, and a better Arrived
// where the queue records it.
type Entry struct {
	ID       ID
	Queue    string // Queue.Name of the layout
	Files    []File
	Ident    string    // changes whenever the message does; kept by a move within the filesystem
	Size     int64     // bytes on disk, all files
	Arrived  time.Time // zero when not known
	Envelope Envelope
	Frozen   bool   // held by the MTA: Postfix hold, Exim frozen
	Inode    uint64 // of the first file as listed, 0 when not known: only to read in the disk's order
}

// Queue is one folder of messages and where its quarantine lies.
type Queue struct {
	Name string // as the MTA calls it, and as --queue takes it: "Out", "deferred"
	Dir  string // relative to the tree
	Old  string // its quarantine: the folder that holds one folder a run
}

// Layout is where things are. All names but Root are relative to the tree.
type Layout struct {
	MTA    string // driver's name
	Root   string // absolute path of the spool as the user named it, for people
	Queues []Queue
	Pickup string   // "" when there is none
	Index  []string // queue indexes that are stale after a change and that the MTA rebuilds when they are gone
	// MayIndex is every name that an index of this spool may have, there or
	// not, in any case of letters: a journal may tell of one that is gone.
	MayIndex []string
	// Logs is every folder, there or not, that may hold side files of messages
	// (Log), in hash folders below it or without: a journal may name no others.
	Logs []string
}

// Match is how sure a driver is that a folder is its own.
type Match struct {
	Sure int    // 0: not mine; 1: could be; 2: shape fits; 3: cannot be anything else
	Why  string // "Queue.dat beside Out and In"
}

// Driver knows one queue format. The tree is the folder that holds what the
// user named, and at is its name there ("out", "Imcdata", "postfix"), since a
// quarantine may have to stand beside it.
type Driver interface {
	Name() string
	Detect(t disk.Tree, at string) (Match, error)
	Open(t disk.Tree, at string) (Spool, error)
}

// Spool reads one queue directory. All methods may be called from several
// goroutines at once, with different entries.
type Spool interface {
	Layout() Layout
	// Entries streams what is in the queues, in no order, by names alone.
	// An error value of type *Left is a name that is not a message; any other
	// error is a folder that could not be read. Neither ends the stream.
	Entries(ctx context.Context) iter.Seq2[Entry, error]
	// Quarantined streams what lies under the queues' Old folders, qclean's or
	// made by hand, in the same way.
	Quarantined(ctx context.Context) iter.Seq2[Entry, error]
	// Find looks where a message is now. ErrGone when it is in no queue.
	Find(ctx context.Context, id ID) (Entry, error)
	// Stat fills Ident, Size and Arrived. ErrGone; *Left when it turned out not to be a message.
	Stat(ctx context.Context, e *Entry) error
	// Load reads the message text (RFC 5322, without what the MTA keeps around
	// it) into buf, as much as fits, and fills the envelope. An entry without
	// Ident is filled as by Stat, which costs less than asking before. What it
	// fills in is the caller's, unless a view lends it (Nearer).
	Load(ctx context.Context, e *Entry, buf []byte) (Text, error)
	// Body streams the whole message text and fills the envelope.
	Body(ctx context.Context, e *Entry) (io.ReadCloser, error)
}

// Opened is a body that comes out of an open file: for those who must be sure
// which file that is, whatever has its name before and after.
type Opened interface {
	io.ReadCloser
	Stat() (disk.Info, error)
}

// Text is what Load read.
type Text struct {
	Bytes []byte   // a part of the buffer given to Load
	Cut   bool     // the message is longer
	Flaws []string // what is wrong with the queue file: "head without end", "empty", …
}

// Adviser asks the disk for that many bytes of a message that is read soon,
// and does not wait for them.
type Adviser interface {
	Advise(e *Entry, bytes int64)
}

// BatchStater is Stat for many entries in fewer calls. tell gets what Stat
// would have given, in order.
type BatchStater interface {
	StatAll(ctx context.Context, entries []Entry, tell func(i int, err error))
}

// Nearer gives a view of a spool for one goroutine that loads many messages,
// one after another: it holds the folders that they lie in (disk.Near). letGo is
// called after some dozen of them, and the view not used any more. cached says
// that they lie in memory, as far as is known.
//
// The view's Load lends what it fills in, Envelope and Ident: that is good until
// it loads the next message, or letGo, and is then written over. What is to be
// kept has to be copied, text by text.
type Nearer interface {
	Near(cached bool) (view Spool, letGo func())
}

// Prober tells whether the MTA is working on this spool, and how it knows.
type Prober interface {
	Running(ctx context.Context) (bool, string, error)
}

// Claimer takes the MTA's own lock on a message. ErrBusy when the MTA has it.
type Claimer interface {
	Claim(ctx context.Context, e Entry) (io.Closer, error)
}

// Reindexer refreshes what the MTA remembers of its queue, beyond Layout.Index.
type Reindexer interface {
	Reindex(ctx context.Context) error
}

// Injector writes a new message in the form that the MTA's pickup takes.
// The mover writes it elsewhere on the volume and renames it in.
type Injector interface {
	// Form writes the envelope in the pickup's form and then the text.
	// It refuses an envelope that would not survive, such as one with a line end in an address.
	Form(w io.Writer, env Envelope, text io.Reader) error
	// PickupName is the file name to use in pickup for this message.
	PickupName(e Entry) string
}
