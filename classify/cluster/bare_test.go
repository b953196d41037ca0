package cluster

import (
	"strings"
	"testing"

	"qclean/classify/fingerprint"
)

// linked adds a text of class Mail that has a link.
func (m *mill) linked(text string) int32 {
	s := m.sketch(text, fingerprint.Mail)
	s.Media = []fingerprint.Media{fingerprint.Media(m.rnd.Uint32())&^7 | fingerprint.Media(fingerprint.Host)}
	return int32(m.set.Add(&s))
}

// some leaves out one sentence in eight.
func (m *mill) some(sentences []string) string {
	var out []string
	for _, s := range sentences {
		if m.rnd.IntN(8) > 0 {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

// TestDisclaimerInPieces: a spammer has copied our disclaimer under his text,
// and leaves out sentences of both. Our letters have it whole and have no
// links. Heavily padded copies show only coarse features, so that by the fine
// ones they stand with our letters.
func TestDisclaimerInPieces(t *testing.T) {
	for seed := range uint64(6) {
		m := newMill(20 + seed)
		spam, disclaimer := m.sentences(12), m.sentences(9)
		var flood, ours []int32
		for range 100 {
			flood = append(flood, m.linked(m.padded(m.some(append(spam[:12:12], disclaimer...)), 0.1+0.5*m.rnd.Float64())))
		}
		for range 30 {
			ours = append(ours, m.add(m.words(10+m.rnd.IntN(40))+strings.Join(disclaimer, " ")))
		}
		groups := Groups(&m.set, Options{})
		g := wantTogether(t, groups, "flood", flood, 90)
		wantApart(t, groups, g, "our letters", ours)
	}
}

// TestParagraphLeftOut: copies that leave out whole paragraphs, and the links
// with none of them, stay one campaign.
func TestParagraphLeftOut(t *testing.T) {
	m := newMill(30)
	spam := m.sentences(9)
	var flood []int32
	for range 120 {
		flood = append(flood, m.linked(m.padded(m.some([]string{strings.Join(spam[:3], " "), strings.Join(spam[3:6], " "), strings.Join(spam[6:], " ")}), 0.2)))
	}
	wantTogether(t, Groups(&m.set, Options{}), "flood", flood, 112)
}

// TestMoreLinks: the link of the footer itself, which honest mail has as well,
// is none of the spam's.
func TestMoreLinks(t *testing.T) {
	letters := []links{{7}, {7}, {7, 5}, {7}}
	for _, tt := range []struct {
		name string
		all  []links
		want bool
	}{
		{"links of its own besides", []links{{7, 1}, {2, 7}, {3}, {7, 4}}, true},
		{"one link of its own in all", []links{{9, 7}, {9, 7}, {9, 7}, {9, 7}}, true},
		{"the footer's only", []links{{7}, {7}, {7}, {7}}, false},
		{"none", []links{{}, {}, {}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := moreLinks(tt.all, letters); got != tt.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
