// Package cluster puts the sketches of a spool into campaigns.
//
// Two copies of one advertisement may have little in common once each is
// padded, cut and personalised, and two strangers' letters may share a long
// footer; no distance between two messages tells these apart. So messages are
// never compared in pairs to decide anything. A group keeps a core, the
// features that a quarter of its members share, and a message joins by the
// share of the core that it shows, not by the share of it that is core.
//
// One pass builds groups (lead.go), two rounds put them right from the same
// sketches (refine.go): cores anew, groups of two texts split (split.go),
// groups of one text merged (merge.go), features weighed by how pure they are,
// and every message given to the core that it fits best. Groups that hold
// together by little are marked weak (weak.go) and are not for acting on
// without a second sign.
//
// The result depends on the set of messages alone: they are looked at in the
// order of a hash of their sketch, and what is done by several goroutines at
// once (package crew) comes to the same with any number of them. Work and memory are
// bounded whatever the messages say: features that one message alone has are
// left out when the others are numbered (census.go), of a group of one 16 are
// in the index, of a larger one 192, and a feature leads to 12 groups at most.
package cluster

import (
	"cmp"
	"slices"

	"qclean/classify/crew"
	"qclean/classify/fingerprint"
)

// Options of grouping. The zero value is right.
type Options struct {
	Prior []Prior          // campaigns of earlier scans: a group that goes on with one keeps its ID
	Taken []fingerprint.ID // IDs that no group may have

	Workers int // goroutines at once; 0: one a processor. The groups are the same with any number.
}

// Feature is one shingle of a campaign's core.
type Feature struct {
	Hash   uint32
	Share  float32 // of the members that could show it, how many do
	Purity float32 // of the messages that show it, how many are members
}

// Group is one campaign, or a message that is like no other.
type Group struct {
	ID        fingerprint.ID
	Class     fingerprint.Class
	Members   []int32   // numbers given by Add, ascending
	Core      []Feature // what the members share, by hash; nil for a message that is like no other
	Words     int       // about how many words of text the core stands for
	Coherence float64   // share of a member's features that are core; nine members of ten have more
	Weak      string    // why the text alone is too little to act on; "" when it is enough
	Print     fingerprint.Print
}

// Groups puts every sketch of the set into one group, largest group first.
func Groups(s *Set, o Options) []Group {
	c := crew.New(o.Workers)
	order, docs := sortDocs(s, c)
	n := newCensus(s, docs, c)
	out := slices.Concat(n.groups(byClass(s, docs), order, c)...)
	name(s, out, o)
	slices.SortFunc(out, func(a, b Group) int {
		return cmp.Or(cmp.Compare(len(b.Members), len(a.Members)), cmp.Compare(a.ID, b.ID),
			slices.Compare(a.Members, b.Members))
	})
	return out
}

// byClass cuts the docs, which are in the order of classes.
func byClass(s *Set, docs []doc) (parts [][]doc) {
	for len(docs) > 0 {
		class := s.items[docs[0].item].class
		k := 1
		for k < len(docs) && s.items[docs[k].item].class == class {
			k++
		}
		parts, docs = append(parts, docs[:k]), docs[k:]
	}
	return parts
}

// groups are those of each class. Some classes are grouped at once, each by a
// crew of its own: while one has work for one alone, another may have more.
func (n *census) groups(parts [][]doc, order []int32, c crew.Crew) [][]Group {
	out, own := make([][]Group, len(parts)), make([]census, max(c, 1))
	for i := range own {
		own[i] = *n // but for the hands and the desk, which are made as they are needed
	}
	c.Share(len(parts), func(worker, i int) { out[i] = classGroups(&own[worker], parts[i], order, c) })
	return out
}

// classGroups groups the messages of one class: those with a text by their
// cores, those with next to none by the hash of all there is.
func classGroups(n *census, docs []doc, order []int32, c crew.Crew) []Group {
	s := n.set
	class := s.items[docs[0].item].class
	n.desk.kin = n.weights(n.desk.kin, docs)
	albums, rest := pictures(s, docs)
	long, few := splitByText(s, rest)
	g := newGrouping(n, long, c)
	g.lead()
	g.refine()
	out := make([]Group, 0, len(albums)+g.results()+len(few))
	for _, a := range albums {
		out = append(out, albumGroup(s, a, order))
	}
	out = g.result(out, class, order)
	for len(few) > 0 {
		n := 1
		for n < len(few) && s.exact(few[n].item) == s.exact(few[0].item) {
			n++
		}
		out = append(out, fewGroup(s, few[:n], order))
		few = few[n:]
	}
	return out
}

// results counts the groups, and the docs in none.
func (g *grouping) results() int {
	n := len(g.groups)
	for _, i := range g.of {
		if i == alone {
			n++
		}
	}
	return n
}

// result turns them into Groups, which it appends.
func (g *grouping) result(out []Group, class fingerprint.Class, order []int32) []Group {
	from := len(out)
	out = slices.Grow(out, len(g.groups))[:from+len(g.groups)]
	g.crew.Share(len(g.groups), func(worker, i int) {
		g.set.Room.Ease()
		out[from+i] = g.describe(g.hands[worker], class, g.groups[i].docs, g.groups[i].core, order)
	})
	for d, i := range g.of {
		g.set.Room.EaseAt(d)
		switch doc := g.docs[d]; {
		case i != alone:
		case doc.to-doc.from == 1:
			out = append(out, g.describeAlone(class, doc, order))
		default:
			same := []int32{int32(d)}
			out = append(out, g.describe(g.hand, class, same, soleCore(g.set.hashes(doc.item), doc.level), order))
		}
	}
	return out
}
