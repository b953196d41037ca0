package classify

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"sync/atomic"

	"qclean/classify/crew"
	"qclean/scan/disk"
)

// errTable is a stored table that cannot be one.
var errTable = errors.New("not a stored table")

// tableHead begins a stored table. The number grows with the form of a row.
// What follows are the sizes of its parts, and then these, each from a multiple
// of eight bytes on: so several can be read at once, and numbers where they lie.
// All numbers have the low byte first.
const tableHead = "qclean table 5\n\x00"

// The parts of a stored table.
const (
	partRows = iota
	partBounces
	partText
	partOwn
	partLists
	partSketches
	partOriginals
	partCount
)

// Encode writes the table as it lies in memory.
func (t *Table) Encode(out io.Writer) error {
	sizes := [partCount]int{partRows: t.count * rowBytes, partBounces: len(t.bounces) * bounceBytes,
		partText: t.text.stored(), partOwn: t.own.stored(), partLists: t.lists.stored(),
		partSketches: t.sketches.Stored(), partOriginals: t.originals.Stored()}
	w := bufio.NewWriterSize(out, 1<<18)
	w.WriteString(tableHead)
	buf := binary.LittleEndian.AppendUint64(make([]byte, 0, 256), uint64(t.stale))
	for _, n := range sizes {
		buf = binary.LittleEndian.AppendUint64(buf, uint64(n))
	}
	w.Write(buf)
	for part, n := range sizes {
		switch part {
		case partRows:
			for i := range t.pass() {
				f := t.full(i)
				buf = f.append(buf[:0])
				w.Write(buf)
			}
		case partBounces:
			for i := range t.bounces {
				buf = t.bounces[i].append(buf[:0])
				w.Write(buf)
			}
		case partText:
			t.text.encode(w)
		case partOwn:
			t.own.encode(w)
		case partLists:
			t.lists.encode(w)
		case partSketches:
			t.sketches.Encode(w)
		case partOriginals:
			t.originals.Encode(w)
		}
		w.Write(make([]byte, padded(n)-n))
	}
	return w.Flush() // with the first error that there was
}

// padded is how much room a part of so many bytes takes.
func padded(n int) int { return (n + 7) &^ 7 }

// DecodeTable makes a table of what Encode wrote, which must not change any
// more: most of it is used where it lies. Whatever it is given, the table that it
// returns without an error is safe to use.
func DecodeTable(b []byte, room *disk.Room) (*Table, error) {
	if len(b) < len(tableHead)+8*(1+partCount) || string(b[:len(tableHead)]) != tableHead {
		return nil, errTable
	}
	sizes, rest := b[len(tableHead):], b[len(tableHead)+8*(1+partCount):]
	t := NewTable(room)
	t.stale = int(binary.LittleEndian.Uint64(sizes) & (1<<48 - 1))
	var parts [partCount][]byte
	for i := range parts {
		n := binary.LittleEndian.Uint64(sizes[8*(1+i):])
		if n > uint64(len(rest)) || padded(int(n)) > len(rest) {
			return nil, errTable
		}
		parts[i], rest = rest[:n], rest[padded(int(n)):]
	}
	if len(rest) > 0 || !t.decodeRows(parts[partRows]) || !t.decodeBounces(parts[partBounces]) {
		return nil, errTable
	}
	for i, x := range t.texts() {
		if !x.decode(parts[partText+i], t.Workers) {
			return nil, errTable
		}
	}
	if err := errors.Join(t.sketches.Decode(parts[partSketches], t.Workers), t.originals.Decode(parts[partOriginals], t.Workers)); err != nil {
		return nil, err
	}
	return t, t.check()
}

func (t *Table) decodeRows(b []byte) bool {
	t.count = len(b) / rowBytes
	t.rows.extend(t.count)
	t.details.extend(t.count)
	crew.New(t.Workers).Spread(t.count, chunkRows, func(_, from, to int) {
		t.room.Ease()
		var one full
		for i := from; i < to; i++ {
			one.parse(b[i*rowBytes:][:rowBytes])
			t.put(i, &one)
		}
	})
	return len(b)%rowBytes == 0
}

func (t *Table) decodeBounces(b []byte) bool {
	t.bounces = make([]bounceRow, len(b)/bounceBytes)
	for i := range t.bounces {
		t.bounces[i].parse(b[i*bounceBytes:][:bounceBytes])
	}
	return len(b)%bounceBytes == 0
}

// check tells whether what rows say leads to where there is something, and finds
// out whether they are in order. Of texts it need not be known: see texts.at.
func (t *Table) check() error {
	var wrong, unordered atomic.Bool
	crew.New(t.Workers).Spread(t.count, chunkRows, func(_, from, to int) {
		last := ""
		if from > 0 {
			last = t.id(from - 1)
		}
		for i, m := range t.Pass(from, to) {
			if !t.checkRow(m.r, m.d) {
				wrong.Store(true)
				return
			}
			if id := t.id(i); i > 0 && id <= last {
				unordered.Store(true)
			} else {
				last = id
			}
		}
	})
	for i := range t.bounces {
		if o := t.bounces[i].original; wrong.Load() || o < 0 || int(o) > t.originals.Len() {
			return errTable
		}
	}
	if wrong.Load() {
		return errTable
	}
	t.sorted = !unordered.Load()
	return nil
}

func (t *Table) checkRow(r *row, d *detail) bool {
	return r.sketch >= 0 && int(r.sketch) < t.sketches.Len() && r.bounce >= 0 && int(r.bounce) <= len(t.bounces) &&
		(d.fileCount&severalFiles != 0 || d.fileCount < 2)
}
