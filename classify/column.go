package classify

import (
	"unsafe"

	"qclean/scan/disk"
)

// column holds one T for each message of a table, which has no pointer in it,
// in chunks that never move.
type column[T any] struct {
	room   *disk.Room
	chunks [][]T
	spare  [][]T // chunks that hold nothing
}

const (
	chunkBits = 12
	chunkRows = 1 << chunkBits
)

// at is that of message i. The pointer is good until the table is sorted or
// thinned out.
func (c *column[T]) at(i int) *T { return &c.chunks[i>>chunkBits][i&(chunkRows-1)] }

// set writes that of message i, which is there or is the next one.
func (c *column[T]) set(i int, v *T) {
	if i>>chunkBits == len(c.chunks) {
		c.chunks = append(c.chunks, c.chunk())
	}
	*c.at(i) = *v
}

// extend makes room for n messages.
func (c *column[T]) extend(n int) {
	for len(c.chunks)<<chunkBits < n {
		c.chunks = append(c.chunks, c.chunk())
	}
}

// chunk gives room for a chunk.
func (c *column[T]) chunk() []T {
	c.room.Ease()
	if last := len(c.spare) - 1; last >= 0 {
		old := c.spare[last]
		c.spare = c.spare[:last]
		return old
	}
	var one T
	b := c.room.Bytes(chunkRows * int(unsafe.Sizeof(one)))
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), chunkRows)
}

// cut keeps the chunks of the first n messages.
func (c *column[T]) cut(n int) {
	n = (n + chunkRows - 1) >> chunkBits
	c.spare = append(c.spare, c.chunks[n:]...)
	c.chunks = c.chunks[:n]
}

// arrange makes order[i] number i. They are copied, one after another, into
// chunks of their own: they come in some runs that are in order, so that a few
// chunks are read at a time, while to change them where they lie would jump
// about in all of a million. The old chunks are for messages to come.
func (c *column[T]) arrange(order []int32) {
	old := *c
	c.chunks = make([][]T, 0, len(old.chunks))
	for i, k := range order {
		c.set(i, old.at(int(k)))
	}
	c.spare = append(c.spare, old.chunks...)
}
