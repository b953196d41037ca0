package cluster

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/classify/crew"
	"qclean/classify/fingerprint"
)

// TestCensus counts by hand: what more than one doc has is numbered in order
// of the hashes, and every doc keeps exactly that, with any number of workers.
func TestCensus(t *testing.T) {
	m := newMill(70)
	m.flood(3000)
	for same := m.sketch(m.words(50), fingerprint.Mail); m.set.Len() < 6000; {
		m.set.Add(&same) // one doc that goes on over several runs
	}
	_, docs := sortDocs(&m.set, 1)
	have := map[uint32]int{}
	for _, d := range docs {
		for _, h := range m.set.hashes(d.item) {
			have[h]++
		}
	}
	var want []uint32
	for h, n := range have {
		if n > 1 {
			want = append(want, h)
		}
	}
	slices.Sort(want)
	for _, workers := range []int{1, 2, 3, 20} {
		n := newCensus(&m.set, docs, crew.Crew(workers))
		if d := cmp.Diff(want, n.hash); d != "" {
			t.Fatalf("%d workers: features (-want +got):\n%s", workers, d[:min(len(d), 1000)])
		}
		weight := make([]int32, len(want))
		for i := range docs {
			var repeated []uint32
			for _, h := range m.set.hashes(docs[i].item) {
				if have[h] > 1 {
					repeated = append(repeated, h)
				}
			}
			var got []uint32
			for _, f := range n.features(nil, &docs[i]) {
				got = append(got, n.hash[f])
				weight[f] += int32(docs[i].weight())
			}
			if !slices.Equal(repeated, got) {
				t.Fatalf("%d workers: doc %d has %x, want %x", workers, i, got, repeated)
			}
		}
		if d := cmp.Diff(weight, n.weight); d != "" {
			t.Fatalf("%d workers: weights:\n%s", workers, d[:min(len(d), 1000)])
		}
	}
}

// allOf makes ready for docs that are all there are of their class.
func allOf(n *census, docs []doc, c crew.Crew) *grouping {
	n.desk.kin = n.weights(n.desk.kin, docs)
	return newGrouping(n, docs, c)
}

// TestRounds: where not all features are laid out at once they come to the same.
func TestRounds(t *testing.T) {
	m := newMill(75)
	m.flood(3000)
	_, docs := sortDocs(&m.set, 1)
	want := repeated(&m.set, docs, 1)
	if len(want) == 0 {
		t.Fatal("no feature comes twice")
	}
	for _, most := range []int{0, 1000, 50_000} {
		d := newDeal(&m.set, docs, 2)
		if to := d.round(0, most); to == heaps {
			t.Fatalf("%d features are laid out in one round", most)
		}
		if got := d.repeated(most); !slices.Equal(got, want) {
			t.Errorf("in rounds of %d features: %d come twice, want %d", most, len(got), len(want))
		}
	}
}

// TestScramble: what scrambles is undone, whatever the number.
func TestScramble(t *testing.T) {
	for range 100 {
		k := newScramble()
		for _, h := range []uint32{0, 1, 2, 1 << 31, 1<<32 - 1, 0xABCD0000, uint32(k)} {
			if got := k.back().of(k.of(h)); got != h {
				t.Fatalf("%#x comes back from %#x as %#x", h, k, got)
			}
		}
	}
}

// TestNumbersOfChosenHashes: hashes that a spammer chose to begin alike, and
// the least and the greatest, are found, and what lies between them is not.
func TestNumbersOfChosenHashes(t *testing.T) {
	all := []uint32{0, 1, 1 << 31, 1<<32 - 1}
	for i := range uint32(5000) {
		all = append(all, 0xABCD0000+3*i)
	}
	slices.Sort(all)
	var n census
	n.setHashes(all)
	want := make([]int32, len(all))
	for i := range want {
		want[i] = int32(i)
	}
	if got := n.numbers(nil, append(slices.Clone(all), 0xABCD0001)); !slices.Equal(got, want) {
		t.Fatalf("%d numbers of %d features, or not theirs", len(got), len(want))
	}
	r := recent{census: &n}
	for range 2 { // at the second time from what was found last, as far as it is still there
		var got []int32
		for some := range slices.Chunk(append([]uint32{0, 2}, all...), fingerprint.MaxHashes) {
			got = append(got, r.numbers(some)...)
		}
		if !slices.Equal(got[1:], want) || got[0] != 0 {
			t.Fatalf("%d numbers of %d features one after another, or not theirs", len(got), len(want)+1)
		}
	}
	for i, h := range all {
		if f, ok := n.find(h); !ok || int(f) != i {
			t.Fatalf("%x is number %d, %t; want %d", h, f, ok, i)
		}
	}
	for i := range uint32(5000) {
		if f, ok := n.find(0xABCD0001 + 3*i); ok {
			t.Fatalf("what is not there is number %d", f)
		}
	}
	var none census
	none.setHashes(nil)
	if _, ok := none.find(7); ok {
		t.Error("a feature of nothing")
	}
}

