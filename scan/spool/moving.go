package spool

import "context"

// Some MTAs need more than a rename from one folder to another. What follows
// is optional and found by type assertion; without it, a message's files keep
// their base names, each is moved straight from its place, and any change of
// Ident means that it is another message.

// Placer is a spool whose messages have side files elsewhere, or folders below
// the queue's own, so that base names do not say where a file belongs.
type Placer interface {
	// Gather adds to Files, once more with each call, the side files (Log) that
	// lie about now and have to travel with the message. Stat does not, since
	// a scan has no use for them. Call it after Claim. A Log that is gone at
	// the time of its move is no error: MTAs rewrite their logs.
	//
	// Side files that no other message can come by as long as this one's files
	// exist on this filesystem may stay where the MTA has them, also while the
	// message is in quarantine. When it is leaving, to be deleted or to go to
	// another filesystem, those are told as well.
	Gather(ctx context.Context, e *Entry, leaving bool) error
	// Shelf is the name of one of its files inside the run's folder, without
	// any folder in it and different for each file of a message.
	Shelf(e Entry, f File) string
	// Home is where one of the files of a quarantined message goes back to,
	// relative to the tree; its folder is there. For an undo as well, since a
	// message must not go back to each place it can be taken from. fs.ErrExist
	// when the queue has another message of this name by now, ErrBusy when the
	// MTA may still have it in mind. "" for a file that is better left where it
	// is: a log whose folder is gone.
	Home(ctx context.Context, e Entry, f File) (string, error)
}

// Stager is a spool with messages that must not be claimed where they are,
// because the MTA that finds them locked there would stumble.
//
// For such a message the mover first renames the control file to the name that
// Stage gave, with a journal line of its own, then asks Find for the entry and
// claims that. When Claim gives ErrBusy, the message stays staged, to be tried
// again at the end of the run; when it is still busy then, it stays there for
// good, held by the MTA itself and told in the outcome. When Claim gives
// ErrGone, everybody was served meanwhile, and it goes where Release says.
type Stager interface {
	// Stage gives the place to go to first, relative to the tree, and "" when
	// the message can be claimed where it is. ErrBusy: leave it alone for now.
	Stage(ctx context.Context, e Entry) (string, error)
	// Release gives the place from which the MTA itself clears away, or goes on
	// with, a staged message that is not taken after all.
	Release(ctx context.Context, e Entry) (string, error)
}

// Kin is a spool that writes into its messages while they wait, a mark for
// each recipient served or the time of the next try, and so changes Ident.
type Kin interface {
	// Same tells whether two entries with one ID, as they were scanned and as
	// Stat fills them now, are the same message, whatever happened to it.
	Same(was, now Entry) bool
}
