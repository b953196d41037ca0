package fingerprint

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// byBytes is the folder without plain and number: every word is token's, which
// takes one byte after the other.
type byBytes struct{ *folder }

func (f byBytes) fold(text []byte) {
	f.startText(len(text))
	f.run, f.lone.n = wordSpan{}, 0
	for i := 0; i < len(text) && len(f.words) < maxWords; {
		switch ascii[text[i]] & kindMask {
		case isLetter, isDigit:
			i = f.token(text, i)
		case isSign:
			if i+1 < len(text) && ascii[text[i+1]]&kindMask == isLetter {
				i = f.token(text, i)
			} else {
				i++
			}
		case isWide:
			i = f.wide(text, i)
		default:
			i++
		}
	}
	f.endChain()
	f.shingle()
}

// pairsAndTriples makes pairs and triples by their definition.
func pairsAndTriples(words []uint64) (out []uint32) {
	pair := func(w int) uint64 { return mix(words[w-1]^keyLeft, words[w]^keyRight) }
	for w := 1; w < len(words); w++ {
		out = append(out, short(pair(w)))
		if w > 1 {
			out = append(out, short(mix(pair(w-1)^keyThird, words[w]^keyLeft)))
		}
	}
	return out
}

// checkFold holds the words and places that the folder finds against those
// that it finds byte by byte.
func checkFold(t *testing.T, text []byte) {
	t.Helper()
	k, slow := New(), New()
	byBytes{&slow.folder}.fold(text)
	k.folder.fold(text)
	if !slices.Equal(k.folder.words, slow.folder.words) || !slices.Equal(k.folder.shingles, pairsAndTriples(slow.folder.words)) {
		t.Errorf("%d words, byte by byte %d, or not the same ones, of %q", len(k.folder.words), len(slow.folder.words), text)
	}
	k.folder.marking, slow.folder.marking = true, true
	byBytes{&slow.folder}.fold(text)
	k.folder.fold(text)
	if !slices.Equal(k.folder.words, slow.folder.words) || !slices.Equal(k.folder.spans, slow.folder.spans) || !slices.Equal(k.folder.links, slow.folder.links) {
		t.Errorf("%d places, byte by byte %d, or not the same ones, of %q", len(k.folder.spans), len(slow.folder.spans), text)
	}
}

// pieces of words, and what stands between them, that meet in every way.
var pieces = []string{
	"a", "I", "l", "ll", "il", "li", "ee", "iiii", "zz", "mailto", "MAILTO", "http", "www", "com", "the", "Word", "committee", "successfully",
	"letterss", "sssssssss", "aaaaaaaaaaaaaaaa", "abcdefghijklmno", "abcdefghijklmnop", "incomprehensibilities", strings.Repeat("xy", 40),
	"1", "42", "0ff3r", "@", "$", "!", "|", ".", "..", ":", "://", "/", "-", "_", "'", "~", "[", "`", "{", "\x00", "\x7f", "\x80",
	" ", " ", " ", " ", " ", "  ", "\n", "\r\n", ", ", ". ", "! ", "- ", ": ",
	"ü", "ß", "ж", "й", "ﬁ", "\u200b", "\u00ad", "\u00a0", "電", "\xc3", "\xff", "𝓬",
}

func TestPlainIsAsByteByByte(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	for range 5_000 {
		var b strings.Builder
		for range r.IntN(40) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		checkFold(t, []byte(b.String()))
		if t.Failed() {
			return
		}
	}
	for c := range 256 { // each byte behind letters and before them, at each place of eight
		for n := range 18 {
			checkFold(t, []byte("two words "+strings.Repeat("xy", 9)[:n]+string([]byte{byte(c)})+"then all the rest of it"))
		}
	}
}

func TestRuneAtIsDecodeRune(t *testing.T) {
	for first := range 256 {
		for second := range 256 {
			for _, more := range []string{"", "\x80", "\x80\x80", "a"} {
				text := append([]byte{byte(first), byte(second)}, more...)
				for n := 1; n <= len(text); n++ {
					r, size := runeAt(text[:n])
					if want, wantSize := utf8.DecodeRune(text[:n]); r != want || size != wantSize {
						t.Fatalf("%x is %U of %d bytes, want %U of %d", text[:n], r, size, want, wantSize)
					}
				}
			}
		}
	}
}

func FuzzPlain(f *testing.F) {
	for _, s := range pieces {
		f.Add([]byte("two words " + s + " and " + s + s + ". I " + s + " see " + s + "the rest of it"))
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkFold(t, text) })
}
