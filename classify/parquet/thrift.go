package parquet

import "encoding/binary"

// The types of the compact protocol that are used here (thrift-compact-protocol.md).
const (
	thriftTrue   = 1
	thriftByte   = 3
	thriftI32    = 5
	thriftI64    = 6
	thriftBinary = 8
	thriftList   = 9
	thriftStruct = 12
)

// thrift builds one struct in the compact protocol.
type thrift struct {
	b    []byte
	last []int // number of the last field, for each struct that is open
}

func newThrift() *thrift { return &thrift{last: []int{0}} }

// field begins a field: the distance from the last one, and the type.
func (t *thrift) field(id, kind int) {
	last := &t.last[len(t.last)-1]
	t.b = append(t.b, byte((id-*last)<<4|kind)) // no two fields lie more than 15 apart
	*last = id
}

func (t *thrift) number(v int64) { t.b = binary.AppendVarint(t.b, v) }

func (t *thrift) i32(id, v int) {
	t.field(id, thriftI32)
	t.number(int64(v))
}

func (t *thrift) i64(id int, v int64) {
	t.field(id, thriftI64)
	t.number(v)
}

func (t *thrift) text(id int, s string) {
	t.field(id, thriftBinary)
	t.string(s)
}

func (t *thrift) string(s string) {
	t.b = binary.AppendUvarint(t.b, uint64(len(s)))
	t.b = append(t.b, s...)
}

// list begins a list of n elements, which follow one by one.
func (t *thrift) list(id, kind, n int) {
	t.field(id, thriftList)
	if n < 15 {
		t.b = append(t.b, byte(n<<4|kind))
		return
	}
	t.b = binary.AppendUvarint(append(t.b, byte(15<<4|kind)), uint64(n))
}

// open begins a struct that is a field, element one that is in a list; end ends both.
func (t *thrift) open(id int) {
	t.field(id, thriftStruct)
	t.element()
}

func (t *thrift) element() { t.last = append(t.last, 0) }

func (t *thrift) end() {
	t.b = append(t.b, 0)
	t.last = t.last[:len(t.last)-1]
}
