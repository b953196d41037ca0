package classify

import (
	"encoding/binary"
	"errors"
	"hash/maphash"
	"iter"
	"unsafe"

	"qclean/scan/disk"
)

// ErrFull means that a table holds as much text as it can: 4 GiB.
var ErrFull = errors.New("more text than one table can hold")

// ref says where a text lies. 0 is the empty text.
type ref uint32

// texts keeps strings one after another in blocks that never move, each once:
// of a flood's strings most repeat, and a million small strings of their own
// would cost more than what is in them. The zero value is empty.
type texts struct {
	room   *disk.Room
	blocks []string // what is written of each block
	open   []open   // by shelf, the block that grows
	slots  []uint64 // open addressing, by hash: its upper half, then where the text is
	used   int
	seed   maphash.Seed
}

// open is a block that grows, as long as what is written of it; b is nil where there is none.
type open struct {
	block int
	b     []byte
}

const (
	textBits  = 17 // 128 KiB a block
	textBlock = 1 << textBits
	maxBlocks = 1 << (32 - textBits)
)

// at gives a text: "" where there is none. So rows that were stored need not be
// gone through before they are used, whatever they say.
func (t *texts) at(r ref) string {
	b, from := int(r>>textBits), int(r&(textBlock-1))
	if r == 0 || b >= len(t.blocks) || from >= len(t.blocks[b]) {
		return ""
	}
	s := t.blocks[b][from:]
	n, head := size(s)
	if head+n > len(s) {
		return ""
	}
	return s[head : head+n]
}

// size reads the length of a text, and of the length: more than there is when
// that is cut off.
func size(s string) (n, head int) {
	if s[0] < 0x80 {
		return int(s[0]), 1
	}
	return longSize(s)
}

func longSize(s string) (n, head int) {
	switch {
	case len(s) > 1 && s[1] < 0x80:
		return int(s[0])&0x7f | int(s[1])<<7, 2
	case len(s) > 2:
		return int(s[0])&0x7f | int(s[1])&0x7f<<7 | int(s[2])<<14, 3
	}
	return maxText, 3
}

// maxText is what three bytes of length can say.
const maxText = 1<<22 - 1

// add keeps a text without asking whether it is there: for those that are
// different in every message.
func (t *texts) add(s string, shelf int) (ref, error) {
	if s == "" {
		return 0, nil
	}
	if len(s) > maxText {
		return 0, ErrFull
	}
	o, err := t.opened(len(s)+3, shelf)
	if err != nil {
		return 0, err
	}
	at := o.block<<textBits | len(o.b)
	n := len(s)
	switch {
	case n < 0x80:
		o.b = append(o.b, byte(n))
	case n < 0x4000:
		o.b = append(o.b, byte(n)|0x80, byte(n>>7))
	default:
		o.b = append(o.b, byte(n)|0x80, byte(n>>7)|0x80, byte(n>>14))
	}
	o.b = append(o.b, s...) // never more than the block holds
	t.blocks[o.block] = written(o.b)
	return ref(at), nil
}

// opened gives a shelf's block with room for some bytes.
func (t *texts) opened(need, shelf int) (*open, error) {
	for len(t.open) <= shelf {
		t.open = append(t.open, open{})
	}
	o := &t.open[shelf]
	if o.b != nil && (len(o.b) == 0 || len(o.b)+need <= textBlock) {
		return o, nil
	}
	if len(t.blocks) == maxBlocks {
		return nil, ErrFull
	}
	*o = open{len(t.blocks), t.room.Bytes(max(need+1, textBlock))[:0]}
	if o.block == 0 {
		o.b = append(o.b, 0) // the place of the empty text
	}
	t.blocks = append(t.blocks, "")
	return o, nil
}

// written is what stands in a block: it is only ever added to.
func written(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// intern keeps a text once, on the shelf of the first who has it.
func (t *texts) intern(s string, shelf int) (ref, error) {
	if s == "" {
		return 0, nil
	}
	if t.used*4 >= len(t.slots)*3 {
		t.grow()
	}
	hash := t.hash(s)
	i := t.slot(hash, s)
	if t.slots[i] != 0 {
		return ref(t.slots[i]), nil
	}
	r, err := t.add(s, shelf)
	if err == nil {
		t.slots[i] = uint64(hash)<<32 | uint64(r)
		t.used++
	}
	return r, err
}

func (t *texts) hash(s string) uint32 { return uint32(maphash.String(t.seed, s)) }

// slot is where a text is, or would be. Of another hash none is looked at: that
// would be a line of memory for each, all over the place.
func (t *texts) slot(hash uint32, s string) int { return t.slotIn(t, hash, s) }

// slotIn is slot of refs that are another's.
func (t *texts) slotIn(of *texts, hash uint32, s string) int {
	mask := len(t.slots) - 1
	i := int(hash) & mask
	for t.slots[i] != 0 && (uint32(t.slots[i]>>32) != hash || of.at(ref(t.slots[i])) != s) {
		i = (i + 1) & mask
	}
	return i
}

// grow makes room for as many again. What was sealed is looked through.
func (t *texts) grow() {
	old := t.slots
	if old == nil {
		t.seed = maphash.MakeSeed()
		for range t.all() {
			t.used++
		}
	}
	t.slots = make([]uint64, slotsFor(t.used))
	for _, v := range old {
		if v != 0 {
			t.put(v)
		}
	}
	if old == nil {
		for r := range t.all() {
			t.put(uint64(t.hash(t.at(r)))<<32 | uint64(r))
		}
	}
}

// put finds a place for what has none.
func (t *texts) put(v uint64) {
	mask := len(t.slots) - 1
	i := int(v>>32) & mask
	for t.slots[i] != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = v
}

// all gives every text.
func (t *texts) all() iter.Seq[ref] {
	return func(yield func(ref) bool) {
		for b := range t.blocks {
			for r := range t.within(b) {
				if !yield(r) {
					return
				}
			}
		}
	}
}

// within gives those of a block.
func (t *texts) within(b int) iter.Seq[ref] {
	return func(yield func(ref) bool) {
		for at, s := 0, t.blocks[b]; at < len(s); {
			n, head := size(s[at:])
			if n > 0 && !yield(ref(b<<textBits|at)) {
				return
			}
			at += head + n
		}
	}
}

// seal lets go of what finds texts that are there, until the next is interned.
func (t *texts) seal() { t.slots, t.used = nil, 0 }

// list keeps several numbers as one text.
func (t *texts) list(values []ref, shelf int) (ref, error) {
	var room [4 * 2 * MaxKeptRecipients]byte
	return t.intern(written(appendRefs(room[:0], values)), shelf)
}

func appendRefs(b []byte, values []ref) []byte {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	return b
}

// number is one of a list.
func (t *texts) number(r ref, i int) ref { return number(t.at(r), i) }

// number is 0 beyond the end.
func number(list string, i int) ref {
	if 4*i+4 > len(list) {
		return 0
	}
	s := list[4*i : 4*i+4]
	return ref(s[0]) | ref(s[1])<<8 | ref(s[2])<<16 | ref(s[3])<<24
}
