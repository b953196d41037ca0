package fingerprint

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMark shows a copy as a person would explain it.
func TestMark(t *testing.T) {
	k := New()
	copies := []string{
		"Dear John, we have the best offer for all your needs at http://a.example/1 today only. lorem ipsum dolor sit amet now",
		"Dear Mary, we have the best 0ffer for all your needs at http://b.example/2 today only. completely different words stand here instead",
		"Dear Petronella, we have the best offer for all your needs at http://c.example/3 today only.",
	}
	var samples [][]uint32
	for _, c := range copies {
		samples = append(samples, shinglesOf(c))
	}
	shared := NewShared(samples)
	for h := range shared { // a quarter of three is one; take what all have, as of many
		n := 0
		for _, s := range samples {
			n += min(1, common([]uint32{h}, s))
		}
		if n < 3 {
			delete(shared, h)
		}
	}
	var got []string
	for _, s := range k.Mark([]byte(copies[1]), shared) {
		got = append(got, string("cnlp"[s.What])+" "+strings.TrimSpace(copies[1][s.From:s.To]))
	}
	want := []string{
		"p Dear Mary,",
		"c we have the best 0ffer for all your needs at",
		"l http://b.example/2",
		"c today only.",
		"p completely different words stand here instead",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestNewShared(t *testing.T) {
	for name, c := range map[string]struct {
		samples [][]uint32
		want    Shared
	}{
		"none":                   {nil, Shared{}},
		"one sample is all core": {[][]uint32{{1, 2}}, Shared{1: {}, 2: {}}},
		"once is not shared":     {[][]uint32{{1, 2}, {2, 3}}, Shared{2: {}}},
		"repeats count once":     {[][]uint32{{1, 1, 1}, {2}}, Shared{}},
		"a quarter":              {[][]uint32{{1}, {1, 2}, {3}, {4}, {5}, {6}, {7}, {8}}, Shared{1: {}}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, NewShared(c.samples)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}
