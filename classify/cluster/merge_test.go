package cluster

import "testing"

// TestNoBridge: copies of two campaigns that were cut to one footer, which
// both have, do not make the two one.
func TestNoBridge(t *testing.T) {
	m := newMill(60)
	one, two, footer := m.words(120), m.words(120), m.words(30)
	a := m.addAll(80, func() string { return m.padded(one+footer, 0.3) })
	b := m.addAll(80, func() string { return m.padded(two+footer, 0.3) })
	m.addAll(9, func() string { return m.padded(footer, 0.4) })
	groups := Groups(&m.set, Options{})
	g := wantTogether(t, groups, "first campaign", a, 80)
	wantTogether(t, groups, "second campaign", b, 80)
	wantApart(t, groups, g, "second campaign", b)
}

// TestMergeNeedsMoreThanABridge: a group that is near two others joins the one,
// and not through it the other.
func TestMergeNeedsMoreThanABridge(t *testing.T) {
	m := newMill(61)
	var all []doc
	docs := func(n int, text func() string) (out []int32) {
		for range n {
			out = append(out, int32(len(all)))
			all = append(all, doc{item: m.add(text()), to: 1})
		}
		return out
	}
	half := func(texts ...string) func() string {
		return func() string {
			out := ""
			for _, s := range texts {
				if m.rnd.IntN(5) > 0 {
					out += s
				}
			}
			return out + m.words(10)
		}
	}
	var groups []group
	one, two, footer, line := m.words(60), m.words(60), m.words(20), m.words(20)
	for i, texts := range [][]string{{one, footer}, {footer, line}, {two, line}} {
		groups = append(groups, group{docs: docs([]int{60, 9, 60}[i], half(texts...))})
	}
	n := newCensus(&m.set, all, 1)
	g := allOf(n, all, 1)
	g.groups = groups
	g.settle()
	g.weighByPurity()
	g.merge()
	if len(g.groups[0].docs) > 0 && len(g.groups[2].docs) == 0 || len(g.groups[0].docs) > 100 {
		t.Errorf("two campaigns are one of %d", len(g.groups[0].docs))
	}
}
