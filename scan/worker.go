package scan

import (
	"context"
	"errors"

	"qclean/scan/letter"
	"qclean/scan/spool"
)

// worker owns the buffers for one message at a time.
type worker[T any] struct {
	ctx    context.Context
	spool  spool.Spool
	o      Options
	advice *advice
	fn     func(*Message) (T, error)
	reader *letter.Reader
	buf    []byte
	meter  *meter
	hand   *errand
	next   *errand
	seen   int     // batches so far
	msg    Message // the one in hand
}

func newWorker[T any](ctx context.Context, s spool.Spool, o Options, a *advice, fn func(*Message) (T, error)) *worker[T] {
	return &worker[T]{ctx: ctx, spool: s, o: o, advice: a, fn: fn,
		reader: letter.NewReader(o.Limits), buf: make([]byte, o.MaxText), meter: newMeter(o.Stats),
		hand: new(errand), next: new(errand)}
}

// errand is a batch on its way through a worker.
type errand struct {
	batch []spool.Entry // nil: none
	looks []look        // at each of them
	near  spool.Spool   // the spool, as seen from the folders that they lie in
	letGo func()        // of those
	watch bool          // whether it is looked at what it has to wait for:
	waits waits         // so far
}

// run reads batch after batch. While the disk has to be read, it is asked for
// the one that comes next before this one is read: so it never stands still.
func (w *worker[T]) run(entries *belt[spool.Entry], results *belt[outcome[T]]) {
	defer w.meter.flush()
	defer func() { w.drop(w.hand); w.drop(w.next) }()
	for {
		if w.hand.batch == nil {
			batch, ok := <-entries.full
			if !ok {
				return
			}
			w.hand.batch = batch
		}
		w.prepare(w.hand)
		if w.advice.wanted() && w.advice.judged.Load() {
			w.lookAhead(entries)
		}
		out := w.readAll(w.hand, results.batch())
		w.advice.judge(w.hand)
		entries.giveBack(w.hand.batch)
		w.drop(w.hand)
		if !results.send(w.ctx, out) {
			return
		}
		w.hand, w.next = w.next, w.hand
	}
}

// lookAhead prepares the batch that comes next, if there is one already.
func (w *worker[T]) lookAhead(entries *belt[spool.Entry]) {
	select {
	case batch, ok := <-entries.full:
		if ok {
			w.next.batch = batch
			w.prepare(w.next)
		}
	default:
	}
}

// prepare looks at a batch, and asks the disk for it, once.
func (w *worker[T]) prepare(e *errand) {
	if e.near != nil {
		return
	}
	asked := w.advice.wanted() // once: another worker may decide anew meanwhile
	e.watch = w.advice.watches(w.seen, asked)
	w.seen++
	w.lookAt(e)
	e.near, e.letGo = w.spool, func() {}
	if n, ok := w.spool.(spool.Nearer); ok {
		e.near, e.letGo = n.Near(!asked)
	}
	if asked {
		e.watched(func() { ask(e, w.advice.most()) })
	}
}

// drop lets go of what a batch holds.
func (w *worker[T]) drop(e *errand) {
	if e.near != nil {
		e.letGo()
	}
	*e = errand{looks: e.looks}
}

func (w *worker[T]) readAll(e *errand, out []outcome[T]) []outcome[T] {
	for i := range e.batch {
		if w.ctx.Err() != nil {
			break
		}
		v, err := w.measured(e, i)
		out = append(out, outcome[T]{v, err})
	}
	return out
}

// measured is one, with its time taken and its error dressed.
func (w *worker[T]) measured(e *errand, i int) (v T, err error) {
	w.meter.begin(Reading)
	if err = e.looks[i].err; err == nil {
		v, err = w.one(e, &e.batch[i], e.looks[i].known)
	}
	w.meter.end()
	if err != nil && !errors.As(err, new(*spool.Left)) {
		err = &MessageError{ID: e.batch[i].ID, Err: err}
	}
	return v, err
}

// one reads a message. A parser that panics costs this message, not the scan.
func (w *worker[T]) one(of *errand, e *spool.Entry, known bool) (v T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = broken(r)
			w.reader = letter.NewReader(w.o.Limits)
		}
	}()
	if known {
		w.msg = Message{Entry: e, Known: true, meter: w.meter}
		return w.fn(&w.msg)
	}
	var text spool.Text
	of.watched(func() { text, err = of.near.Load(w.ctx, e, w.buf) })
	if err != nil {
		return v, err
	}
	w.meter.mark(Parsing)
	m := w.reader.Read(text.Bytes)
	if text.Cut {
		m.Defects |= letter.Cut
	}
	w.meter.mark(Facts)
	w.msg = Message{Entry: e, Letter: m, Flaws: text.Flaws, meter: w.meter}
	return w.fn(&w.msg)
}
