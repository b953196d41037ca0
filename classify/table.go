package classify

import (
	"iter"

	"qclean/classify/cluster"
	"qclean/classify/fingerprint"
	"qclean/scan/disk"
	"qclean/scan/spool"
)

// Table holds the facts of many messages: some hundred bytes and the sketch
// for each, in few large blocks. Texts that repeat are held once. The zero
// value is an empty table. Reading is safe from several goroutines at once,
// changing is not.
type Table struct {
	Workers int // goroutines at once for what is asked of all messages, 0 for one a processor

	room      *disk.Room
	text      texts   // held once each, and lists
	own       texts   // of one message only: IDs, the name of its file
	lists     texts   // of one message only: recipients and files where there are several
	shelves   shelves // on which most of the texts are, and the sketches
	rows      column[row]
	details   column[detail]
	count     int
	sorted    bool // in the order of IDs, each once
	stale     int  // texts that are nobody's any more, about
	bounces   []bounceRow
	sketches  cluster.Set
	originals cluster.Set // what bounces return
	before    []beforeRow // in order of sketches; until Further
}

// NewTable makes an empty table whose blocks lie in a room.
func NewTable(room *disk.Room) *Table {
	t := &Table{room: room}
	t.rows.room, t.details.room, t.sketches.Room, t.originals.Room = room, room, room, room
	for _, x := range t.texts() {
		x.room = room
	}
	return t
}

// texts are all that there are.
func (t *Table) texts() [3]*texts { return [...]*texts{&t.text, &t.own, &t.lists} }

// TableOf makes a table of a few records, for tests.
func TableOf(records ...Record) *Table {
	t := &Table{}
	for i := range records {
		if err := t.Append(&records[i]); err != nil {
			panic(err)
		}
	}
	return t
}

// Len is how many messages there are: of no table, none.
func (t *Table) Len() int {
	if t == nil {
		return 0
	}
	return t.count
}

// row is the i-th. The pointer is good until the table is sorted or thinned out.
func (t *Table) row(i int) *row { return t.rows.at(i) }

// At gives message i.
func (t *Table) At(i int) Message { return Message{t, t.rows.at(i), t.details.at(i)} }

// Pass gives the messages from one number to another, in order. What was passed
// need not stay in memory: of a large table it is let go, see disk.Room.
func (t *Table) Pass(from, to int) iter.Seq2[int, Message] {
	return func(yield func(int, Message) bool) {
		for i := from; i < to; i++ {
			t.room.EaseAt(i)
			if !yield(i, t.At(i)) {
				return
			}
		}
	}
}

// some gives numbers of messages that are looked at one after another, as Pass does.
func (t *Table) some(members []int32) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for i, m := range members {
			t.room.EaseAt(i)
			if !yield(m) {
				return
			}
		}
	}
}

// Ease is for those who go through many texts of the table on their own: see
// disk.Room.Ease.
func (t *Table) Ease() {
	if t != nil {
		t.room.Ease()
	}
}

// pass gives all of them.
func (t *Table) pass() iter.Seq2[int, Message] { return t.Pass(0, t.Len()) }

// All gives the records one after another. The record is the caller's until
// the next one.
func (t *Table) All() iter.Seq2[int, *Record] {
	return func(yield func(int, *Record) bool) {
		var r Record
		for i, m := range t.pass() {
			r = m.Record()
			if !yield(i, &r) {
				return
			}
		}
	}
}

// Append adds a record at the end: ErrFull. The table keeps nothing of it.
func (t *Table) Append(r *Record) error {
	p := packer{t: t, shelf: t.shelve(string(r.ID))}
	f := p.pack(r)
	if p.err != nil {
		return p.err
	}
	t.push(&f)
	return nil
}

func (t *Table) push(f *full) {
	t.sorted = false
	t.rows.set(t.count, &f.row)
	t.details.set(t.count, &f.detail)
	t.count++
}

// full is a copy of message i, put what takes its place.
func (t *Table) full(i int) full { return full{*t.rows.at(i), *t.details.at(i)} }

func (t *Table) put(i int, f *full) { *t.rows.at(i), *t.details.at(i) = f.row, f.detail }

// Keep drops the messages that keep does not hold for. It is asked once for
// each, in order.
func (t *Table) Keep(keep func(i int) bool) {
	n := 0
	for i := range t.pass() {
		if keep(i) {
			if n < i {
				f := t.full(i)
				t.put(n, &f)
			}
			n++
		}
	}
	t.stale += staleRow * (t.count - n)
	t.count = n
	t.rows.cut(n)
	t.details.cut(n)
}

// Seal lets go of what is only needed while a table grows. The next Append
// brings it back.
func (t *Table) Seal() { t.text.seal() }

// Moved says where message i lies now.
func (t *Table) Moved(i int, e *spool.Entry) error {
	p, r := packer{t: t}, t.full(i)
	r.id, r.queue = p.own(string(e.ID)), p.once(e.Queue)
	r.files, r.fileCount = p.files(e.Files, e.ID, r.id)
	r.flags &^= isFrozen
	if e.Frozen {
		r.flags |= isFrozen
	}
	if p.err == nil {
		t.put(i, &r)
		t.sorted = false
		t.stale += 2
	}
	return p.err
}

// staleRow is about how many texts of its own a message leaves behind.
const staleRow = 8

// Compact gives a table without what nobody needs any more: the same one while
// that is little.
func (t *Table) Compact() (*Table, error) {
	if t.stale < staleRow*(t.count/2+chunkRows) {
		return t, nil
	}
	out := NewTable(t.room)
	out.Workers = t.Workers
	for _, r := range t.All() {
		if err := out.Append(r); err != nil {
			return nil, err
		}
	}
	out.Seal()
	return out, nil
}

// group writes what grouping says of message i.
func (t *Table) group(i int32, id ref, weak bool) {
	r := t.row(int(i))
	r.campaign, r.bounceOf = id, 0
	r.flags &^= isWeak
	if weak {
		r.flags |= isWeak
	}
}

// SetCall writes what message i is called.
func (t *Table) SetCall(i int, call Call, likely bool) {
	r := t.row(i)
	r.call = uint8(call)
	r.flags &^= isLikely
	if likely {
		r.flags |= isLikely
	}
}

// campaignRef keeps the ID of a campaign.
func (t *Table) campaignRef(id fingerprint.ID) ref {
	p := packer{t: t}
	t.stale++
	return p.own(string(id))
}

// set is the sketches of some messages, in that order; nil means all.
func (t *Table) set(members []int32) *cluster.Set {
	var items []int32
	if members == nil {
		items = make([]int32, 0, t.count)
		for _, m := range t.pass() {
			items = append(items, m.r.sketch)
		}
	}
	for _, m := range members {
		items = append(items, t.row(int(m)).sketch)
	}
	return t.sketches.Pick(items)
}
