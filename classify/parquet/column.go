package parquet

import (
	"encoding/binary"
	"slices"
)

// Column takes the values of one column, row by row. In a list, or in a group
// that may be missing, each value has its levels given before it; a level
// without a value says how much of the way to one there is.
type Column struct {
	leaf
	rep, def []uint8
	values   []byte   // as PLAIN has them; of words, the dictionary
	count    int      // values
	bits     byte     // flags that make no byte yet
	places   []uint32 // of words in the dictionary
	words    map[string]uint32
	last     string // word, and its place: many repeat
	lastAt   uint32
}

// Level gives the repetition and the definition level of the next value, or of
// the place where there is none.
func (c *Column) Level(rep, def uint8) {
	c.rep, c.def = append(c.rep, rep), append(c.def, def)
}

// Missing says of n rows that the group that the column is in is missing, as
// Level(0, 0) would of each.
func (c *Column) Missing(n int) {
	c.rep, c.def = append(c.rep, make([]uint8, n)...), append(c.def, make([]uint8, n)...)
}

// Text takes a text, a word or bytes.
func (c *Column) Text(s string) {
	c.count++
	if c.kind != Word {
		c.plain(s)
		return
	}
	c.places = append(c.places, c.place(s))
}

// place is where a word stands in the dictionary.
func (c *Column) place(s string) uint32 {
	if s == c.last && len(c.places) > 0 {
		return c.lastAt
	}
	at, ok := c.words[s]
	if !ok {
		at = uint32(len(c.words))
		c.words[s] = at
		c.plain(s)
	}
	c.last, c.lastAt = s, at
	return at
}

func (c *Column) plain(s string) { c.values = appendWord(c.values, s) }

// Bytes takes what is no text.
func (c *Column) Bytes(b []byte) {
	c.count++
	c.values = appendWord(c.values, b)
}

// Int takes a number, or a moment.
func (c *Column) Int(v int64) {
	c.count++
	if c.kind == Int32 {
		c.values = binary.LittleEndian.AppendUint32(c.values, uint32(v))
		return
	}
	c.values = binary.LittleEndian.AppendUint64(c.values, uint64(v))
}

// Bool takes a flag.
func (c *Column) Bool(v bool) {
	if v {
		c.bits |= 1 << (c.count & 7)
	}
	if c.count++; c.count&7 == 0 {
		c.values, c.bits = append(c.values, c.bits), 0
	}
}

// reset forgets the values and keeps the room.
func (c *Column) reset() {
	c.rep, c.def, c.values, c.places = c.rep[:0], c.def[:0], c.values[:0], c.places[:0]
	c.count, c.bits = 0, 0
	clear(c.words)
}

// slots is how many places for a value there are, with those that are empty.
func (c *Column) slots() int {
	if c.leaf.def == 0 {
		return c.count
	}
	return len(c.def)
}

// appendHead writes what the data page has before the values: levels and, of
// words, all of it.
func (c *Column) appendHead(b []byte) []byte {
	b = appendLevels(b, c.rep, c.leaf.rep)
	b = appendLevels(b, c.def, c.leaf.def)
	if c.kind == Word {
		width := widthOf(max(len(c.words)-1, 0))
		b = appendHybrid(append(b, byte(width)), c.places, width)
	}
	return b
}

// body is the values of the data page, or nothing where they are words.
func (c *Column) body() []byte {
	if c.kind == Word {
		return nil
	}
	if c.kind == Bool && c.count&7 != 0 {
		return append(c.values, c.bits)
	}
	return c.values
}

// appendWord writes a text as PLAIN has it.
func appendWord[T string | []byte](b []byte, s T) []byte {
	if need := lengthBytes + len(s); cap(b)-len(b) < need {
		b = slices.Grow(b, max(need, cap(b), leastRoom)) // twice as much: append would leave five times of it behind
	}
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(s))), s...)
}

const (
	lengthBytes = 4
	leastRoom   = 4 << 10
)
