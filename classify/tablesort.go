package classify

import (
	"cmp"
	"encoding/binary"
	"iter"
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

// idKey is what an ID is sorted by: eight bytes of it, at first those after what
// all begin with. Of those that are equal in these, the next eight.
type idKey struct {
	begin uint64
	row   int32
}

func eightOf(id string, at int) uint64 {
	var b [8]byte
	copy(b[:], id[min(at, len(id)):])
	return binary.BigEndian.Uint64(b[:])
}

func byBegin(a, b idKey) int {
	if a.begin != b.begin {
		return cmp.Compare(a.begin, b.begin)
	}
	return cmp.Compare(a.row, b.row)
}

// keys are those of all rows, in order of the IDs and, of one ID, of the rows;
// none when the rows are in order already.
func (t *Table) keys() (keys []idKey, sorted bool) {
	at, sorted := t.common()
	if sorted {
		return nil, true
	}
	keys = make([]idKey, t.count)
	c := crew.New(t.Workers)
	c.Spread(t.count, chunkRows, func(_, from, to int) {
		for i, m := range t.Pass(from, to) {
			keys[i] = idKey{eightOf(string(m.ID()), at), int32(i)}
		}
	})
	crew.Sort(c, keys, byBegin)
	ties := slices.Collect(tied(keys))
	c.Share(len(ties), func(_, i int) { t.deeper(ties[i], at+8) })
	return keys, false
}

// tied gives the runs of keys that are equal in their bytes.
func tied(keys []idKey) iter.Seq[[]idKey] {
	return func(yield func([]idKey) bool) {
		for i := 0; i < len(keys); {
			from := i
			for i++; i < len(keys) && keys[i].begin == keys[from].begin; i++ {
			}
			if i-from > 1 && !yield(keys[from:i:i]) {
				return
			}
		}
	}
}

// deeper orders keys whose IDs are equal up to a place by what comes behind.
func (t *Table) deeper(keys []idKey, at int) {
	longest := 0
	for i := range keys {
		t.room.EaseAt(i)
		id := t.id(int(keys[i].row))
		keys[i].begin, longest = eightOf(id, at), max(longest, len(id))
	}
	if longest <= at { // zeros at their ends tell them apart, if anything does
		slices.SortStableFunc(keys, func(a, b idKey) int { return cmp.Compare(t.id(int(a.row)), t.id(int(b.row))) })
		return
	}
	slices.SortFunc(keys, byBegin)
	for run := range tied(keys) {
		t.deeper(run, at+8)
	}
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
