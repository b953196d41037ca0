package fingerprint

import (
	"bytes"
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/letter"
)

// text is n words of which no pair comes twice.
func text(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "w%c%c%cx ", 'a'+i%26, 'a'+i/26%26, 'a'+i/676%26)
	}
	return b.Bytes()
}

func TestSketchSize(t *testing.T) {
	for _, words := range []int{0, 1, 3, 4, 20, 30, 100, 1000, 10000} {
		t.Run(fmt.Sprint(words), func(t *testing.T) {
			k := New().Sketch(&letter.Message{Text: text(words)}, Quoted)
			if len(k.Hashes) == 0 {
				k.Hashes = nil
			}
			raw, err := k.AppendBinary(nil)
			if err != nil || len(raw) > MaxBytes {
				t.Fatalf("%d bytes, error %v; want at most %d", len(raw), err, MaxBytes)
			}
			if k.Level > 0 && len(k.Hashes) < MaxHashes/4 || len(k.Hashes) > MaxHashes {
				t.Errorf("%d hashes at level %d", len(k.Hashes), k.Level)
			}
			if few := len(k.Hashes) < MinShingles; few != (k.Exact != 0) {
				t.Errorf("%d hashes and exact hash %#x", len(k.Hashes), k.Exact)
			}
			back, err := ParseSketch(raw)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(k, back); d != "" {
				t.Errorf("after AppendBinary and ParseSketch (-want +got):\n%s", d)
			}
		})
	}
}

// TestSketchLevel: the level is the lowest one that leaves few enough.
func TestSketchLevel(t *testing.T) {
	k := New()
	f := k.Features(&letter.Message{Text: text(2000)}, Mail)
	s := k.Sample(f)
	at := func(level int) int {
		seen := map[uint32]bool{}
		for _, h := range f.Shingles {
			if bits.TrailingZeros32(h) >= level {
				seen[h] = true
			}
		}
		return len(seen)
	}
	if n := at(int(s.Level)); n != len(s.Hashes) {
		t.Errorf("%d hashes, but %d shingles show at level %d", len(s.Hashes), n, s.Level)
	}
	if n := at(int(s.Level) - 1); n <= MaxHashes {
		t.Errorf("level %d, but %d shingles show at the one below", s.Level, n)
	}
}

// TestRepeatsDoNotCount: a text said fifty times has the sketch of one said twice.
func TestRepeatsDoNotCount(t *testing.T) {
	k := New()
	twice := k.Sketch(&letter.Message{Text: bytes.Repeat(text(40), 2)}, Mail)
	often := k.Sketch(&letter.Message{Text: bytes.Repeat(text(40), 50)}, Mail)
	if d := cmp.Diff(twice, often); d != "" {
		t.Errorf("(-twice +fifty times):\n%s", d)
	}
}

// TestSketchesStayValid: they are cut from shared blocks, and a later one must
// not change an earlier one.
func TestSketchesStayValid(t *testing.T) {
	k := New()
	var kept []Sketch
	for i := range 300 {
		kept = append(kept, k.Sketch(&letter.Message{Text: text(10 + i)}, Mail))
	}
	for i := range kept {
		if d := cmp.Diff(New().Sketch(&letter.Message{Text: text(10 + i)}, Mail), kept[i]); d != "" {
			t.Fatalf("sketch %d changed:\n%s", i, d)
		}
	}
}

// TestExactTakesSubject: with next to no text the subject is the message.
func TestExactTakesSubject(t *testing.T) {
	sketch := func(subject, body string) uint64 {
		m := letter.NewReader(letter.Limits{}).Read([]byte("Subject: " + subject + "\r\n\r\n" + body))
		return New().Sketch(m, Mail).Exact
	}
	empty := sketch("cheap pills for you", "")
	for name, c := range map[string]struct {
		subject, body string
		same          bool
	}{
		"equal":           {"cheap pills for you", "", true},
		"disguised":       {"CHE@P p1lls for y0u", "\r\n", true},
		"other subject":   {"our meeting on friday", "", false},
		"body of a word":  {"cheap pills for you", "now", false},
		"word in subject": {"cheap pills for you now", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			if same := sketch(c.subject, c.body) == empty; same != c.same {
				t.Errorf("same as an empty message about pills: %t", same)
			}
		})
	}
}

func TestParseSketchRefuses(t *testing.T) {
	good, err := New().Sketch(&letter.Message{Text: text(30)}, Mail).AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	changed := func(at int, to byte) []byte { b := bytes.Clone(good); b[at] = to; return b }
	for name, b := range map[string][]byte{
		"short":            good[:3],
		"cut":              good[:len(good)-1],
		"longer":           append(bytes.Clone(good), 0),
		"too many hashes":  changed(2, 200),
		"level":            changed(1, 77),
		"level of hashes":  changed(1, 20),
		"hashes unordered": append(append(bytes.Clone(good[:4]), good[8:12]...), append(bytes.Clone(good[4:8]), good[12:]...)...),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseSketch(b); !errors.Is(err, ErrSketch) {
				t.Errorf("error %v, want ErrSketch", err)
			}
		})
	}
	if k, err := ParseSketch(nil); err != nil || len(k.Hashes) != 0 {
		t.Errorf("no bytes: %v, %v", k, err)
	}
}

func FuzzParseSketch(f *testing.F) {
	good, _ := New().Sketch(&letter.Message{Text: text(30)}, Mail).AppendBinary(nil)
	f.Add(good)
	f.Add([]byte{0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8})
	f.Add([]byte(strings.Repeat("\x00", 256)))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := ParseSketch(b)
		if err != nil || len(b) == 0 {
			return
		}
		if again, err := k.AppendBinary(nil); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%x reads as %v and is written as %x, %v", b, k, again, err)
		}
	})
}

func BenchmarkSketch(b *testing.B) {
	k, m := New(), &letter.Message{Text: text(680)[:4080]}
	b.SetBytes(int64(len(m.Text)))
	b.ReportAllocs()
	for b.Loop() {
		k.Sketch(m, Mail)
	}
}

// BenchmarkWhole is what a message costs from its bytes to its sketch.
func BenchmarkWhole(b *testing.B) {
	body := text(640)[:3840]
	for name, raw := range map[string][]byte{
		"plain": []byte("From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + string(bytes.ReplaceAll(body, []byte("x w"), []byte("x\r\nw")))),
		"html":  []byte("From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>" + strings.ReplaceAll(string(body[:3000]), "q", "q</p>\r\n<p>")),
	} {
		b.Run(name, func(b *testing.B) {
			r, k := letter.NewReader(letter.Limits{}), New()
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				m := r.Read(raw)
				k.Sketch(m, ClassOf(m, nil))
			}
		})
	}
}

// BenchmarkFoldWorst folds text made to be slow; MB/s should be within ten of BenchmarkSketch's.
func BenchmarkFoldWorst(b *testing.B) {
	for _, unit := range []string{"a.", "a@", "a.b@", "v ", "a:", "http:/", "a", "1.", "a\u200b", "a-", "ж"} {
		b.Run(fmt.Sprintf("%q", unit), func(b *testing.B) {
			k, text := New(), []byte(strings.Repeat(unit, 64<<10/len(unit)))
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				k.folder.fold(text)
			}
		})
	}
}
