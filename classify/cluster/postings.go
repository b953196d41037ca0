package cluster

import "slices"

// postings is the index of features while groups are made: which groups have
// it in their core. There is a short list for each feature, bounded, since
// spammers write the features.
type postings struct {
	first []int32  // by feature, first cell of its list
	some  []uint64 // bit by feature: whether it has one
	cells []cell
}

// cell holds some groups of a list, counted from 1: only the first cell may have
// places to spare, with 0.
type cell struct {
	groups [cellGroups]int32
	next   int32 // 0 ends the list
}

const cellGroups = 3

// maxPostings is how many groups may share a feature before it is taken for
// boilerplate that says nothing about any of them. It is a number of full cells.
const maxPostings = 12

// clear makes an empty index for so many features.
func (p *postings) clear(features int) {
	p.first, p.some = resized(p.first, features), resized(p.some, features/64+1)
	p.cells = append(p.cells[:0], cell{})
}

// add puts a group under a feature, unless it is there or the list is full.
func (p *postings) add(f, group int32) {
	group++
	cells := 0
	for c := p.first[f]; c != 0; c = p.cells[c].next {
		if slices.Contains(p.cells[c].groups[:], group) {
			return
		}
		cells++
	}
	head := &p.cells[p.first[f]]
	switch free := slices.Index(head.groups[:], 0); {
	case cells > 0 && free >= 0:
		head.groups[free] = group
	case cells < maxPostings/cellGroups:
		p.cells = append(p.cells, cell{[cellGroups]int32{group}, p.first[f]})
		p.first[f] = int32(len(p.cells) - 1)
		p.some[f/64] |= 1 << (f % 64)
	}
}
