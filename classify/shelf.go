package classify

import (
	"slices"
	"strings"
)

// shelves are the beginnings of stretches of IDs, but for the first. What there
// is of a message alone is put beside that of others on its shelf, and not beside
// that of the one that was read before it: messages are read in any order, and
// looked at in the order of their IDs. Of a large table a shelf or two are in
// memory at a time, where all of it would be. What many messages may have, and
// what is looked at in any order, has shelves of its own.
type shelves []string

const (
	shelfAfter = 1 << 15 // messages, from which the shelves are made
	shelfCount = 32
)

const (
	commonShelf  = iota // hosts, domains, and where one recipient has all of it
	senderShelf         // addresses
	subjectShelf        //
	listShelf           // numbers
	idShelf             // the first of the others; all is there until these are made
)

// shelve says where the next message is to be put, and its sketches are.
func (t *Table) shelve(id string) int {
	if t.count == shelfAfter && t.shelves == nil {
		t.shelves = t.newShelves()
	}
	n := t.shelves.of(id)
	t.sketches.Shelf, t.originals.Shelf = n-idShelf, n-idShelf
	return n
}

// newShelves makes shelves of as many messages each, going by those there are.
func (t *Table) newShelves() shelves {
	ids := make([]string, 0, t.count)
	for _, m := range t.pass() {
		ids = append(ids, string(m.ID()))
	}
	slices.Sort(ids)
	out := make(shelves, 0, shelfCount-1)
	for i := 1; i < shelfCount; i++ {
		out = append(out, strings.Clone(ids[i*len(ids)/shelfCount])) // apart from all the others
	}
	return out
}

// of is the number of an ID's shelf.
func (s shelves) of(id string) int {
	n, found := slices.BinarySearch(s, id)
	if found {
		n++
	}
	return idShelf + n
}