// match compares a sketch with the core at the coarser of the two levels, hash
// by hash.
func (c *core) match(hashes []uint32, level uint8) match {
	var m match
	j := 0
	for _, h := range hashes {
		if levelOf(h) >= int(c.level) {
			m.seen++
		}
		for j < len(c.hash) && c.hash[j] < h {
			j++
		}
		if j < len(c.hash) && c.hash[j] == h {
			m.hits++
			m.weight += c.weight[j]
			j++
		}
	}
	m.of(c.above[level])
	return m
}

// TestIndexTellsWhatCoresDo: what a message shows of a core by the index is
// what it shows by the core itself, also where a footer is in more groups than
// the index has.
func TestIndexTellsWhatCoresDo(t *testing.T) {
	m := newMill(72)
	footer := m.words(8)
	for range 3 * maxPostings {
		text := m.words(60)
		m.addAll(8, func() string { return m.padded(text, 0.2) + footer })
	}
	_, docs := sortDocs(&m.set, 1)
	n := newCensus(&m.set, docs, 1)
	g := allOf(n, docs, 1)
	g.lead()
	g.settle()
	g.weighByPurity()
	fulls := 0
	for d := range docs {
		text := g.text(g, &docs[d])
		full := g.meet(g, text.features)
		g.mark(n, text.features)
		if full {
			fulls++
		}
		for _, i := range g.touched {
			want := g.groups[i].core.match(m.set.hashes(docs[d].item), docs[d].level)
			if got := g.match(g, i, &text, full); got != want {
				t.Fatalf("doc %d, group %d: %+v by the index, %+v by the core", d, i, got, want)
			}
			g.met[i] = meeting{}
		}
		g.unmark(text.features)
	}
	if fulls == 0 {
		t.Error("no message has a feature that is in too many groups")
	}
}

// TestPlacerAgrees: a message that a grouping ends with is placed where it is.
func TestPlacerAgrees(t *testing.T) {
	m := newMill(73)
	m.flood(1200)
	groups := Groups(&m.set, Options{})
	p := NewPlacer(groups)
	for i, at := range groupOf(groups) {
		k := m.set.Sketch(int(i))
		if len(groups[at].Members) < 20 || k.Class != fingerprint.Mail {
			continue
		}
		if got, ok := p.Place(&k); !ok || got != at {
			t.Fatalf("message %d of group %d is placed in %d, %t", i, at, got, ok)
		}
	}
}

// TestCoresAreKeptOnlyWhileTheyHold: a core that was kept because its members
// are the same is the one that would be counted anew, and so is its purity.
func TestCoresAreKeptOnlyWhileTheyHold(t *testing.T) {
	m := newMill(74)
	m.flood(1000)
	spam := m.words(100)
	m.addAll(2*sampleCore, func() string { return m.padded(spam, 0.3) })
	_, docs := sortDocs(&m.set, 1)
	n := newCensus(&m.set, docs, 1)
	g := allOf(n, docs, 1)
	g.lead()
	g.refine()
	kept := 0
	for round := range 3 {
		before := map[*core]bool{}
		for i := range g.groups {
			before[g.groups[i].core] = true
		}
		for i := range g.groups { // some members leave their groups, first and last ones
			switch docs := g.groups[i].docs; {
			case round == 1:
				g.groups[i].docs = slices.DeleteFunc(slices.Clone(docs), func(d int32) bool { return d < 100 })
			case round == 2 && len(docs) > sampleCore:
				g.groups[i].docs = docs[:len(docs)-sampleCore/4]
			}
		}
		g.settle()
		g.weighByPurity()
		other := *n
		other.desk = desk{}
		anew := allOf(&other, docs, 1)
		for i := range g.groups {
			anew.groups = append(anew.groups, group{docs: slices.Clone(g.groups[i].docs)})
			if before[g.groups[i].core] {
				kept++
			}
		}
		anew.settle()
		anew.weighByPurity()
		for i := range g.groups {
			got, want := *g.groups[i].core, *anew.groups[i].core
			got.one, want.one = false, false
			if d := cmp.Diff(want, got, cmp.AllowUnexported(core{})); d != "" {
				t.Fatalf("round %d, group %d (-want +got):\n%s", round, i, d)
			}
		}
	}
	if kept == 0 || kept == 3*len(g.groups) {
		t.Errorf("%d cores were kept of %d groups", kept, len(g.groups))
	}
}

// TestPackedFeatures: numbers near and far, and the last there can be.
func TestPackedFeatures(t *testing.T) {
	for _, want := range [][]int32{
		nil,
		{0},
		{0, 1, 2},
		{farStep - 1, 2*farStep - 1, 3 * farStep},
		{5, 5 + farStep, 1 << 20, 1<<31 - 1},
		{1<<31 - 2, 1<<31 - 1},
	} {
		packed := append(pack(nil, want), 7, 7) // what follows is another doc's
		if got := unpack(nil, packed, len(want)); !slices.Equal(got, want) {
			t.Errorf("%v comes back as %v", want, got)
		}
	}
}
