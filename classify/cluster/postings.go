package cluster

// postings is the index of features while groups are made: which groups have
// it in their core. There is a short list for each feature, bounded, since
// spammers write the features.
type postings struct {
	first []int32 // by feature, first cell of its list
	cells []cell
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
	return &postings{first: make([]int32, features), cells: make([]cell, 1)}
}

// add puts a group under a feature, unless it is there or the list is full.
func (p *postings) add(f, group int32) {
	head := &p.first[f]
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
