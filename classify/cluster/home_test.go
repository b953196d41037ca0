package cluster

import (
	"strings"
	"testing"

	"qclean/classify/fingerprint"
)

// leading adds a text of class Mail that leads to a host.
func (m *mill) leading(text string, host uint32) int32 {
	s := m.sketch(text, fingerprint.Mail)
	s.Media = []fingerprint.Media{fingerprint.Media(host<<3) | fingerprint.Media(fingerprint.Host)}
	return int32(m.set.Add(&s))
}

// TestStraysLeadHome: next to every copy that was cut to 50 words of 500 comes
// to its campaign when it leads where that leads, fewer when it leads elsewhere.
func TestStraysLeadHome(t *testing.T) {
	const home, elsewhere = 7, 8
	gathered := func(host uint32) (n int) {
		for at := 0; at < 500; at += 50 {
			m := newMill(61)
			spam := strings.Fields(m.words(500))
			var flood []int32
			for range 40 {
				flood = append(flood, m.leading(m.padded(strings.Join(spam, " "), 0.3), home))
			}
			cut := m.leading(m.padded(strings.Join(spam[at:at+50], " "), 0.3), host)
			groups := Groups(&m.set, Options{})
			if g, _ := together(groups, flood); groupOf(groups)[cut] == g {
				n++
			}
		}
		return n
	}
	there, other := gathered(home), gathered(elsewhere)
	if there < 8 || other > there-3 {
		t.Errorf("%d of 10 copies that lead home are gathered, %d that do not", there, other)
	}
}

// TestFewOfOurLetters: three letters of ours stand above the disclaimer that
// every copy of a campaign has. They lead nowhere, and its copies do.
func TestFewOfOurLetters(t *testing.T) {
	for seed := range uint64(8) {
		m := newMill(70 + seed)
		spam, disclaimer := m.words(250), m.words(25)
		var flood, ours []int32
		for range 100 {
			flood = append(flood, m.leading(m.padded(spam+disclaimer, 0.3), uint32(m.rnd.IntN(50))+1))
		}
		for range 3 {
			ours = append(ours, m.add(m.words(20)+disclaimer))
		}
		groups := Groups(&m.set, Options{})
		g := wantTogether(t, groups, "flood", flood, 100)
		wantApart(t, groups, g, "our letters", ours)
	}
}

// TestHomes: a host is a campaign's own when nearly all of it leads there and
// hardly anything else does.
func TestHomes(t *testing.T) {
	m := newMill(80)
	texts := []string{m.words(60), m.words(60), m.words(60)}
	for i := range 20 {
		m.leading(m.padded(texts[0], 0.2), 1)                   // its own
		m.leading(m.padded(texts[1], 0.2), uint32(2+i%2))       // two, of which neither has nearly all
		m.leading(m.padded(texts[2], 0.2), 4)                   // one that other mail leads to
		m.leading(m.words(60), map[bool]uint32{true: 4}[i < 9]) // as this does
	}
	order, docs := sortDocs(&m.set, 1)
	n := newCensus(&m.set, docs, 1)
	g := allOf(n, docs, 1)
	g.lead()
	g.refine()
	homes := g.homes()
	if len(order) != 80 || len(homes) != 1 {
		t.Fatalf("homes %v of %d messages, want one", homes, len(order))
	}
	for h := range homes {
		if fingerprint.Media(h).Kind() != fingerprint.Host || h>>3 != 1 {
			t.Errorf("host %d is a home", h>>3)
		}
	}
}
