package cluster

import (
	"fmt"
	"strings"
	"testing"

	"qclean/classify/fingerprint"
	"qclean/scan/letter"
)

// wantTogether fails unless at least least of the numbers are in one group,
// which it gives.
func wantTogether(t *testing.T, groups []Group, what string, numbers []int32, least int) int {
	t.Helper()
	g, n := together(groups, numbers)
	if n < least {
		t.Errorf("%s: %d of %d in the group of most, want %d", what, n, len(numbers), least)
	}
	return g
}

// wantApart fails if any of the numbers is in the group.
func wantApart(t *testing.T, groups []Group, g int, what string, numbers []int32) {
	t.Helper()
	of, n := groupOf(groups), 0
	for _, i := range numbers {
		if of[i] == g {
			n++
		}
	}
	if n > 0 {
		t.Errorf("%s: %d of %d in the group of the campaign", what, n, len(numbers))
	}
}

// TestSharedFooter: two campaigns above one footer are two.
func TestSharedFooter(t *testing.T) {
	m := newMill(1)
	one, two, footer := m.words(120), m.words(120), m.words(60)
	a := m.addAll(60, func() string { return m.padded(one, 0.2) + footer })
	b := m.addAll(60, func() string { return m.padded(two, 0.2) + footer })
	groups := Groups(&m.set, Options{})
	g := wantTogether(t, groups, "first campaign", a, 60)
	wantTogether(t, groups, "second campaign", b, 60)
	wantApart(t, groups, g, "second campaign", b)
}

// TestOurDisclaimer: a flood that went out through our gateway carries our
// disclaimer. Short letters of ours under the same disclaimer are not it.
func TestOurDisclaimer(t *testing.T) {
	m := newMill(2)
	spam, disclaimer := m.words(80), m.words(100)
	flood := m.addAll(100, func() string { return m.padded(spam, 0.1+0.2*m.rnd.Float64()) + " " + disclaimer })
	ours := m.addAll(30, func() string { return m.words(5+m.rnd.IntN(40)) + disclaimer })
	groups := Groups(&m.set, Options{})
	g := wantTogether(t, groups, "flood", flood, 100)
	wantApart(t, groups, g, "our letters", ours)
}

// TestClonedNotice: a phish that copies our own notice word for word, links
// elsewhere, and says that it is from us.
func TestClonedNotice(t *testing.T) {
	m := newMill(3)
	notice := m.words(80)
	r := letter.NewReader(letter.Limits{})
	add := func(link string) int32 {
		raw := fmt.Sprintf("From: Service <service@bank.example.com>\r\n\r\nDear %s, %s\r\n%s\r\n", m.words(1), notice, link)
		msg := r.Read([]byte(raw))
		s := m.k.Sketch(msg, fingerprint.ClassOf(msg, nil))
		return int32(m.set.Add(&s))
	}
	var real, phish []int32
	for i := range 40 {
		real = append(real, add(fmt.Sprintf("https://www.example.com/login?%d", i)))
		phish = append(phish, add(fmt.Sprintf("http://x%d.example.net/login", i)))
	}
	groups := Groups(&m.set, Options{})
	g := wantTogether(t, groups, "phish", phish, 40)
	wantTogether(t, groups, "notices", real, 40)
	wantApart(t, groups, g, "notices", real)
}

// TestNewsletter: issues that differ share a head and a footer. If they are
// grouped at all, then as a weak group, never to be acted on by text alone.
func TestNewsletter(t *testing.T) {
	m := newMill(4)
	head, footer := m.words(10), m.words(35)
	m.addAll(50, func() string { return head + m.words(60+m.rnd.IntN(800)) + footer })
	for _, g := range Groups(&m.set, Options{}) {
		if len(g.Members) > 1 && g.Weak == "" {
			t.Errorf("%d issues in a group that is not weak: %d words, coherence %.2f", len(g.Members), g.Words, g.Coherence)
		}
	}
}

// TestHeavyPadding: 60 % of every copy is sentences of legitimate mail, which
// is in the queue as well.
func TestHeavyPadding(t *testing.T) {
	m := newMill(5)
	pool := m.sentences(400)
	sentence := func() string { return pool[m.rnd.IntN(len(pool))] }
	ham := m.addAll(300, func() string {
		var b strings.Builder
		for range 5 + m.rnd.IntN(20) {
			b.WriteString(sentence())
		}
		return b.String()
	})
	spam := m.words(100)
	copies := m.addAll(200, func() string {
		words := strings.Fields(spam)
		var b strings.Builder
		for i := 0; i < len(words); i += 20 {
			b.WriteString(sentence() + sentence() + sentence() + strings.Join(words[i:min(i+20, len(words))], " ") + " ")
		}
		return b.String()
	})
	groups := Groups(&m.set, Options{})
	g := wantTogether(t, groups, "copies", copies, 198)
	wantApart(t, groups, g, "legitimate mail", ham)
	if groups[g].Weak != "" {
		t.Errorf("the campaign is weak: %s", groups[g].Weak)
	}
}

