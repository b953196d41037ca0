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
	Quarantined bool                    // read what lies in quarantine, not what is in the queues
	Limits      letter.Limits           // what is looked at of what was read
	Skip        func(*spool.Entry) bool // names that are passed over; asked by one goroutine
	// Known is asked once for each message, after Stat. True means that the
	// caller has read this very file before: fn then gets it without a Letter.
	// It is called from several goroutines at once.
	Known func(*spool.Entry) bool
}

const (
	defaultText = 256 << 10
	batchSize   = 64
)

// Message is one message on its way through a scan. It belongs to the scan:
// what is to be kept has to be copied before fn returns.
type Message struct {
	Entry  *spool.Entry
	Letter *letter.Message // nil when Known
	Flaws  []string        // what is wrong with the queue file itself
	Known  bool
}

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

type outcome[T any] struct {
	value T
	err   error
}

// Each reads every message of a spool with several workers and yields, in no
// order, what they made of the messages.
//
// start is called once for each worker, so that what it returns may keep
// buffers of its own; that function must not keep the Message. Errors in the stream
// are *spool.Left (a name that is no message), *MessageError (one message) or
// a folder that could not be listed; after any of them the stream goes on. It
// ends early only when ctx is done or the caller stops.
func Each[T any](ctx context.Context, s spool.Spool, o Options, start func() func(*Message) (T, error)) iter.Seq2[T, error] {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.MaxText <= 0 {
		o.MaxText = defaultText
	}
	return func(yield func(T, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		work := make(chan []spool.Entry, 2*o.Workers)
		results := make(chan []outcome[T], 2*o.Workers)
		var wg sync.WaitGroup
		wg.Go(func() { list(ctx, s, o, work, results) })
		for range o.Workers {
			wg.Go(func() { newWorker(ctx, s, o, start()).run(work, results) })
		}
		go func() { wg.Wait(); close(results) }()
		// Whatever makes us leave, the workers must not be left behind on a full channel.
		defer func() {
			stop()
			for range results {
			}
		}()
		for batch := range results {
			for _, r := range batch {
				if !yield(r.value, r.err) {
					return
				}
			}
		}
	}
}

// list streams the names to the workers in batches, errors straight to the results.
func list[T any](ctx context.Context, s spool.Spool, o Options, work chan<- []spool.Entry, results chan<- []outcome[T]) {
	defer close(work)
	entries := s.Entries(ctx)
	if o.Quarantined {
		entries = s.Quarantined(ctx)
	}
	batch := make([]spool.Entry, 0, batchSize)
	for e, err := range entries {
		if err != nil {
			if !send(ctx, results, []outcome[T]{{err: err}}) {
				return
			}
			continue
		}
		if o.Skip != nil && o.Skip(&e) {
			continue
		}
		batch = append(batch, e)
		if len(batch) == batchSize {
			if !send(ctx, work, batch) {
				return
			}
			batch = make([]spool.Entry, 0, batchSize)
		}
	}
	send(ctx, work, batch)
}

func send[T any](ctx context.Context, c chan<- T, v T) bool {
	select {
	case c <- v:
		return true
	case <-ctx.Done():
		return false
	}
}

// worker owns the buffers for one message at a time.
type worker[T any] struct {
	ctx    context.Context
	spool  spool.Spool
	o      Options
	fn     func(*Message) (T, error)
	reader *letter.Reader
	buf    []byte
}

func newWorker[T any](ctx context.Context, s spool.Spool, o Options, fn func(*Message) (T, error)) *worker[T] {
	return &worker[T]{ctx: ctx, spool: s, o: o, fn: fn, reader: letter.NewReader(o.Limits), buf: make([]byte, o.MaxText)}
}

func (w *worker[T]) run(work <-chan []spool.Entry, results chan<- []outcome[T]) {
	for batch := range work {
		out := make([]outcome[T], 0, len(batch))
		for i := range batch {
			if w.ctx.Err() != nil {
				return
			}
			v, err := w.one(&batch[i])
			if err != nil {
				var left *spool.Left
				if !errors.As(err, &left) {
					err = &MessageError{ID: batch[i].ID, Err: err}
				}
			}
			out = append(out, outcome[T]{v, err})
		}
		if !send(w.ctx, results, out) {
			return
		}
	}
}

// one reads a message. A parser that panics costs this message, not the scan.
func (w *worker[T]) one(e *spool.Entry) (v T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrParser, r)
			w.reader = letter.NewReader(w.o.Limits)
		}
	}()
	if err := w.spool.Stat(w.ctx, e); err != nil {
		return v, err
	}
	if w.o.Known != nil && w.o.Known(e) {
		return w.fn(&Message{Entry: e, Known: true})
	}
	text, err := w.spool.Load(w.ctx, e, w.buf)
	if err != nil {
		return v, err
	}
	m := w.reader.Read(text.Bytes)
	if text.Cut {
		m.Defects |= letter.Cut
	}
	return w.fn(&Message{Entry: e, Letter: m, Flaws: text.Flaws})
}
