package cluster

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/classify/fingerprint"
)

// TestFindsCampaigns: ten padded campaigns and reports in a queue of other mail.
func TestFindsCampaigns(t *testing.T) {
	m := newMill(1)
	m.flood(3000)
	var sizes []int
	for _, g := range Groups(&m.set, Options{}) {
		if len(g.Members) > 20 {
			sizes = append(sizes, len(g.Members))
		}
	}
	sum := 0
	for _, n := range sizes {
		sum += n
	}
	if len(sizes) != 11 || sum < 2390 || sum > 2400 {
		t.Errorf("groups of %v, together %d; want 11, together 2400", sizes, sum)
	}
}

// TestEveryMessageOnce: each message is in one group, and its ID is its own.
func TestEveryMessageOnce(t *testing.T) {
	m := newMill(2)
	m.flood(1000)
	m.addAll(3, func() string { return "" })
	seen := make([]int, m.set.Len())
	ids := map[fingerprint.ID]bool{}
	for _, g := range Groups(&m.set, Options{}) {
		for _, i := range g.Members {
			seen[i]++
		}
		if !slices.IsSorted(g.Members) || len(g.Members) == 0 || ids[g.ID] || !fingerprint.ValidID(string(g.ID)) {
			t.Fatalf("group %q of %v", g.ID, g.Members)
		}
		ids[g.ID] = true
	}
	if i := slices.IndexFunc(seen, func(n int) bool { return n != 1 }); i >= 0 {
		t.Errorf("message %d is in %d groups", i, seen[i])
	}
}