// TestLittleText: bodies of nothing or a word are equal or they are not, and
// always weak.
func TestLittleText(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "one word": "Hello!", "blanks": " \r\n\t ", "digits": "12345 67890"} {
		t.Run(name, func(t *testing.T) {
			m := newMill(6)
			same := m.addAll(20, func() string { return text })
			other := m.addAll(5, func() string { return m.words(1) })
			groups := Groups(&m.set, Options{})
			g := wantTogether(t, groups, "equal bodies", same, 20)
			wantApart(t, groups, g, "other words", other)
			if groups[g].Weak == "" {
				t.Error("the group is not weak")
			}
		})
	}
}

// TestOneLongWord: a body that is one word of 60,000 letters.
func TestOneLongWord(t *testing.T) {
	m := newMill(7)
	long := strings.Repeat("loremipsum", 6000)
	same := m.addAll(10, func() string { return long })
	other := m.add(long[3:])
	groups := Groups(&m.set, Options{})
	g := wantTogether(t, groups, "equal bodies", same, 10)
	wantApart(t, groups, g, "another word", []int32{other})
}

// TestTenThousandLinks: a body of links shows no text at all.
func TestTenThousandLinks(t *testing.T) {
	m := newMill(8)
	links := func() string {
		var b strings.Builder
		for range 10_000 {
			fmt.Fprintf(&b, "http://h%x.example/%x\r\n", m.rnd.Uint32(), m.rnd.Uint32())
		}
		return b.String()
	}
	spam := m.words(60)
	m.addAll(2, links)
	copies := m.addAll(5, func() string { return links()[:2000] + spam + links()[:2000] })
	groups := Groups(&m.set, Options{})
	wantTogether(t, groups, "text between links", copies, 5)
	for _, g := range groups {
		if len(g.Core) == 0 && g.Words == 0 && g.Weak == "" {
			t.Error("a body of links is not weak")
		}
	}
}

// TestShingleFlood: messages of random words, meant to fill the index, and
// others that share every feature with hundreds, meant to make lists of it.
func TestShingleFlood(t *testing.T) {
	m := newMill(9)
	pool := make([]string, 200)
	for i := range pool {
		pool[i] = m.words(3)
	}
	var docs []doc
	for i := range 4000 {
		var b strings.Builder
		if i%2 == 0 {
			for range 300 {
				fmt.Fprintf(&b, "w%xq ", m.rnd.Uint64())
			}
		} else {
			for range 100 {
				b.WriteString(pool[m.rnd.IntN(len(pool))])
			}
		}
		docs = append(docs, doc{item: m.add(b.String()), from: int32(i), to: int32(i + 1)})
	}
	n := newCensus(&m.set, docs, 2)
	g := allOf(n, docs, 2)
	lists := g.lead().lists
	if most := len(docs)/2*maxSingle + maxCore*len(g.groups); len(lists.cells) > most {
		t.Errorf("%d index entries for %d messages in %d groups, want at most %d", len(lists.cells), len(docs), len(g.groups), most)
	}
	for _, head := range lists.first {
		n := 0
		for c := head; c != 0; c = lists.cells[c].next {
			for _, group := range lists.cells[c].groups {
				n += min(int(group), 1)
			}
		}
		if n > maxPostings {
			t.Fatalf("a feature leads to %d groups", n)
		}
	}
	if n := len(g.groups); n > len(docs)/2+10 {
		t.Errorf("%d groups: messages whose words nobody else has were indexed", n)
	}
}

// TestPictures: the same picture above a stock line is one campaign, however
// dotted; other pictures above the same line are not.
func TestPictures(t *testing.T) {
	var s Set
	m := newMill(10)
	stock := m.sketch(m.words(15), fingerprint.Mail)
	add := func(look uint64, file uint32) int32 {
		k := stock
		k.Media = []fingerprint.Media{
			fingerprint.Media(file<<3) | fingerprint.Media(fingerprint.File),
			fingerprint.Media(look>>29)<<3 | fingerprint.Media(fingerprint.Look),
			fingerprint.Media(look&(1<<29-1))<<3 | fingerprint.Media(fingerprint.LookTo),
		}
		return int32(s.Add(&k))
	}
	const spam = 0x155aa33cc0f1e2
	var copies, real []int32
	for i := range 50 {
		copies = append(copies, add(spam^1<<(i%58), uint32(1000+i)))
		real = append(real, add(m.rnd.Uint64()>>6, uint32(5000+i)))
	}
	groups := Groups(&s, Options{})
	g := wantTogether(t, groups, "copies", copies, 50)
	wantApart(t, groups, g, "other pictures", real)
	if groups[g].Weak != "" {
		t.Errorf("one picture is weak: %s", groups[g].Weak)
	}
	if g, _ := together(groups, real); groups[g].Weak == "" {
		t.Error("other pictures above a stock line are not weak")
	}
}

// TestServerWords: bounces that return no text have the words of the mail
// server, honest ones and a flood alike.
func TestServerWords(t *testing.T) {
	m := newMill(11)
	words := m.words(80)
	for range 30 {
		k := m.sketch(words+m.words(5), fingerprint.Report)
		m.set.Add(&k)
	}
	groups := Groups(&m.set, Options{})
	if len(groups[0].Members) != 30 || groups[0].Weak == "" {
		t.Errorf("a group of %d of 30 bounces, weak %q", len(groups[0].Members), groups[0].Weak)
	}
}
