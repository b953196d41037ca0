package kind

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// matcher finds any of many phrases in one pass over a folded text. Nearly
// every place is settled by one look into a bitmap of the phrases' first four
// bytes, which stays in the processor's first cache.
type matcher struct {
	phrases []phrase // in order of key
	filter  [1 << 10]uint64
	first   map[uint32]int32 // key → first phrase with it
}

const (
	keyLen     = 4 // no phrase is shorter
	filterBits = 16
)

func key(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }

func filterAt(k uint32) uint32 { return k * 0x9e3779b1 >> (32 - filterBits) }

// newMatcher makes a matcher of tables of phrases. A phrase that begins with
// "^" is only looked for at the start of the text.
func newMatcher(tables ...[]phrase) *matcher {
	m := &matcher{phrases: slices.Concat(tables...), first: map[uint32]int32{}}
	for i := range m.phrases {
		p := &m.phrases[i]
		p.text, p.start = strings.CutPrefix(p.text, "^")
		p.key = key([]byte(p.text))
	}
	slices.SortStableFunc(m.phrases, func(a, b phrase) int { // the longest first, see tallies.add
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(len(b.text), len(a.text)))
	})
	for i := range m.phrases {
		k := m.phrases[i].key
		at := filterAt(k)
		m.filter[at>>6] |= 1 << (at & 63)
		if _, ok := m.first[k]; !ok {
			m.first[k] = int32(i)
		}
	}
	return m
}

// find adds each phrase of the text to t. A phrase begins where a word does.
func (m *matcher) find(text []byte, t *tallies) {
	word := false
	for i := 0; i+keyLen <= len(text); i++ {
		inWord, c := word, text[i]
		word = inWords[c]
		if inWord && word || c == ' ' { // no phrase begins with a blank
			continue
		}
		k := key(text[i:])
		at := filterAt(k)
		if m.filter[at>>6]>>(at&63)&1 == 0 {
			continue
		}
		n, ok := m.first[k]
		for ; ok && int(n) < len(m.phrases) && m.phrases[n].key == k; n++ {
			p := &m.phrases[n]
			if (i == 0 || !p.start) && len(text)-i >= len(p.text) && string(text[i:i+len(p.text)]) == p.text {
				t.add(p, i)
			}
		}
	}
}

// inWords are the letters and digits of ASCII.
var inWords = func() (t [256]bool) {
	for c := range t {
		t[c] = 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
	}
	return t
}()

// tallies is what the phrases of one text come to, by what they say.
type tallies struct {
	points [sorts]int8  // of the weightiest phrase
	more   [sorts]int8  // other phrases that say so
	at     [sorts]int32 // where the first one stands, counted from 1; 0 for none
	end    [sorts]int32 // where the last one ended
	best   [sorts]*phrase
}

// late is from where on a phrase tells little: an MTA says what it has to say
// on its first lines, and what follows may be another message.
const late = 2500

// add counts a phrase. One that is part of the phrase before it says nothing new.
func (t *tallies) add(p *phrase, at int) {
	points, s := p.points, p.says
	if int32(at) < t.end[s] {
		return
	}
	t.end[s] = int32(at + len(p.text))
	if at >= late {
		points = min(points, trace)
	}
	if t.at[s] == 0 {
		t.at[s] = int32(at) + 1
	}
	if t.best[s] != nil && t.best[s] != p && t.more[s] < weak {
		t.more[s]++
	}
	if points > t.points[s] {
		t.points[s], t.best[s] = points, p
	}
}

// of is the weight of one sort: the best phrase, and a little for others.
func (t *tallies) of(s sort) int { return int(t.points[s] + t.more[s]) }

// any tells whether something was found at all.
func (t *tallies) any() bool { return t.points != [sorts]int8{} }
