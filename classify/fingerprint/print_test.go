package fingerprint

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/letter"
)

func featuresOf(s string, c Class) *Features {
	f := *New().Features(&letter.Message{Text: []byte(s)}, c)
	f.Shingles = slices.Clone(f.Shingles)
	return &f
}

// TestPrintIsFrozen: the fingerprint of a text, as people have it in their notes.
func TestPrintIsFrozen(t *testing.T) {
	const want = "qf1-mail-9of21-Dp4HFBqPGn7uKgsuNzXKQj_aTJzVU0WbW6bMbA42iLXTjBFsoXw0swZzvDFUvuD1v0yNybUgzTkMzglX4QQb"
	if got := FromMessage(featuresOf(plain, Mail)).String(); got != want {
		t.Errorf("got  %s\nwant %s; a change of it is qf2", got, want)
	}
}

func TestPrintRoundTrip(t *testing.T) {
	file := newMedia(File, 7)
	for name, p := range map[string]Print{
		"message": FromMessage(featuresOf(plain, Mail)),
		"group":   FromCore(Aligned, shinglesOf(plain), 0),
		"small":   FromCore(Report, shinglesOf(plain)[:5], 0),
		"whole":   FromMessage(featuresOf("hello", Quoted)),
		"files":   FromFew(Mail, 1, []Media{file, newMedia(Shape, 2)}),
		"picture": FromFew(Mail, 1, []Media{file, 9<<3 | Media(Look), 5<<3 | Media(LookTo)}),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParsePrint(p.String())
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(p, got); d != "" {
				t.Errorf("%s (-want +got):\n%s", p, d)
			}
		})
	}
}

func TestParsePrintRefuses(t *testing.T) {
	good := FromMessage(featuresOf(plain, Mail)).String()
	for name, s := range map[string]string{
		"empty":            "",
		"id":               "4bXkPq7tYw2Z",
		"version":          strings.Replace(good, "qf1", "qf2", 1),
		"class":            strings.Replace(good, "-mail-", "-mali-", 1),
		"count":            strings.Replace(good, "of21", "of20", 1),
		"need too much":    strings.Replace(good, "9of21", "22of21", 1),
		"need nothing":     strings.Replace(good, "9of21", "0of21", 1),
		"plus":             strings.Replace(good, "9of21", "+9of21", 1),
		"kind":             strings.Replace(good, "9of21", "z9of21", 1),
		"both kinds":       strings.Replace(good, "9of21", "mx9of21", 1),
		"cut":              good[:len(good)-1],
		"blank":            good + " ",
		"line end":         good[:60] + "\n" + good[60:],
		"not the alphabet": good[:40] + "+" + good[41:],
		"unordered":        "qf1-mail-1of2-AAACAAAB",
		"twice":            "qf1-mail-1of2-AAABAAAB",
		"too many":         "qf1-mail-9of33-" + strings.Repeat("AAAA", 33),
	} {
		t.Run(name, func(t *testing.T) {
			if p, err := ParsePrint(s); !errors.Is(err, ErrPrint) {
				t.Errorf("%q gives %v, %v; want ErrPrint", s, p, err)
			}
		})
	}
}

// TestOnePhraseIsNotEnough: eight hashes of a phrase of six words are more than
// a fingerprint asks for, and still they are of one phrase; as many out of two
// places are not.
func TestOnePhraseIsNotEnough(t *testing.T) {
	words := strings.Fields(string(text(14)))
	p := FromCore(Mail, shinglesOf(strings.Join(words, " "))[:MaxPrint], 0)
	for _, tt := range []struct {
		name string
		text []string
		want bool
	}{
		{"six words", words[2:8], false},
		{"six words, three times", slices.Concat(words[2:8], words[2:8], words[2:8]), false},
		{"four words, and four others", slices.Concat(words[0:4], []string{"meanwhile"}, words[6:10]), false},
		{"all", words, true},
		{"all but the last two", words[:12], true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := featuresOf(strings.Join(tt.text, " "), Mail)
			hits, ok := p.Match(f)
			if hits < p.Need || ok != tt.want {
				t.Errorf("%d of %d hashes, selected %t, want %t", hits, p.Need, ok, tt.want)
			}
			if got := NewMatcher([]Print{p}).Match(f); (len(got) > 0) != tt.want {
				t.Errorf("the matcher selects %v, want %t", got, tt.want)
			}
		})
	}
}

// TestCoverCountsWords: by the places that the shingler gave its shingles.
func TestCoverCountsWords(t *testing.T) {
	for i, want := range [][2]int{{1, 2}, {2, 2}, {2, 3}, {3, 2}, {3, 3}, {4, 2}} {
		if last, size := shingleWords(i); last != want[0] || size != want[1] {
			t.Errorf("shingle %d: %d words up to %d, want %d up to %d", i, size, last, want[1], want[0])
		}
	}
	for _, tt := range []struct {
		name     string
		shingles []int
		words    int
	}{
		{"none", nil, 0},
		{"the first", []int{0}, 2},
		{"a pair and its triple", []int{1, 2}, 3},
		{"a triple alone", []int{2}, 3},
		{"two that touch", []int{0, 5}, 4},
		{"two apart", []int{0, 9}, 4},
		{"a run", []int{0, 1, 2, 3, 4, 5, 6}, 5},
		{"a far triple", []int{0, 100}, 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var c cover
			for _, i := range tt.shingles {
				c.add(i)
			}
			if c.words != tt.words {
				t.Errorf("%d words, want %d", c.words, tt.words)
			}
		})
	}
}

