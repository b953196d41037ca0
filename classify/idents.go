package classify

import (
	"hash/maphash"

	"qclean/classify/crew"
)

// Idents finds messages by their Ident.
type Idents struct {
	t     *Table
	seed  maphash.Seed
	parts [identParts][]uint64 // by the first bits of the hash, open addressing: its upper half, then the row, counted from 1
}

// identParts is how many parts there are, so that several can be made at once.
const (
	identBits  = 2
	identParts = 1 << identBits
)

// Idents makes ready to find messages by their Ident. It holds while no row is
// moved. Of several with one Ident the first is found.
func (t *Table) Idents() *Idents {
	x := &Idents{t: t, seed: maphash.MakeSeed()}
	all := crew.New(t.Workers)
	hashes := make([]uint64, t.count) // beforehand: each is a line of memory that has to come
	all.Spread(t.count, chunkRows, func(_, from, to int) {
		for i, m := range t.Pass(from, to) {
			if id := m.Ident(); id != "" {
				hashes[i] = maphash.String(x.seed, id) | 1
			}
		}
	})
	all.Share(identParts, func(_, part int) { x.fill(part, hashes) })
	return x
}

// fill makes one part.
func (x *Idents) fill(part int, hashes []uint64) {
	n, size := 0, 16
	for _, hash := range hashes {
		if hash != 0 && identPart(hash) == part {
			n++
		}
	}
	for size < 2*n {
		size *= 2
	}
	slots := make([]uint64, size)
	x.parts[part] = slots
	for i, hash := range hashes {
		if hash == 0 || identPart(hash) != part {
			continue
		}
		if s := x.slot(slots, hash, x.ident(i)); slots[s] == 0 {
			slots[s] = hash>>32<<32 | uint64(i+1)
		}
	}
}

func identPart(hash uint64) int { return int(hash >> (64 - identBits)) }

func (x *Idents) ident(row int) string { return x.t.own.at(x.t.details.at(row).ident) }

// Find gives the number of the message, false when there is none.
func (x *Idents) Find(ident string) (int, bool) {
	if ident == "" {
		return 0, false
	}
	hash := maphash.String(x.seed, ident) | 1
	slots := x.parts[identPart(hash)]
	i := uint32(slots[x.slot(slots, hash, ident)])
	return int(i) - 1, i != 0
}

// slot is where an Ident is, or would be. Of another hash none is looked at.
func (x *Idents) slot(slots []uint64, hash uint64, ident string) int {
	mask := uint64(len(slots) - 1)
	for i := hash >> 1 & mask; ; i = (i + 1) & mask {
		v := slots[i]
		if v == 0 || v>>32 == hash>>32 && x.ident(int(uint32(v))-1) == ident {
			return int(i)
		}
	}
}
