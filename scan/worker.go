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
	near   spool.Spool // spool, as seen from the folders of the batch in hand
	o      Options
	advice *advice
	fn     func(*Message) (T, error)
	reader *letter.Reader
	buf    []byte
	meter  *meter
	looks  []look  // of the batch in hand
	msg    Message // the one in hand
}

func newWorker[T any](ctx context.Context, s spool.Spool, o Options, a *advice, fn func(*Message) (T, error)) *worker[T] {
	return &worker[T]{ctx: ctx, spool: s, o: o, advice: a, fn: fn,
		reader: letter.NewReader(o.Limits), buf: make([]byte, o.MaxText), meter: newMeter(o.Stats)}
}

func (w *worker[T]) run(entries *belt[spool.Entry], results *belt[outcome[T]]) {
	defer w.meter.flush()
	for batch := range entries.full {
		out := results.batch()
		began := w.advice.begin()
		looks := w.lookAt(batch)
		letGo := w.approach()
		w.advice.ask(w.near, batch, looks)
		for i := range batch {
			if w.ctx.Err() != nil {
				break
			}
			v, err := w.measured(&batch[i], looks[i])
			out = append(out, outcome[T]{v, err})
		}
		letGo()
		w.advice.end(began, len(batch))
		entries.giveBack(batch)
		if !results.send(w.ctx, out) {
			return
		}
	}
}

// approach holds the folders that the next messages lie in, where the spool can.
func (w *worker[T]) approach() (letGo func()) {
	if n, ok := w.spool.(spool.Nearer); ok {
		w.near, letGo = n.Near()
		return letGo
	}
	w.near = w.spool
	return func() {}
}

// measured is one, with its time taken and its error dressed.
func (w *worker[T]) measured(e *spool.Entry, seen look) (v T, err error) {
	w.meter.begin(Reading)
	if err = seen.err; err == nil {
		v, err = w.one(e, seen.known)
	}
	w.meter.end()
	var left *spool.Left
	if err != nil && !errors.As(err, &left) {
		err = &MessageError{ID: e.ID, Err: err}
	}
	return v, err
}

// one reads a message. A parser that panics costs this message, not the scan.
func (w *worker[T]) one(e *spool.Entry, known bool) (v T, err error) {
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
	text, err := w.near.Load(w.ctx, e, w.buf)
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
