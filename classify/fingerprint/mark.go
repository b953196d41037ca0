package fingerprint

// Span is a run of a text and what it is to a campaign.
type Span struct {
	From, To int // bytes
	What     What
}

// What a span is to a campaign.
type What uint8

// The kinds of span.
const (
	Core    What = iota // stands in the other copies too
	Name                // a few words that vary between words of the core
	Link                // an address or a link, never part of a fingerprint
	Padding             // everything else that varies
)

// maxName is how many words between two of the core are taken for something
// filled in, such as a name or a date, rather than for padding.
const maxName = 3

// Shared is the whole core of a campaign, not the sample that sketches keep:
// the shingles that a quarter of some of its messages have.
type Shared map[uint32]struct{}

// NewShared takes the shingles of each sample message, Features.Shingles.
func NewShared(samples [][]uint32) Shared {
	count := map[uint32]int{}
	last := map[uint32]int{}
	for i, sample := range samples {
		for _, h := range sample {
			if last[h] != i+1 {
				last[h] = i + 1
				count[h]++
			}
		}
	}
	shared := Shared{}
	for h, n := range count {
		if n*4 >= len(samples) && (n > 1 || len(samples) == 1) {
			shared[h] = struct{}{}
		}
	}
	return shared
}

// Mark cuts a message's visible text into spans that cover all of it.
func (s *Sketcher) Mark(text []byte, core Shared) []Span {
	f := &s.folder
	f.marking = true
	s.fold(text)
	f.marking = false
	m := marker{text: text}
	words, links := f.spans, f.links
	isCore := coreWords(f.shingles, len(words), core)
	for w := 0; w < len(words) || len(links) > 0; {
		if len(links) > 0 && (w == len(words) || links[0].from < words[w].from) {
			m.put(links[0], Link)
			links = links[1:]
			continue
		}
		n := w + 1
		for n < len(words) && isCore[n] == isCore[w] {
			n++
		}
		what := Core
		if !isCore[w] {
			what = Padding
			if n-w <= maxName && w > 0 && n < len(words) {
				what = Name
			}
		}
		for ; w < n && (len(links) == 0 || words[w].from < links[0].from); w++ {
			m.put(words[w], what)
		}
	}
	return m.close()
}

// coreWords tells of each word whether it stands in a shingle of the core.
func coreWords(shingles []uint32, words int, core Shared) []bool {
	out := make([]bool, words)
	i := 0
	take := func(last, size int) {
		if _, ok := core[shingles[i]]; ok {
			for w := last - size + 1; w <= last; w++ {
				out[w] = true
			}
		}
		i++
	}
	for w := 1; w < words; w++ {
		take(w, 2)
		if w > 1 {
			take(w, 3)
		}
	}
	return out
}

// marker joins neighbours of a kind, and gives what stands between two spans
// to the first of them.
type marker struct {
	text []byte
	out  []Span
}

func (m *marker) put(at wordSpan, what What) {
	n := len(m.out)
	if n > 0 && m.out[n-1].What == what {
		m.out[n-1].To = at.to
		return
	}
	from := at.from
	if n > 0 {
		m.out[n-1].To = from
	} else {
		from = 0
	}
	m.out = append(m.out, Span{from, at.to, what})
}

func (m *marker) close() []Span {
	if n := len(m.out); n > 0 {
		m.out[n-1].To = len(m.text)
	} else if len(m.text) > 0 {
		m.out = append(m.out, Span{0, len(m.text), Padding})
	}
	return m.out
}
