package classify

import (
	"hash/maphash"

	"qclean/classify/crew"
)

// Idents finds messages by their Ident.
type Idents struct {
	t     *Table
	seed  maphash.Seed
	slots []uint64 // open addressing, by hash: its upper half, then the row, counted from 1
}

// Idents makes ready to find messages by their Ident. It holds while no row is
// moved. Of several with one Ident the first is found.
func (t *Table) Idents() *Idents {
	x := &Idents{t: t, seed: maphash.MakeSeed()}
	size := 16
	for size < 2*t.count {
		size *= 2
	}
	x.slots = make([]uint64, size)
	hashes := make([]uint64, t.count) // beforehand: each is a line of memory that has to come
	crew.New(t.Workers).Spread(t.count, chunkRows, func(_, from, to int) {
		for i, m := range t.Pass(from, to) {
			if id := m.Ident(); id != "" {
				hashes[i] = maphash.String(x.seed, id)
			}
		}
	})
	for i, hash := range hashes {
		if id := t.own.at(t.details.at(i).ident); id != "" {
			if s := x.slot(hash, id); x.slots[s] == 0 {
				x.slots[s] = hash>>32<<32 | uint64(i+1)
			}
		}
	}
	return x
}

// Find gives the number of the message, false when there is none.
func (x *Idents) Find(ident string) (int, bool) {
	if ident == "" {
		return 0, false
	}
	i := uint32(x.slots[x.slot(maphash.String(x.seed, ident), ident)])
	return int(i) - 1, i != 0
}

// slot is where an Ident is, or would be. Of another hash none is looked at.
func (x *Idents) slot(hash uint64, ident string) int {
	mask := uint64(len(x.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		v := x.slots[i]
		if v == 0 || v>>32 == hash>>32 && x.t.own.at(x.t.details.at(int(uint32(v))-1).ident) == ident {
			return int(i)
		}
	}
}
