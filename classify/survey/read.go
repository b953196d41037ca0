package survey

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"qclean/classify"
	"qclean/classify/crew"
	"qclean/classify/index"
	"qclean/scan"
	"qclean/scan/spool"
)

// reading is one pass over a spool with what is known of it from before.
//
// While the workers look messages up, nothing that they see may change: what
// is new is gathered beside it and put in at the end.
type reading struct {
	*Survey
	o      *Options
	site   classify.Site
	idents *classify.Idents // of the table as it was; nil when nothing is known
	seen   []bool           // by row
	relays *classify.Relays // which clients may turn out to be relays of ours; nil when that is settled
	added  *classify.Table  // what was read now; the table itself when nothing was known
	moves  []move
	other  other // what the other set remembers
	taken  int   // messages taken over from it

	adding crew.Latch // of added and relays, while the workers run
}

// move is a message that lies elsewhere now.
type move struct {
	row   int
	entry spool.Entry
}

// found is what a worker makes of one message: nothing when it read it and
// added what there is to know, or where one is that is known.
type found struct {
	err   error           // that it could not be added
	from  *classify.Table // table that knows it
	row   int
	entry *spool.Entry // set when it lies elsewhere now
}

// read brings v.Table up to date with the spool.
func (v *Survey) read(ctx context.Context, s spool.Spool, site classify.Site, o *Options) (*reading, error) {
	r := &reading{Survey: v, o: o, site: site, added: v.Table, other: other{load: o.Other, basis: basisOf(o.KnownBad, site)}}
	v.Left, v.Trouble, v.Folders, v.Gone = Tolls{}, Tolls{}, nil, 0
	if v.Table.Len() > 0 {
		r.idents, r.seen, r.added = v.Table.Idents(), make([]bool, v.Table.Len()), classify.NewTable(o.Room)
	}
	scanning := o.Scan
	scanning.Quarantined = v.Set == index.Quarantined
	if r.idents != nil || o.Other != nil {
		scanning.Known = r.knows
	}
	if site.Trust() == nil {
		r.relays = &classify.Relays{}
	}
	if err := r.pass(ctx, s, scanning); err != nil {
		return nil, err
	}
	if v.Table.Len() == 0 && len(v.Folders) > 0 {
		return nil, fmt.Errorf("scanning %s: %w", v.Path, errors.Join(v.Folders...))
	}
	return r, nil
}

// readAgain reads some messages of the table once more.
func (v *Survey) readAgain(ctx context.Context, s spool.Spool, site classify.Site, o *Options, rows []int32) error {
	some := only{s, make([]spool.Entry, 0, len(rows))}
	drop := make([]bool, v.Table.Len())
	for _, row := range rows {
		some.entries, drop[row] = append(some.entries, v.Table.At(int(row)).Entry()), true
	}
	v.Table.Keep(func(i int) bool { return !drop[i] })
	r := &reading{Survey: v, o: o, site: site, added: classify.NewTable(o.Room)}
	scanning := o.Scan
	scanning.Known = r.knows // so that each is looked up again where it lies now
	scanning.Quarantined, scanning.Skip = false, nil
	return r.pass(ctx, some, scanning)
}

// only is a spool in which there is nothing but some messages of another.
type only struct {
	spool.Spool
	entries []spool.Entry
}

// Entries gives these messages.
func (s only) Entries(context.Context) iter.Seq2[spool.Entry, error] {
	return func(yield func(spool.Entry, error) bool) {
		for _, e := range s.entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// pass reads what the spool lists, and puts it into the table.
func (r *reading) pass(ctx context.Context, s spool.Spool, o scan.Options) error {
	r.collect(scan.Each(ctx, s, o, r.worker))
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.settle()
}

// knows is asked by the workers.
func (r *reading) knows(e *spool.Entry) bool {
	t, _ := r.find(e)
	return t != nil
}

// find looks a message up: here, and then in what the other set remembers.
func (r *reading) find(e *spool.Entry) (*classify.Table, int) {
	if r.idents != nil {
		if i, ok := r.idents.Find(e.Ident); ok {
			return r.Table, i
		}
	}
	return r.other.find(e)
}

// worker makes the function of one worker.
func (r *reading) worker() func(*scan.Message) (found, error) {
	facts := classify.NewReader(classify.Options{Trust: r.site.Trust(), Known: r.o.KnownBad.Prints(), Relays: r.relays, Lend: true})
	return func(m *scan.Message) (found, error) {
		if !m.Known {
			rec := facts.Facts(m)
			return found{err: r.add(&rec)}, nil
		}
		t, i := r.find(m.Entry)
		f := found{from: t, row: i}
		if t != r.Table || !t.At(i).At(m.Entry) {
			e := *m.Entry
			e.Files = slices.Clone(e.Files)
			f.entry = &e
		}
		return f, nil
	}
}

// collect takes what the workers found.
func (r *reading) collect(all iter.Seq2[found, error]) {
	done := 0
	for f, err := range all {
		if done++; r.o.Progress != nil && done%256 == 0 {
			r.o.Progress(done)
		}
		if err == nil {
			err = r.take(&f)
		}
		if err != nil {
			r.note(err)
		}
	}
}

// add puts what a worker read into the table. To hand a record to one goroutine
// for all would cost more than the lock: a copy of it and of all its texts, and
// the way from one processor's cache to another's.
func (r *reading) add(rec *classify.Record) error {
	r.adding.Lock()
	defer r.adding.Unlock()
	if r.relays != nil {
		r.relays.Count(rec.SourceIP)
	}
	return r.added.Append(rec)
}

func (r *reading) take(f *found) error {
	switch {
	case f.from == nil:
		return f.err
	case f.from == r.Table && !r.seen[f.row]:
		r.seen[f.row] = true
		if f.entry != nil {
			r.moves = append(r.moves, move{f.row, *f.entry})
		}
		return nil
	case f.entry == nil: // the same file again, under the same name: a message that moved while the scan ran
		return nil
	}
	rec := f.from.At(f.row).Record()
	rec.ID, rec.Queue, rec.Files, rec.Frozen = f.entry.ID, f.entry.Queue, f.entry.Files, f.entry.Frozen
	rec.Campaign, rec.BounceOf = "", "" // those of the other set
	r.taken++
	r.adding.Lock()
	defer r.adding.Unlock()
	return r.added.Append(&rec)
}

// settle puts everything together, in order of ID.
func (r *reading) settle() error {
	known := 0
	for _, s := range r.seen {
		if s {
			known++
		}
	}
	r.Known, r.Read = known+r.taken, r.added.Len()-r.taken
	if r.standing != nil {
		r.drift = r.added.Len()
		r.Came = r.drift > 0 || known < len(r.seen)
	}
	r.Changed = r.Changed || r.Came || len(r.moves) > 0
	for i := range r.moves {
		if err := r.Table.Moved(r.moves[i].row, &r.moves[i].entry); err != nil {
			return err
		}
	}
	if known < len(r.seen) {
		r.Table.Keep(func(i int) bool { return r.seen[i] })
	}
	if r.added != r.Table && r.added.Len() > 0 { // to join nothing is to walk over all texts for nothing
		if err := r.Table.Join(r.added); err != nil {
			return err
		}
	}
	r.Table.Sort()
	return nil
}
