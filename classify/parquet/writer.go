package parquet

import (
	"encoding/binary"
	"fmt"
	"io"
)

const magic = "PAR1"

// Writer writes one file, row group after row group.
type Writer struct {
	w      io.Writer
	fields []Field
	leaves []leaf
	at     int64
	rows   int64
	groups [][]chunk
	counts []int64 // rows of each group
	buf    []byte
}

// chunk is a column of a row group as the footer tells of it.
type chunk struct {
	dictionary, data, end int64 // offsets; dictionary is 0 where there is none
	values                int
}

// NewWriter begins a file.
func NewWriter(w io.Writer, fields []Field) (*Writer, error) {
	out := &Writer{w: w, fields: fields, leaves: leaves(fields, nil, 0, 0)}
	return out, out.write([]byte(magic))
}

func (w *Writer) write(b []byte) error {
	n, err := w.w.Write(b)
	w.at += int64(n)
	if err != nil {
		return fmt.Errorf("parquet: %w", err)
	}
	return nil
}

// Rows is a row group in the making. It may be filled while another is written.
type Rows struct {
	Columns []*Column // in the order of the schema
}

// NewRows makes an empty row group.
func (w *Writer) NewRows() *Rows {
	r := &Rows{Columns: make([]*Column, len(w.leaves))}
	for i, l := range w.leaves {
		r.Columns[i] = &Column{leaf: l}
		if l.kind == Word {
			r.Columns[i].words = map[string]uint32{}
		}
	}
	return r
}

// Write writes a row group of n rows and empties it.
func (w *Writer) Write(r *Rows, n int) error {
	var chunks []chunk
	for _, c := range r.Columns {
		k, err := w.column(c)
		if err != nil {
			return err
		}
		chunks = append(chunks, k)
		c.reset()
	}
	w.groups, w.counts, w.rows = append(w.groups, chunks), append(w.counts, int64(n)), w.rows+int64(n)
	return nil
}

// The numbers of parquet.thrift.
const (
	pageData       = 0
	pageDictionary = 2
	encodingPlain  = 0
	encodingRLE    = 3
	encodingWords  = 8 // RLE_DICTIONARY
)

func (w *Writer) column(c *Column) (k chunk, err error) {
	encoding := encodingPlain
	if c.kind == Word {
		encoding, k.dictionary = encodingWords, w.at
		if err := w.page(pageDictionary, 7, len(c.words), nil, c.values, encodingPlain); err != nil {
			return k, err
		}
	}
	k.data, k.values = w.at, c.slots()
	w.buf = c.appendHead(w.buf[:0])
	err = w.page(pageData, 5, k.values, w.buf, c.body(), encoding, encodingRLE, encodingRLE)
	k.end = w.at
	return k, err
}

// page writes a PageHeader and what follows it, in two parts, so that values
// need not be copied behind their levels. Field id has what is of its kind
// alone: the number of values and the encodings.
func (w *Writer) page(kind, id, values int, head, body []byte, encodings ...int) error {
	t := newThrift()
	t.i32(1, kind)
	t.i32(2, len(head)+len(body))
	t.i32(3, len(head)+len(body))
	t.open(id)
	t.i32(1, values)
	for i, e := range encodings {
		t.i32(2+i, e)
	}
	t.end()
	t.end()
	if err := w.write(append(t.b, head...)); err != nil || len(body) == 0 {
		return err
	}
	return w.write(body)
}

// Meta is what a file says of itself besides its columns.
type Meta struct{ Key, Value string }

// Close writes the footer. The file below is the caller's to close.
func (w *Writer) Close(writtenBy string, meta []Meta) error {
	t := newThrift()
	t.i32(1, 2) // version
	t.list(2, thriftStruct, 1+countElements(w.fields))
	t.element()
	t.text(4, "row")
	t.i32(5, len(w.fields))
	t.end()
	t.writeFields(w.fields)
	t.i64(3, w.rows)
	t.list(4, thriftStruct, len(w.groups))
	for i := range w.groups {
		w.rowGroup(t, i)
	}
	t.list(5, thriftStruct, len(meta))
	for _, m := range meta {
		t.element()
		t.text(1, m.Key)
		t.text(2, m.Value)
		t.end()
	}
	t.text(6, writtenBy)
	t.end()
	return w.write(append(binary.LittleEndian.AppendUint32(t.b, uint32(len(t.b))), magic...))
}

func (w *Writer) rowGroup(t *thrift, i int) {
	chunks := w.groups[i]
	t.element()
	t.list(1, thriftStruct, len(chunks))
	total := int64(0)
	for k := range chunks {
		total += chunks[k].size()
		t.columnChunk(&w.leaves[k], &chunks[k])
	}
	t.i64(2, total)
	t.i64(3, w.counts[i])
	t.end()
}

func (k *chunk) begin() int64 {
	if k.dictionary > 0 {
		return k.dictionary
	}
	return k.data
}

func (k *chunk) size() int64 { return k.end - k.begin() }

func (t *thrift) columnChunk(l *leaf, k *chunk) {
	encodings := []int{encodingPlain, encodingRLE}
	if k.dictionary > 0 {
		encodings = append(encodings, encodingWords)
	}
	t.element()
	t.i64(2, k.begin())
	t.open(3)
	t.i32(1, l.kind.physical())
	t.list(2, thriftI32, len(encodings))
	for _, e := range encodings {
		t.number(int64(e))
	}
	t.list(3, thriftBinary, len(l.path))
	for _, p := range l.path {
		t.string(p)
	}
	t.i32(4, 0) // not compressed
	t.i64(5, int64(k.values))
	t.i64(6, k.size())
	t.i64(7, k.size())
	t.i64(9, k.data)
	if k.dictionary > 0 {
		t.i64(11, k.dictionary)
	}
	t.end()
	t.end()
}
