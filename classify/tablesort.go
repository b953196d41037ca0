package classify

import (
	"cmp"
	"encoding/binary"

	"qclean/classify/crew"
)

// Sort brings the messages into the order of their IDs and drops all but the
// first of those with one ID.
func (t *Table) Sort() {
	if t.sorted {
		return
	}
	keys, sorted := t.keys()
	t.sorted = true
	if sorted {
		return
	}
	crew.Sort(crew.New(t.Workers), keys, func(a, b idKey) int {
		if a.begin != b.begin {
			return cmp.Compare(a.begin, b.begin)
		}
		return cmp.Or(cmp.Compare(t.id(int(a.row)), t.id(int(b.row))), cmp.Compare(a.row, b.row))
	})
	order, twice := make([]int32, len(keys)), false
	for i, k := range keys {
		order[i] = k.row
		twice = twice || i > 0 && k.begin == keys[i-1].begin && t.id(int(k.row)) == t.id(int(keys[i-1].row))
	}
	crew.New(t.Workers).Share(2, func(_, i int) {
		if i == 0 {
			t.rows.arrange(order)
		} else {
			t.details.arrange(order)
		}
	})
	if twice {
		t.dropRepeated()
	}
}

// dropRepeated keeps the first of those with one ID, which follow one another.
func (t *Table) dropRepeated() {
	last := ""
	t.Keep(func(i int) bool {
		id := t.id(i)
		again := i > 0 && id == last
		last = id
		return !again
	})
}

// idKey is what an ID is sorted by: the eight bytes after what all begin with.
// The whole ID is looked up only where they are equal.
type idKey struct {
	begin uint64
	row   int32
}

// keys are those of all rows, and whether they are in order already.
func (t *Table) keys() (keys []idKey, sorted bool) {
	common, sorted := t.common()
	if sorted {
		return nil, true
	}
	keys = make([]idKey, t.count)
	crew.New(t.Workers).Spread(t.count, chunkRows, func(_, from, to int) {
		for i, m := range t.Pass(from, to) {
			var b [8]byte
			copy(b[:], m.ID()[common:])
			keys[i] = idKey{binary.BigEndian.Uint64(b[:]), int32(i)}
		}
	})
	return keys, false
}

// common is how many bytes all IDs begin with, and whether these are in order.
func (t *Table) common() (bytes int, sorted bool) {
	if t.count == 0 {
		return 0, true
	}
	first := t.id(0)
	var each crew.Latch
	bytes, sorted = len(first), true
	crew.New(t.Workers).Spread(t.count, chunkRows, func(_, from, to int) {
		n, inOrder, last := len(first), true, ""
		if from > 0 {
			last = t.id(from - 1)
		}
		for i, m := range t.Pass(from, to) {
			id := string(m.ID())
			n = common(first[:n], id)
			inOrder = inOrder && (i == 0 || last < id)
			last = id
		}
		each.Lock()
		defer each.Unlock()
		bytes, sorted = min(bytes, n), sorted && inOrder
	})
	return bytes, sorted
}

func (t *Table) id(i int) string { return t.own.at(t.row(i).id) }
