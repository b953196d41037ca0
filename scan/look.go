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
func (w *worker[T]) lookAt(batch []spool.Entry) []look {
	w.looks = append(w.looks[:0], make([]look, len(batch))...)
	if w.o.Known == nil {
		return w.looks
	}
	w.meter.beginBatch(Reading)
	defer w.meter.end()
	if !w.statAll(batch) {
		for i := range batch {
			w.looks[i].err = w.statOne(&batch[i])
		}
	}
	for i := range batch {
		w.looks[i].known = w.looks[i].err == nil && w.o.Known(&batch[i])
	}
	return w.looks
}

// statAll is false where the spool cannot do it, or broke over it: one by one
// it costs no more than the message that does it.
func (w *worker[T]) statAll(batch []spool.Entry) (ok bool) {
	all, ok := w.spool.(spool.BatchStater)
	if !ok {
		return false
	}
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	all.StatAll(w.ctx, batch, func(i int, err error) { w.looks[i].err = err })
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
