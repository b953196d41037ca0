package classify

import (
	"cmp"
	"encoding/binary"
	"slices"

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
	slices.SortFunc(keys, func(a, b idKey) int {
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
	common, last := "", ""
	sorted = true
	for i, m := range t.pass() {
		id := string(m.ID())
		if i == 0 {
			common = id
		}
		n := 0
		for n < len(common) && n < len(id) && common[n] == id[n] {
			n++
		}
		common = common[:n]
		sorted = sorted && (i == 0 || last < id)
		last = id
	}
	if sorted {
		return nil, true
	}
	keys = make([]idKey, t.count)
	for i, m := range t.pass() {
		var b [8]byte
		copy(b[:], m.ID()[len(common):])
		keys[i] = idKey{binary.BigEndian.Uint64(b[:]), int32(i)}
	}
	return keys, false
}

func (t *Table) id(i int) string { return t.own.at(t.row(i).id) }
