package scan

import "qclean/scan/spool"

// look is what is known of a message before it is read.
type look struct {
	err   error
	known bool
}

// lookAt asks which messages of a batch were read before. Where nobody knows
// any, Load finds out all that Stat would, from the open file, and nothing is
// asked here.
func (w *worker[T]) lookAt(e *errand) {
	e.looks = append(e.looks[:0], make([]look, len(e.batch))...)
	if w.o.Known == nil {
		return
	}
	w.meter.beginBatch(Reading)
	defer w.meter.end()
	if !w.statAll(e) {
		for i := range e.batch {
			e.looks[i].err = w.statOne(&e.batch[i])
		}
	}
	for i := range e.batch {
		e.looks[i].known = e.looks[i].err == nil && w.o.Known(&e.batch[i])
	}
}

// statAll is false where the spool cannot do it, or broke over it: one by one
// it costs no more than the message that does it.
func (w *worker[T]) statAll(e *errand) (ok bool) {
	all, ok := w.spool.(spool.BatchStater)
	if !ok {
		return false
	}
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	all.StatAll(w.ctx, e.batch, func(i int, err error) { e.looks[i].err = err })
	return true
}

func (w *worker[T]) statOne(e *spool.Entry) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = broken(r)
		}
	}()
	return w.spool.Stat(w.ctx, e)
}
