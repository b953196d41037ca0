package letter

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// FuzzPasses holds that what looks at many bytes at a time finds what a plain
// loop finds, wherever in a word it stands.
func FuzzPasses(f *testing.F) {
	for _, s := range []string{
		"plain ASCII, longer than thirty-two bytes and than any word of eight", "Grüße aus Köln, bis später", "Привет, мир!",
		"two  blanks and one at the end ", "a tab\tand\r\na line & an entity \x0b &", "blank \x00 \x1f!\x21 \x7f", "      ", "a \n", "seven b  c",
		"see http://a.example and www.b.example:80, https://c", "://", "www.", "wwwwww.x", ":::///", "ww.://:/ww.w", "\xff\x80\xa0 \x81www.\xbf",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for range 9 {
			checkPasses(t, b)
			b = append([]byte("a"), b...)
		}
	})
}

func checkPasses(t *testing.T, b []byte) {
	if got, want := asciiLen(b), len(b)-len(bytes.TrimLeftFunc(b, func(r rune) bool { return r < utf8.RuneSelf })); got != want {
		t.Fatalf("%q: %d bytes of ASCII, want %d", b, got, want)
	}
	if got, want := valid(b), utf8.Valid(b); got != want {
		t.Fatalf("%q: valid is %v", b, got)
	}
	if len(b) > 0 && textBytes[b[0]] == wordByte {
		i := 1
		for i < len(b) && (textBytes[b[i]] == wordByte || b[i] == ' ' && i+1 < len(b) && textBytes[b[i+1]] == wordByte) {
			i++
		}
		if got := wordsLen(b); got != i {
			t.Fatalf("%q: %d bytes of words, want %d", b, got, i)
		}
	}
	for at := range b {
		if got, want := nextScheme(b, at), signAt(b, at, "://"); got != want {
			t.Fatalf("%q: :// at %d, want %d", b, got, want)
		}
		if got, want := nextWWW(b, at), signAt(b, at, "www."); got != want {
			t.Fatalf("%q: www. at %d, want %d", b, got, want)
		}
	}
	want, _ := charmap.Windows1252.NewDecoder().Bytes(b)
	if got := latin1.append(nil, b); !bytes.Equal(got, want) {
		t.Fatalf("%q: %q, want %q", b, got, want)
	}
}

func signAt(b []byte, from int, sign string) int {
	if i := bytes.Index(b[from:], []byte(sign)); i >= 0 {
		return from + i
	}
	return len(b)
}
