package survey

import (
	"sync"

	"qclean/classify"
	"qclean/classify/index"
	"qclean/scan/spool"
)

// other is what is remembered of the other set: messages move between queue
// and quarantine. It is loaded when the first message is asked for that is not
// known, and often never.
type other struct {
	load   func() *index.Snapshot
	basis  string
	once   sync.Once
	table  *classify.Table
	idents *classify.Idents
}

// find may be called from several goroutines at once.
func (o *other) find(e *spool.Entry) (*classify.Table, int) {
	if o.load == nil {
		return nil, 0
	}
	o.once.Do(func() {
		if snap := o.load(); snap != nil && snap.Basis == o.basis {
			o.table, o.idents = snap.Table, snap.Table.Idents()
		}
	})
	if o.table == nil {
		return nil, 0
	}
	if i, ok := o.idents.Find(e.Ident); ok {
		return o.table, i
	}
	return nil, 0
}
