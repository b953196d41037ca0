package classify

import (
	"encoding/binary"
	"io"
	"sync/atomic"
	"unsafe"

	"qclean/classify/crew"
)

// stored is how many bytes encode writes.
func (t *texts) stored() int {
	n := 4 + 4*len(t.blocks)
	for _, b := range t.blocks {
		n += len(b)
	}
	return n
}

// encode writes how many blocks there are, the length of each, and then these.
// Errors are kept by w.
func (t *texts) encode(w io.Writer) {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(t.blocks)))
	for _, block := range t.blocks {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(block)))
	}
	w.Write(b)
	for _, block := range t.blocks {
		t.room.Ease()
		w.Write(unsafe.Slice(unsafe.StringData(block), len(block))) // as a string it would be copied
	}
}

// decode uses the blocks where they lie, but for the last, which goes on growing.
func (t *texts) decode(b []byte, workers int) bool {
	lengths, b, ok := blockLengths(b)
	if !ok || len(lengths) > maxBlocks {
		return false
	}
	for i, n := range lengths {
		if n == 0 || n > maxText+8 || n > len(b) {
			return false
		}
		block := b[:n:n]
		if b = b[n:]; i == len(lengths)-1 {
			block = append(t.room.Bytes(max(n, textBlock))[:0], block...)
			t.open = []open{{i, block}}
		}
		t.blocks = append(t.blocks, written(block))
	}
	return len(b) == 0 && t.check(workers)
}

// blockLengths reads how many blocks follow, and the length of each.
func blockLengths(b []byte) (lengths []int, rest []byte, ok bool) {
	if len(b) < 4 {
		return nil, nil, false
	}
	n := int(binary.LittleEndian.Uint32(b))
	if b = b[4:]; n > len(b)/4 {
		return nil, nil, false
	}
	for i := range n {
		lengths = append(lengths, int(binary.LittleEndian.Uint32(b[4*i:])))
	}
	return lengths, b[4*n:], true
}

// check walks over all texts: each lies within its block.
func (t *texts) check(workers int) bool {
	var wrong atomic.Bool
	crew.New(workers).Share(len(t.blocks), func(_, i int) {
		t.room.Ease()
		if !wellFormed(t.blocks[i]) {
			wrong.Store(true)
		}
	})
	return !wrong.Load()
}

// wellFormed tells whether a block is one text after another.
func wellFormed(s string) bool {
	for at := 0; at < len(s); {
		n, head := size(s[at:])
		if at += head + n; at > len(s) {
			return false
		}
	}
	return true
}
