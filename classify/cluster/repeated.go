package cluster

import (
	"slices"

	"qclean/classify/crew"
)

// repeated are the features, sorted, that more than one doc has. What is seen
// the first time is only marked, in a table that may take two features for one;
// what seems to be seen again is counted.
//
// Each part of the features is one worker's. The docs are read some thousand at
// a time, and laid out by part: they lie all over the memory, and are not to be
// looked for once for every part.
func repeated(s *Set, docs []doc, c crew.Crew) []uint32 {
	n := 0
	for i := range docs {
		n += int(s.items[docs[i].item].hashes)
	}
	parts := make([]part, min(max(int(c), 1), maxParts))
	for p := range parts {
		parts[p] = part{marks: newSighted(n / len(parts)), found: newTwice()}
	}
	h := harvest{set: s, docs: docs, crew: c, parts: parts, laid: make([][][]uint32, max(int(c), 1))}
	h.each(func(p *part, hashes []uint32) {
		for _, h := range hashes {
			p.marks.sight(h)
		}
	})
	h.each(func(p *part, hashes []uint32) {
		for _, h := range hashes {
			if p.marks.twice(h) {
				p.found.add(h)
			}
		}
	})
	sorted := make([][]uint32, len(parts))
	c.Share(len(parts), func(_, p int) { sorted[p] = parts[p].found.sorted() })
	return slices.Concat(sorted...)
}

// maxParts bounds the parts, of which each has tables of its own.
const maxParts = 8

// part is the hashes from one to another.
type part struct {
	marks *sighted
	found *twice
}

// harvest goes through the features of docs.
type harvest struct {
	set   *Set
	docs  []doc
	crew  crew.Crew
	parts []part
	laid  [][][]uint32 // by worker and part
}

const (
	harvestDocs = 1 << 14 // laid out at once
	harvestRun  = 1 << 9
)

// each gives every part its features.
func (h *harvest) each(take func(*part, []uint32)) {
	for from := 0; from < len(h.docs); from += harvestDocs {
		docs := h.docs[from:min(from+harvestDocs, len(h.docs))]
		for w := range h.laid {
			if h.laid[w] == nil {
				h.laid[w] = make([][]uint32, len(h.parts))
			}
			for p := range h.laid[w] {
				h.laid[w][p] = h.laid[w][p][:0]
			}
		}
		h.crew.Spread(len(docs), harvestRun, func(worker, i, j int) {
			for k := i; k < j; k++ {
				lay(h.laid[worker], h.set.hashes(docs[k].item))
			}
		})
		h.crew.Share(len(h.parts), func(_, p int) {
			for w := range h.laid {
				take(&h.parts[p], h.laid[w][p])
			}
		})
	}
}

// lay appends hashes, which ascend, to the parts that they are of.
func lay(parts [][]uint32, hashes []uint32) {
	from := 0
	for p := range parts {
		to, end := from, uint64(p+1)<<32/uint64(len(parts))
		for to < len(hashes) && uint64(hashes[to]) < end {
			to++
		}
		parts[p] = append(parts[p], hashes[from:to]...)
		from = to
	}
}
