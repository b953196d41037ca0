package kind

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

// matcher finds any of many phrases in one pass over a folded text. Nearly
// every place is settled by one look into a bitmap of the phrases' first four
// bytes, which stays in the processor's first cache, and most of the others by
// a comparison of eight bytes.
type matcher struct {
	phrases []phrase // in order of key
	filter  []uint64 // a bit for each key, by hash
	slots   []uint16 // open addressing, by hash of the key: the first phrase with it, counted from 1
	shift   uint8    // takes a hash to a bit of the filter
	wide    uint8    // takes it to a slot
}

const (
	keyLen     = 4  // no phrase is shorter
	keyBits    = 32 // bits of the filter for each phrase
	slotsRatio = 4  // slots for each phrase
)

func key(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }

func hash(k uint32) uint32 { return k * 0x9e3779b1 }

// begins is the first eight bytes of a text, zeros after its end.
func begins(b []byte) uint64 {
	if len(b) >= 8 {
		return binary.LittleEndian.Uint64(b)
	}
	var x uint64
	for i, c := range b {
		x |= uint64(c) << (8 * i)
	}
	return x
}

// newMatcher makes a matcher of tables of phrases. A phrase that begins with
// "^" is only looked for at the start of the text.
func newMatcher(tables ...[]phrase) *matcher {
	m := &matcher{phrases: slices.Concat(tables...)}
	for i := range m.phrases {
		p := &m.phrases[i]
		p.text, p.start = strings.CutPrefix(p.text, "^")
		p.key = key([]byte(p.text))
		p.head, p.mask = begins([]byte(p.text)), ^uint64(0)>>(64-8*min(len(p.text), 8))
	}
	slices.SortStableFunc(m.phrases, func(a, b phrase) int { // the longest first, see tallies.add
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(len(b.text), len(a.text)))
	})
	filterBits, slotBits := bits.Len(uint(keyBits*len(m.phrases)|63)), bits.Len(uint(slotsRatio*len(m.phrases)))
	m.shift, m.wide = uint8(32-filterBits), uint8(32-slotBits)
	m.filter, m.slots = make([]uint64, 1<<filterBits/64), make([]uint16, 1<<slotBits)
	for i := range m.phrases {
		if k := m.phrases[i].key; i == 0 || m.phrases[i-1].key != k {
			at := hash(k) >> m.shift
			m.filter[at>>6] |= 1 << (at & 63)
			m.slots[m.slot(k)] = uint16(i) + 1
		}
	}
	return m
}

// slot is where a key is, or would be.
func (m *matcher) slot(k uint32) int {
	i := int(hash(k) >> m.wide)
	for m.slots[i] != 0 && m.phrases[m.slots[i]-1].key != k {
		i = (i + 1) & (len(m.slots) - 1)
	}
	return i
}

// find adds each phrase of the text to t. A phrase begins where a word does.
func (m *matcher) find(text []byte, t *tallies) {
	var places [64]int32
	last := uint8(0)
	for from := 0; from+keyLen <= len(text); from += len(places) {
		to := min(from+len(places), len(text)-keyLen+1)
		n := 0
		// Where words begin is not to be foreseen, so that a branch on it would
		// cost more than to write each place down and to keep those that count.
		for i, c := range text[from:to] {
			sort := signs[c]
			places[n&63] = int32(from + i)
			n += int(sort >> 1 &^ (sort & last))
			last = sort
		}
		for _, i := range places[:n] {
			k := key(text[i:])
			if at := hash(k) >> m.shift; m.filter[at>>6]>>(at&63)&1 != 0 {
				m.at(text, int(i), k, t)
			}
		}
	}
}

// at adds the phrases with that key that stand at a place of the text.
func (m *matcher) at(text []byte, i int, k uint32, t *tallies) {
	rest := text[i:]
	head := begins(rest)
	for n := int(m.slots[m.slot(k)]) - 1; n >= 0 && n < len(m.phrases) && m.phrases[n].key == k; n++ {
		p := &m.phrases[n]
		if head&p.mask == p.head && (i == 0 || !p.start) && len(rest) >= len(p.text) && string(rest[:len(p.text)]) == p.text {
			t.add(p, i)
		}
	}
}

// signs tells letters and digits of ASCII, 3, from what no phrase begins with,
// blanks and the later bytes of a character, 0, and from all others, 2.
var signs = func() (t [256]uint8) {
	for c := range t {
		switch {
		case inWord(byte(c)):
			t[c] = 3
		case c != ' ' && utf8.RuneStart(byte(c)):
			t[c] = 2
		}
	}
	return t
}()

func inWord(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }

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
