package cluster

import (
	"slices"

	"qclean/classify/crew"
)

// numbering is what one worker keeps while it numbers the features of docs.
type numbering struct {
	recent
	runs [][]uint16 // in the making
	near []uint32   // sketches that come next
}

// numberRuns is how many runs at most are made at once, of 1,024 docs each.
// Their docs are gone through as the sketches lie, and each is appended to its
// run: the more runs, the less far is each sketch from the one before, and the
// more room is taken by runs in the making. A worker has some tasks of them.
const (
	numberRuns  = 128
	numberTasks = 4
	numberNear  = 32 // sketches that are fetched together: it waits for all of them once
)

// numberAll makes the runs, and writes to each doc what its sketch says.
func (n *census) numberAll(c crew.Crew) {
	if len(n.docs) == 0 {
		return
	}
	n.runs = make([][]uint16, n.docs[len(n.docs)-1].run()+1)
	size := min(numberRuns, len(n.runs)/(numberTasks*max(int(c), 1))+1)
	work, before := make([]numbering, max(int(c), 1)), n.before()
	c.Spread(len(n.runs), size, func(worker, from, to int) {
		w := &work[worker]
		w.census = n
		w.number(n.runs[from:to], from, n.docs[before[from]:before[to]])
	})
}

// before counts the docs of the runs before each, and at last of all. Of a doc
// of very many messages there is more than one run.
func (n *census) before() []int32 {
	out := make([]int32, len(n.runs)+1)
	for i := range n.docs {
		out[n.docs[i].run()+1]++
	}
	for r := range n.runs {
		out[r+1] += out[r]
	}
	return out
}

// number makes some runs, from one on.
func (w *numbering) number(runs [][]uint16, from int, docs []doc) {
	w.room(runs, from, docs)
	for some := range slices.Chunk(w.set.byPlace(len(docs), func(i int) int32 { return docs[i].item }), numberNear) {
		w.set.Room.Ease()
		w.near = w.near[:0]
		for _, i := range some {
			w.near = append(w.near, w.set.hashes(docs[i].item)...)
		}
		near := w.near
		for _, i := range some {
			d := &docs[i]
			found := w.numbers(near[:d.hashes])
			near = near[d.hashes:]
			run := &w.runs[d.run()-from]
			d.at, d.features = uint32(len(*run)), uint8(len(found))
			d.links, d.pictured = w.set.links(d.item), w.set.Pictured(int(d.item))
			*run = pack(*run, found)
		}
	}
	for i := range runs {
		runs[i] = slices.Clone(w.runs[i])
	}
}

// room makes room for some runs, as much as they take if all features have
// numbers that are near, and notes how many features each doc has.
func (w *numbering) room(runs [][]uint16, from int, docs []doc) {
	size := make([]int, len(runs))
	for i := range docs {
		d := &docs[i]
		it := &w.set.items[d.item]
		d.level, d.hashes = it.level, it.hashes
		size[d.run()-from] += int(it.hashes)
	}
	w.runs = slices.Grow(w.runs[:0], len(runs))[:len(runs)]
	for i := range w.runs {
		w.runs[i] = slices.Grow(w.runs[i][:0], size[i])
	}
}
