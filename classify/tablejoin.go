package classify

import (
	"cmp"
	"hash/maphash"
	"slices"
	"sort"

	"qclean/classify/crew"
)

// Join adds the messages of another table, which keeps them, and leaves this
// one in order if it was: ErrFull. Of a large table and a small one it costs
// little more than to walk over the large one's texts.
func (t *Table) Join(added *Table) error {
	if t.text.slots == nil {
		t.text.expect(&added.text, crew.New(t.Workers))
		defer t.text.seal() // others than these are not found
	}
	from, sorted := t.count, t.sorted
	for _, r := range added.All() {
		if err := t.Append(r); err != nil {
			return err
		}
	}
	if sorted {
		t.merge(from)
	} else {
		t.Sort()
	}
	return nil
}

// merge puts the rows from one on where they belong among those before it,
// which are in order, and drops them where there is one with the same ID.
func (t *Table) merge(from int) {
	late := make([]full, t.count-from)
	for i := range late {
		late[i] = t.full(from + i)
	}
	slices.SortStableFunc(late, func(a, b full) int { return cmp.Compare(t.own.at(a.id), t.own.at(b.id)) })
	again, old, to := false, from, t.count
	for i := len(late) - 1; i >= 0; i-- {
		id := t.own.at(late[i].id)
		place := sort.Search(old, func(k int) bool { return t.id(k) > id }) // how many come before it
		for old > place {
			old, to = old-1, to-1
			f := t.full(old)
			t.put(to, &f)
		}
		again = again || place > 0 && t.id(place-1) == id || i > 0 && t.own.at(late[i-1].id) == id
		to--
		t.put(to, &late[i])
	}
	if again {
		t.dropRepeated()
	}
	t.sorted = true
}

// expect makes ready to intern the texts of another table, and no others: of
// those that are there only these will be found. All would take a table of all.
func (t *texts) expect(few *texts, all crew.Crew) {
	t.seed, t.used = maphash.MakeSeed(), 0
	var wanted texts // of which there is but the table
	for range few.all() {
		wanted.used++
	}
	wanted.slots = make([]uint64, slotsFor(wanted.used))
	for r := range few.all() {
		wanted.put(uint64(t.hash(few.at(r)))<<32 | uint64(r))
	}
	found := make([][]uint64, len(t.blocks))
	all.Share(len(t.blocks), func(_, block int) {
		t.room.Ease()
		for r := range t.within(block) {
			s := t.at(r)
			if hash := t.hash(s); wanted.slots[wanted.slotIn(few, hash, s)] != 0 {
				found[block] = append(found[block], uint64(hash)<<32|uint64(r))
			}
		}
	})
	for _, f := range found {
		t.used += len(f)
	}
	t.slots = make([]uint64, slotsFor(t.used))
	for _, f := range found {
		for _, v := range f {
			t.put(v)
		}
	}
}

// slotsFor is how many slots so many texts get.
func slotsFor(n int) int {
	size := 1024
	for size < 2*n {
		size *= 2
	}
	return size
}
