package classify

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unsafe"

	"qclean/scan/disk"
)

// errTable is a stored table that cannot be one.
var errTable = errors.New("not a stored table")

// tableHead begins a stored table. The number grows with the form of a row.
const tableHead = "qclean table 3\n"

// Encode writes the table as it lies in memory, numbers with the low byte first.
func (t *Table) Encode(out io.Writer) error {
	w := bufio.NewWriterSize(out, 1<<18)
	w.WriteString(tableHead)
	buf := appendNumbers(make([]byte, 0, 256), t.count, t.stale, len(t.bounces))
	for i := range t.pass() {
		w.Write(buf)
		f := t.full(i)
		buf = f.append(buf[:0])
	}
	for i := range t.bounces {
		w.Write(buf)
		buf = t.bounces[i].append(buf[:0])
	}
	w.Write(buf)
	for _, x := range t.texts() {
		w.Write(appendNumbers(nil, len(x.blocks)))
		for _, b := range x.blocks {
			x.room.Ease()
			w.Write(appendNumbers(nil, len(b)))
			w.Write(unsafe.Slice(unsafe.StringData(b), len(b))) // as a string it would be copied
		}
	}
	for _, s := range []interface{ Encode(io.Writer) error }{&t.sketches, &t.originals} {
		if err := s.Encode(w); err != nil {
			return err
		}
	}
	return w.Flush()
}

func appendNumbers(b []byte, values ...int) []byte {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	return b
}

// DecodeTable reads what Encode wrote into a room. Whatever it is given, the
// table that it returns without an error is safe to use.
func DecodeTable(in io.Reader, room *disk.Room) (*Table, error) {
	r := bufio.NewReaderSize(in, 1<<18)
	head := make([]byte, len(tableHead))
	if _, err := io.ReadFull(r, head); err != nil || string(head) != tableHead {
		return nil, errTable
	}
	t := NewTable(room)
	var count, bounces int
	if err := readNumbers(r, &count, &t.stale, &bounces); err != nil {
		return nil, err
	}
	if err := t.decodeRows(r, count, bounces); err != nil {
		return nil, err
	}
	for _, x := range t.texts() {
		if err := x.decode(r); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(t.sketches.Decode(r), t.originals.Decode(r)); err != nil {
		return nil, err
	}
	return t, t.check()
}

func readNumbers(r io.Reader, to ...*int) error {
	var b [4]byte
	for _, v := range to {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return fmt.Errorf("%w: %v", errTable, err)
		}
		*v = int(binary.LittleEndian.Uint32(b[:]))
	}
	return nil
}

// decodeRows makes room as rows come, so that a count that is not true costs nothing.
func (t *Table) decodeRows(r io.Reader, count, bounces int) error {
	b := make([]byte, rowBytes)
	for range count {
		if _, err := io.ReadFull(r, b); err != nil {
			return fmt.Errorf("%w: %v", errTable, err)
		}
		var one full
		one.parse(b)
		t.push(&one)
	}
	b = b[:bounceBytes]
	for range bounces {
		if _, err := io.ReadFull(r, b); err != nil {
			return fmt.Errorf("%w: %v", errTable, err)
		}
		var one bounceRow
		one.parse(b)
		t.bounces = append(t.bounces, one)
	}
	return nil
}
