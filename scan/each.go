package scan

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"sync"

	"qclean/scan/letter"
	"qclean/scan/spool"
)

// Options bounds a scan. The zero value is right for most.
type Options struct {
	Workers     int                     // messages read at once; 0: one a processor
	MaxText     int                     // bytes read of one message; 0: 256 KiB
	ReadAhead   ReadAhead               // whether the disk is asked for messages before they are read
	Quarantined bool                    // read what lies in quarantine, not what is in the queues
	Limits      letter.Limits           // what is looked at of what was read
	Skip        func(*spool.Entry) bool // names that are passed over; asked by one goroutine
	// Known is asked once for each message, after Stat. True means that the
	// caller has read this very file before: fn then gets it without a Letter.
	// It is called from several goroutines at once.
	Known func(*spool.Entry) bool
	Stats *Stats // filled when not nil
}

// DefaultText is what is read of one message: 256 KiB hold all of nearly every
// one, and of the others all that is looked at but their attachments.
const DefaultText = 256 << 10

// Message is one message on its way through a scan. It belongs to the scan:
// what is to be kept has to be copied before fn returns.
type Message struct {
	Entry  *spool.Entry
	Letter *letter.Message // nil when Known
	Flaws  []string        // what is wrong with the queue file itself
	Known  bool
	meter  *meter
}

// Mark says that what fn does from now on is another stage of the work, for Stats.
func (m *Message) Mark(s Stage) { m.meter.mark(s) }

// MessageError is trouble with one message. It never ends a scan.
type MessageError struct {
	ID  spool.ID
	Err error
}

func (e *MessageError) Error() string { return fmt.Sprintf("message %q: %v", e.ID, e.Err) }

// Unwrap gives what went wrong.
func (e *MessageError) Unwrap() error { return e.Err }

// ErrParser is a message that broke the reader itself.
var ErrParser = errors.New("this message breaks the parser")

// Each reads every message of a spool with several workers and yields, in no
// order, what they made of the messages.
//
// start is called once for each worker, so that what it returns may keep
// buffers of its own; that function must not keep the Message, nor its Entry,
// nor the texts of what was read, Envelope and Ident of the Entry among them:
// all is used again (spool.Lender). Errors in the stream are *spool.Left (a name
// that is no message), *MessageError (one message) or a folder that could not
// be listed; after any of them the stream goes on. It ends early only when ctx
// is done or the caller stops.
func Each[T any](ctx context.Context, s spool.Spool, o Options, start func() func(*Message) (T, error)) iter.Seq2[T, error] {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.MaxText <= 0 {
		o.MaxText = DefaultText
	}
	return func(yield func(T, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		entries, results := newBelt[spool.Entry](beltFor*o.Workers), newBelt[outcome[T]](beltFor*o.Workers)
		advice := newAdvice(s, o.ReadAhead)
		var wg sync.WaitGroup
		wg.Go(func() { list(ctx, s, &o, advice, entries, results) })
		for range o.Workers {
			wg.Go(func() { newWorker(ctx, s, o, advice, start()).run(entries, results) })
		}
		go func() { wg.Wait(); close(results.full) }()
		// Whatever makes us leave, the workers must not be left behind on a full channel.
		defer func() {
			stop()
			for range results.full {
			}
		}()
		for batch := range results.full {
			for i := range batch {
				if !yield(batch[i].value, batch[i].err) {
					return
				}
			}
			results.giveBack(batch)
		}
	}
}

// broken is the error for what a parser's panic gave.
func broken(r any) error { return fmt.Errorf("%w: %v", ErrParser, r) }

// outcome is what became of one message, or of a name.
type outcome[T any] struct {
	value T
	err   error
}
