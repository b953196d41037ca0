package cluster

import (
	"strings"
	"testing"

	"qclean/classify/fingerprint"
)

// TestStrays: copies of which a quarter of the text is left, each another one,
// come to their campaign, though its words are in forwards as well; a letter
// with a phrase of the campaign in it does not, nor one with a sentence that as
// much other mail has.
func TestStrays(t *testing.T) {
	m := newMill(55)
	spam, stock := strings.Fields(m.words(150)), m.words(12)
	whole := strings.Join(spam, " ") + " " + stock
	flood := m.addAll(30, func() string { return m.padded(whole, 0.3) })
	for range 3 {
		k := m.sketch(whole, fingerprint.Quoted)
		m.set.Add(&k)
	}
	var cut, letters []int32
	for i := 0; i <= 110; i += 10 {
		cut = append(cut, m.add(m.padded(strings.Join(spam[i:i+40], " "), 0.4)))
	}
	for i := 3; i < 150; i += 15 {
		letters = append(letters, m.add(m.words(20)+strings.Join(spam[i:i+4], " ")+" "+m.words(20)))
	}
	letters = append(letters, m.addAll(20, func() string { return m.words(20) + stock + m.words(20) })...)
	groups := Groups(&m.set, Options{})
	g, n := together(groups, flood)
	if n != len(flood) {
		t.Fatalf("%d of %d copies together", n, len(flood))
	}
	of := groupOf(groups)
	gathered := 0
	for _, at := range cut {
		if of[at] == g {
			gathered++
		}
	}
	if gathered < 9 {
		t.Errorf("%d of %d copies that were cut to 40 words of 162 are with the rest", gathered, len(cut))
	}
	for i, at := range letters {
		if of[at] == g {
			t.Errorf("letter %d is in the campaign's group", i)
		}
	}
}

// TestListFooter: a spam came through a mailing list, with its footer. A short
// letter of the list shows the footer, as much as a copy that was cut would
// show of the text; but other mail has it as well, and in other classes.
func TestListFooter(t *testing.T) {
	c := &core{}
	c.grow(40)
	for i := range c.hash {
		c.feature[i], c.share[i], c.purity[i] = int32(i), 0.9, 0.98
		if i < 7 {
			c.purity[i] = 0.61
		}
	}
	message := func(from int32) *text {
		t := &text{n: 30} // most of them nobody else has
		for i := range int32(7) {
			t.features = append(t.features, from+i)
		}
		return t
	}
	if e := c.evidence(message(0), c.usualPurity()); e >= strayLeast {
		t.Errorf("a letter of the list has evidence %.3f, enough is %.3f", e, strayLeast)
	}
	if e := c.evidence(message(20), c.usualPurity()); e < strayLeast {
		t.Errorf("a copy that was cut has evidence %.3f, enough is %.3f", e, strayLeast)
	}
}