// TestAnyOrder: the same messages give the same campaigns, IDs and
// fingerprints in any order of listing.
func TestAnyOrder(t *testing.T) {
	m := newMill(3)
	m.flood(1500)
	m.addAll(4, func() string { return "" })
	n := m.set.Len()
	names := func(order []int) map[int]string {
		var s Set
		for _, i := range order {
			k := m.at(int32(i))
			s.Add(&k)
		}
		out := map[int]string{}
		for _, g := range Groups(&s, Options{}) {
			for _, at := range g.Members {
				out[order[at]] = fmt.Sprint(g.ID, g.Print, g.Weak, g.Words, g.Coherence, len(g.Members))
			}
		}
		return out
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	want := names(order)
	for seed := range uint64(3) {
		rnd := rand.New(rand.NewPCG(seed, 9))
		rnd.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
		if d := cmp.Diff(want, names(order)); d != "" {
			t.Fatalf("another order (-want +got):\n%s", d[:min(len(d), 2000)])
		}
	}
}

// at gives back a sketch of the set.
func (m *mill) at(i int32) fingerprint.Sketch {
	it := m.set.items[i]
	k := fingerprint.Sketch{Class: it.class, Level: it.level, Exact: m.set.exact(i), Hashes: m.set.hashes(i)}
	for _, v := range m.set.media(i) {
		k.Media = append(k.Media, fingerprint.Media(v))
	}
	return k
}

// TestIDStays: a campaign that grows keeps its ID, though its fingerprint changes.
func TestIDStays(t *testing.T) {
	m := newMill(4)
	spam, other := m.words(120), m.words(90)
	m.addAll(10, func() string { return m.padded(spam, 0.5) })
	m.addAll(10, func() string { return m.padded(other, 0.3) })
	before := Groups(&m.set, Options{})
	var prior []Prior
	for _, g := range before {
		if len(g.Members) > 1 {
			prior = append(prior, Prior{g.ID, g.Print, len(g.Members)})
		}
	}
	if len(prior) != 2 {
		t.Fatalf("%d campaigns before, want 2", len(prior))
	}
	grown := m.addAll(500, func() string { return m.padded(spam, 0.6) })
	fresh := m.words(100)
	new := m.addAll(20, func() string { return m.padded(fresh, 0.3) })
	after := Groups(&m.set, Options{Prior: prior})
	of, was := groupOf(after), groupOf(before)
	if got, want := after[of[grown[0]]].ID, before[was[0]].ID; got != want {
		t.Errorf("the campaign that grew is %s, was %s", got, want)
	}
	if got, want := after[of[10]].ID, before[was[10]].ID; got != want {
		t.Errorf("the campaign that did not grow is %s, was %s", got, want)
	}
	if id := after[of[new[0]]].ID; id == prior[0].ID || id == prior[1].ID {
		t.Errorf("a new campaign has the ID %s of an old one", id)
	}
}

// TestPriorsThatMeet: of two campaigns that turn out to be one the larger
// gives the ID, and of two groups that go on with one only one has it.
func TestPriorsThatMeet(t *testing.T) {
	m := newMill(5)
	spam := m.words(100)
	m.addAll(30, func() string { return m.padded(spam, 0.2) })
	print := Groups(&m.set, Options{})[0].Print
	groups := Groups(&m.set, Options{Prior: []Prior{{"smaLLer11111", print, 5}, {"Larger111111", print, 9}}})
	if groups[0].ID != "Larger111111" {
		t.Errorf("ID %s, want the larger campaign's", groups[0].ID)
	}
	ids := map[fingerprint.ID]bool{}
	for _, g := range groups {
		if ids[g.ID] {
			t.Errorf("two groups have the ID %s", g.ID)
		}
		ids[g.ID] = true
	}
}

// TestClassesKeepApart: the same words in two classes are two campaigns.
func TestClassesKeepApart(t *testing.T) {
	m := newMill(6)
	text := m.words(80)
	for i := range 20 {
		k := m.sketch(text, []fingerprint.Class{fingerprint.Mail, fingerprint.Quoted}[i%2])
		m.set.Add(&k)
	}
	groups := Groups(&m.set, Options{})
	if len(groups) != 2 || len(groups[0].Members) != 10 || groups[0].ID == groups[1].ID {
		t.Errorf("%d groups, the first of %d; want two of 10", len(groups), len(groups[0].Members))
	}
}

// TestPortable: the fingerprint of half of a campaign selects the other half
// from its text alone, and nothing else.
func TestPortable(t *testing.T) {
	m := newMill(7)
	spam := m.words(100)
	m.addAll(100, func() string { return m.padded(spam, 0.5) })
	m.addAll(100, func() string { return m.words(120) })
	print := Groups(&m.set, Options{})[0].Print
	hit := func(text string) bool {
		_, ok := print.Match(m.features(text))
		return ok
	}
	for i := range 200 {
		if !hit(m.padded(spam, 0.6)) {
			t.Fatalf("copy %d is not selected by %s", i, print)
		}
		if hit(m.words(400)) {
			t.Fatalf("other mail is selected by %s", print)
		}
	}
}

func TestPlacer(t *testing.T) {
	m := newMill(8)
	spam := m.words(100)
	copies := m.addAll(50, func() string { return m.padded(spam, 0.4) })
	m.addAll(50, func() string { return m.words(100) })
	short := m.add("hello")
	groups := Groups(&m.set, Options{})
	want, _ := together(groups, copies)
	p := NewPlacer(groups)
	returned := m.sketch(m.padded(spam, 0.4), fingerprint.Quoted)
	if g, ok := p.Place(&returned); !ok || g != want {
		t.Errorf("a returned copy goes to group %d, %t; want %d", g, ok, want)
	}
	if k := m.at(short); true {
		if g, ok := p.Place(&k); !ok || groups[g].Members[0] != short {
			t.Errorf("a returned short message goes to group %d, %t", g, ok)
		}
	}
	stranger := m.sketch(m.words(100), fingerprint.Mail)
	if g, ok := p.Place(&stranger); ok {
		t.Errorf("other mail goes to group %d", g)
	}
}

func TestEmptySet(t *testing.T) {
	var s Set
	if g := Groups(&s, Options{Prior: []Prior{{}}}); len(g) != 0 {
		t.Errorf("%d groups of nothing", len(g))
	}
}

// FuzzGroups: sketches as a damaged index might give them are grouped, each
// in one group.
func FuzzGroups(f *testing.F) {
	m := newMill(9)
	for _, text := range []string{m.words(30), m.words(3), ""} {
		k := m.sketch(text, fingerprint.Mail)
		raw, err := k.AppendBinary(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw, raw, uint8(3))
	}
	f.Fuzz(func(t *testing.T, a, b []byte, n uint8) {
		var s Set
		for _, raw := range [][]byte{a, b} {
			k, err := fingerprint.ParseSketch(raw)
			if err != nil {
				return
			}
			for range n%8 + 1 {
				s.Add(&k)
			}
		}
		seen := 0
		for _, g := range Groups(&s, Options{}) {
			seen += len(g.Members)
		}
		if seen != s.Len() {
			t.Fatalf("%d of %d messages in groups", seen, s.Len())
		}
	})
}

// TestScrapsAndPhrases: a copy that was cut to a line or two shows little of
// the core, as real ones do; so does a letter that says "you would like to".
func TestScrapsAndPhrases(t *testing.T) {
	for _, tt := range []struct {
		name  string
		m     match
		joins bool
	}{
		{"two lines of seven", match{hits: 7, weight: 2.79, share: 0.17, inside: 0.25}, true},
		{"a line that few others have", match{hits: 6, weight: 2.1, share: 0.12, inside: 0.1}, true},
		{"a phrase in a short letter", match{hits: 5, weight: 2.72, share: 0.16, inside: 0.14}, false},
		{"words that all mail has", match{hits: 9, weight: 0.5, share: 0.11, inside: 0.2}, false},
		{"a line of a long text", match{hits: 7, weight: 2.8, share: 0.05, inside: 0.1}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.m.score(false) > 0; got != tt.joins {
				t.Errorf("joins %t, want %t", got, tt.joins)
			}
		})
	}
}
