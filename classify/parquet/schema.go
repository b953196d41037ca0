package parquet

// Kind is what the values of a column are.
type Kind uint8

// The kinds. A Word is a text that repeats: each different one is written once
// a row group.
const (
	Group  Kind = iota // of Fields
	Text               // UTF-8
	Word               // the same, by dictionary
	Bytes              // anything
	Int32              //
	Int64              //
	Moment             // nanoseconds since 1970, UTC
	Bool               //
)

// Field is a column, or a group of them.
type Field struct {
	Name     string
	Kind     Kind
	List     bool    // any number of values, or of groups, a row
	Optional bool    // a group that may be missing
	Fields   []Field // of a group
}

// leaf is a column as pages see it.
type leaf struct {
	path     []string
	kind     Kind
	rep, def uint8 // the highest levels
}

// leaves lists the columns in the order of the schema.
func leaves(fields []Field, path []string, rep, def uint8) (out []leaf) {
	for i := range fields {
		f := &fields[i]
		at, r, d := append(path[:len(path):len(path)], f.Name), rep, def
		if f.List {
			at, r, d = append(at, "list", "element"), r+1, d+1
		}
		if f.Optional {
			d++
		}
		if f.Kind == Group {
			out = append(out, leaves(f.Fields, at, r, d)...)
			continue
		}
		out = append(out, leaf{path: at, kind: f.Kind, rep: r, def: d})
	}
	return out
}

// The numbers of parquet.thrift.
const (
	typeBoolean   = 0
	typeInt32     = 1
	typeInt64     = 2
	typeByteArray = 6

	required = 0
	optional = 1
	repeated = 2

	convertedUTF8  = 0
	convertedList  = 3
	convertedInt32 = 17
	convertedInt64 = 18

	logicalString    = 1
	logicalList      = 3
	logicalTimestamp = 8
	logicalInteger   = 10
	unitNanos        = 3
)

func (k Kind) physical() int {
	switch k {
	case Int32:
		return typeInt32
	case Int64, Moment:
		return typeInt64
	case Bool:
		return typeBoolean
	}
	return typeByteArray
}

// countElements is how many elements a schema has in the file, but for its root.
func countElements(fields []Field) int {
	n := 0
	for i := range fields {
		n += 1 + countElements(fields[i].Fields)
		if fields[i].List {
			n += 2
		}
	}
	return n
}

// writeFields writes SchemaElements, each before those below it.
func (t *thrift) writeFields(fields []Field) {
	for i := range fields {
		f := &fields[i]
		name, repetition := f.Name, required
		if f.List { // LogicalTypes.md, "Lists"
			t.group(name, required, 1, func() {
				t.i32(6, convertedList)
				t.open(10)
				t.open(logicalList)
				t.end()
				t.end()
			})
			t.group("list", repeated, 1, nil)
			name = "element"
		}
		if f.Optional {
			repetition = optional
		}
		if f.Kind == Group {
			t.group(name, repetition, len(f.Fields), nil)
			t.writeFields(f.Fields)
			continue
		}
		t.writeLeaf(name, repetition, f.Kind)
	}
}

func (t *thrift) group(name string, repetition, children int, more func()) {
	t.element()
	t.i32(3, repetition)
	t.text(4, name)
	t.i32(5, children)
	if more != nil {
		more()
	}
	t.end()
}

func (t *thrift) writeLeaf(name string, repetition int, k Kind) {
	t.element()
	t.i32(1, k.physical())
	t.i32(3, repetition)
	t.text(4, name)
	switch k {
	case Text, Word:
		t.i32(6, convertedUTF8)
		t.open(10)
		t.open(logicalString)
		t.end()
		t.end()
	case Int32:
		t.i32(6, convertedInt32)
		t.integer(32)
	case Int64:
		t.i32(6, convertedInt64)
		t.integer(64)
	case Moment:
		t.open(10)
		t.open(logicalTimestamp)
		t.field(1, thriftTrue) // adjusted to UTC
		t.open(2)
		t.open(unitNanos)
		t.end()
		t.end()
		t.end()
		t.end()
	}
	t.end()
}

// integer says that a number is signed and of so many bits.
func (t *thrift) integer(bits int) {
	t.open(10)
	t.open(logicalInteger)
	t.field(1, thriftByte)
	t.b = append(t.b, byte(bits))
	t.field(2, thriftTrue)
	t.end()
	t.end()
}