// TestPaddingHidesNothing: all of a core is found however much is added.
func TestPaddingHidesNothing(t *testing.T) {
	p := FromCore(Mail, shinglesOf(string(text(100))), 0)
	padding := strings.Repeat(plain+". ", 400)
	hits, ok := p.Match(featuresOf(padding+string(text(100))+padding, Mail))
	if hits != MaxPrint || !ok {
		t.Errorf("%d of %d hashes found among %d bytes of padding", hits, MaxPrint, 2*len(padding))
	}
}

func TestMatchNeedsClass(t *testing.T) {
	p := FromCore(Mail, shinglesOf(plain), 0)
	if _, ok := p.Match(featuresOf(plain, Aligned)); ok {
		t.Error("a fingerprint of mail selects a message of class aligned")
	}
}

// TestProvisionalIsStricter: of one message nobody knows what varies.
func TestProvisionalIsStricter(t *testing.T) {
	shingles := shinglesOf(string(text(200)))
	one := FromMessage(&Features{Class: Mail, Shingles: shingles})
	group := FromCore(Mail, shingles, 1)
	if !one.Provisional() || group.Provisional() || one.Need <= group.Need {
		t.Errorf("one message: %d of %d, provisional %t; group: %d of %d, provisional %t",
			one.Need, len(one.Hashes), one.Provisional(), group.Need, len(group.Hashes), group.Provisional())
	}
}

// TestFromSketch: of a text that is all in its sketch it is the same as FromMessage.
func TestFromSketch(t *testing.T) {
	k := New().Sketch(&letter.Message{Text: []byte(plain)}, Mail)
	if d := cmp.Diff(FromMessage(featuresOf(plain, Mail)), FromSketch(Mail, k.Hashes)); d != "" {
		t.Errorf("(-message +sketch):\n%s", d)
	}
}

// TestMatcherAgrees: many at once select the same as each alone.
func TestMatcherAgrees(t *testing.T) {
	texts := []string{plain, string(text(30)), string(text(300)), "hello", "", plain + string(text(50))}
	var prints []Print
	for _, s := range texts {
		for _, c := range []Class{Mail, Quoted} {
			prints = append(prints, FromMessage(featuresOf(s, c)), FromCore(c, shinglesOf(s), 0.5))
		}
	}
	prints = slices.DeleteFunc(prints, func(p Print) bool { return len(p.Hashes) == 0 })
	picture := Features{Class: Mail, Media: []Media{newMedia(File, 3), 8<<3 | Media(Look), 7<<3 | Media(LookTo)}}
	for _, look := range []uint64{8<<29 | 7, 9<<29 | 7, 8<<29 | 7<<9, 1 << 57} {
		prints = append(prints, FromLook(Mail, look), FromLook(Quoted, look))
	}
	prints = append(prints, FromMedia(Mail, picture.Media), FromMedia(Mail, []Media{newMedia(File, 4)}))
	m := NewMatcher(prints)
	features := []*Features{&picture}
	for _, s := range texts {
		features = append(features, featuresOf(s, Mail), featuresOf(s, Quoted))
	}
	matched := 0
	for _, f := range features {
		var want []int
		for i, p := range prints {
			if _, ok := p.Match(f); ok {
				want = append(want, i)
			}
		}
		matched += len(want)
		if d := cmp.Diff(want, m.Match(f)); d != "" {
			t.Errorf("(-each alone +matcher):\n%s", d)
		}
	}
	if matched < len(texts) {
		t.Errorf("only %d matches in all", matched)
	}
}

func TestIDs(t *testing.T) {
	a, b := FromCore(Mail, shinglesOf(plain), 0).ID(), FromCore(Quoted, shinglesOf(plain), 0).ID()
	if a == b || len(a) != idLen || !ValidID(string(a)) || !ValidID(string(a[:4])) {
		t.Errorf("IDs %q and %q", a, b)
	}
	for _, s := range []string{"", "0bXk", "4bXl", "4b-k", string(a) + "1", "4b k", "ü"} {
		if ValidID(s) {
			t.Errorf("%q is taken for an ID", s)
		}
	}
}

func TestClassNames(t *testing.T) {
	for c := Mail; c <= Aligned; c++ {
		if got, err := ParseClass(c.String()); err != nil || got != c {
			t.Errorf("class %d is %q and reads as %v, %v", c, c, got, err)
		}
	}
	if _, err := ParseClass("class9"); err == nil {
		t.Error("class9 is a class")
	}
}

func FuzzParsePrint(f *testing.F) {
	f.Add(FromMessage(featuresOf(plain, Mail)).String())
	f.Add("qf1-mail-x1of1-AAAAAAAAAAA")
	f.Add("qf1-aligned-m1of1-AAAAAA")
	f.Add("qf1---")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePrint(s)
		if err != nil {
			return
		}
		if p.String() != s {
			t.Fatalf("%q is written as %q", s, p)
		}
		p.Match(featuresOf(plain, p.Class))
		NewMatcher([]Print{p}).Match(featuresOf(plain, p.Class))
	})
}
