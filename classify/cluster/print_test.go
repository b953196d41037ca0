package cluster

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestFooterIsNoPrint: of a short text above a long disclaimer of ours the
// fingerprint is made of the text, however few hashes that leaves.
func TestFooterIsNoPrint(t *testing.T) {
	m := newMill(40)
	spam, disclaimer := m.words(32), m.words(70)
	flood := m.addAll(190, func() string { return m.padded(spam+disclaimer, 0.2) })
	m.addAll(60, func() string { return m.words(10+m.rnd.IntN(30)) + disclaimer })
	groups := Groups(&m.set, Options{})
	g := wantTogether(t, groups, "flood", flood, 190)
	print := groups[g].Print
	for range 50 {
		if n, ok := print.Match(m.features(m.words(30) + disclaimer)); ok {
			t.Fatalf("%s selects a letter above the disclaimer: %d hashes", print, n)
		}
	}
	hit := 0
	for range 100 {
		if _, ok := print.Match(m.features(m.padded(spam+disclaimer, 0.5))); ok {
			hit++
		}
	}
	if hit < 95 {
		t.Errorf("%s selects %d of 100 copies", print, hit)
	}
}

// TestStockPhrase: a campaign whose copies are padded but whole is not selected
// by a letter that has a sentence of ten words in common with it.
func TestStockPhrase(t *testing.T) {
	m := newMill(41)
	spam := m.words(40)
	m.addAll(60, func() string { return m.padded(spam, 0.3) })
	print := Groups(&m.set, Options{})[0].Print
	words := strings.Fields(spam)
	for i := 0; i+10 <= len(words); i++ {
		letter := m.words(60) + strings.Join(words[i:i+10], " ") + " " + m.words(60)
		if n, ok := print.Match(m.features(letter)); ok {
			t.Errorf("%s selects a letter with words %d to %d: %d hashes", print, i, i+9, n)
		}
	}
	if _, ok := print.Match(m.features(m.padded(spam, 0.6))); !ok {
		t.Errorf("%s does not select a copy", print)
	}
	if print.Provisional() {
		t.Errorf("%s of a campaign is provisional", print)
	}
}

// TestEvenness: of twelve copies a quarter of each is core, and the sketches
// sample now more of it, now less; a footer is a tenth of one letter and half
// of the next.
func TestEvenness(t *testing.T) {
	const seen = 30
	rnd := rand.New(rand.NewPCG(1, 2))
	sampled := func(share func() float64) float64 {
		var inside []float32
		noise := 0.0
		for range 12 {
			hits, p := 0, share()
			for range seen {
				if rnd.Float64() < p {
					hits++
				}
			}
			v := float64(hits) / seen
			inside = append(inside, float32(v))
			noise += v * (1 - v) / seen / 12
		}
		return evenness(inside, noise)
	}
	same, footer := 0, 0
	for range 200 {
		if sampled(func() float64 { return 0.25 }) < wholeSpread {
			same++
		}
		if sampled(func() float64 { return 0.05 + 0.5*rnd.Float64()*rnd.Float64() }) < wholeSpread {
			footer++
		}
	}
	if same > 10 || footer < 150 {
		t.Errorf("%d of 200 groups of copies and %d of 200 footers are uneven, want few and most", same, footer)
	}
}

// TestOneSentenceOfPadding: two spams and a letter met by a long sentence that
// all three quote. That is no campaign to act on.
func TestOneSentenceOfPadding(t *testing.T) {
	m := newMill(42)
	quote := m.words(40)
	m.addAll(3, func() string { return m.words(60) + quote + m.words(50) })
	groups := Groups(&m.set, Options{})
	if len(groups[0].Members) != 3 || groups[0].Weak == "" {
		t.Errorf("a group of %d, weak %q; want a weak one of 3", len(groups[0].Members), groups[0].Weak)
	}
}

// TestHandful: of ten copies nobody knows what varies, so that their
// fingerprint asks for as much as that of one message would.
func TestHandful(t *testing.T) {
	m := newMill(43)
	spam := m.words(40)
	m.addAll(fewDocs-2, func() string { return m.padded(spam, 0.3) })
	few := Groups(&m.set, Options{})[0].Print
	m.addAll(30, func() string { return m.padded(spam, 0.3+0.4*m.rnd.Float64()) })
	many := Groups(&m.set, Options{})[0].Print
	if !few.Provisional() || many.Provisional() {
		t.Errorf("%s of ten copies, %s of forty", few, many)
	}
	if _, ok := few.Match(m.features(m.padded(spam, 0.5))); !ok {
		t.Errorf("%s does not select a copy", few)
	}
}

// TestPrintIsNotFilledUp: seven features that the campaign has to itself are
// not filled up with a footer that one message in four has without it.
func TestPrintIsNotFilledUp(t *testing.T) {
	c := &core{}
	c.grow(21)
	for i := range c.hash {
		c.hash[i], c.share[i], c.purity[i], c.own[i] = uint32(i+1), 1, 1, 1
		if i >= 7 {
			c.purity[i], c.own[i] = 0.76, 0.76
		}
	}
	c.weigh()
	if got := bestFeatures(c, 100); len(got) != 7 || slices.Max(got) != 7 {
		t.Errorf("features %v, want 1 to 7", got)
	}
	if got := bestFeatures(c, 5); len(got) != fewPrint {
		t.Errorf("%d features of a handful of copies, want %d", len(got), fewPrint)
	}
}

// TestCutToTheFooter: three copies of a campaign that were cut to our
// disclaimer, which thirty letters of ours have. Whatever holds the three
// together is not for acting on.
func TestCutToTheFooter(t *testing.T) {
	c := &core{}
	c.grow(30)
	for i := range c.hash {
		c.hash[i], c.share[i], c.own[i] = uint32(i+1), 1, 3.0/33
	}
	if !c.borrowed() {
		t.Error("words of which three messages of 33 are members are their own")
	}
	for i := range c.own[:20] {
		c.own[i] = 1
	}
	if c.borrowed() {
		t.Error("a text above a footer is borrowed")
	}
}
