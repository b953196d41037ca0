package cluster

import "math/bits"

// postings is the index of features: which groups have it in their core. It
// is a table of open addressing with a short list for each feature, bounded
// in both directions, since spammers write the features.
type postings struct {
	keys  []uint32 // 0 is free
	lists []int32  // first cell of each
	cells []cell
	used  int
	zero  int32 // list of the feature 0
}

type cell struct {
	group int32
	next  int32 // 0 ends the list
	rank  int32 // place in the list, so that a full one is known from its head
}

// maxPostings is how many groups may share a feature before it is taken for
// boilerplate that says nothing about any of them.
const maxPostings = 12

func newPostings(features int) *postings {
	size := 1 << bits.Len(uint(max(features*2, 1<<10)))
	return &postings{keys: make([]uint32, size), lists: make([]int32, size), cells: make([]cell, 1, features+1)}
}

// slot is where a feature is, or would be.
func (p *postings) slot(h uint32) int {
	mask := uint32(len(p.keys) - 1)
	i := h * 0x9E3779B1
	i = (i ^ i>>15) & mask
	for p.keys[i] != 0 && p.keys[i] != h {
		i = (i + 1) & mask
	}
	return int(i)
}

// list gives the first cell of a feature, 0 for none.
func (p *postings) list(h uint32) int32 {
	if h == 0 {
		return p.zero
	}
	return p.lists[p.slot(h)]
}

// add puts a group under a feature, unless it is there or the list is full.
func (p *postings) add(h uint32, group int32) {
	if p.used*2 >= len(p.keys) {
		p.grow()
	}
	head := &p.zero
	if h != 0 {
		i := p.slot(h)
		if p.keys[i] == 0 {
			p.keys[i] = h
			p.used++
		}
		head = &p.lists[i]
	}
	rank := int32(0)
	if *head != 0 {
		rank = p.cells[*head].rank + 1
	}
	if rank >= maxPostings {
		return
	}
	for c := *head; c != 0; c = p.cells[c].next {
		if p.cells[c].group == group {
			return
		}
	}
	p.cells = append(p.cells, cell{group, *head, rank})
	*head = int32(len(p.cells) - 1)
}

func (p *postings) grow() {
	keys, lists := p.keys, p.lists
	p.keys, p.lists = make([]uint32, 2*len(keys)), make([]int32, 2*len(lists))
	for i, h := range keys {
		if h != 0 {
			j := p.slot(h)
			p.keys[j], p.lists[j] = h, lists[i]
		}
	}
}
