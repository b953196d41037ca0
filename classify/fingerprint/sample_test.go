package fingerprint

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// plainSample is sample by its definition.
func plainSample(all []uint32) ([]uint32, uint8) {
	all = slices.Clone(all)
	slices.Sort(all)
	all = slices.Compact(all)
	for level := 0; ; level++ {
		out := slices.DeleteFunc(slices.Clone(all), func(h uint32) bool { return h&(1<<level-1) != 0 })
		if len(out) <= MaxHashes {
			return out, uint8(level)
		}
	}
}

func checkSample(t *testing.T, all []uint32) {
	t.Helper()
	want, level := plainSample(all)
	got, l := sample(nil, all)
	if l != level || !slices.Equal(got, want) {
		t.Errorf("of %d hashes, level %d instead of %d: %s", len(all), l, level, cmp.Diff(want, got))
	}
}

func TestSampleIsByItsDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 3, MaxHashes, MaxHashes + 1, 2 * MaxHashes, maxSpread, maxSpread + 1, 500, 3000, 30000} {
		for _, distinct := range []int{1, 2, MaxHashes, MaxHashes + 1, 200, n + 1} {
			for _, zeros := range []int{0, 9, 31, 32} { // what somebody would do who takes pains
				all := make([]uint32, n)
				from := make([]uint32, distinct)
				for i := range from {
					from[i] = r.Uint32() >> zeros << zeros
				}
				for i := range all {
					all[i] = from[r.IntN(len(from))]
				}
				checkSample(t, all)
			}
		}
	}
}

func FuzzSample(f *testing.F) {
	f.Add([]byte{}, uint16(0))
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\x00\x80"), uint16(70))
	f.Add([]byte("seventy hashes, and each of them several times"), uint16(900))
	f.Fuzz(func(t *testing.T, b []byte, more uint16) {
		var all []uint32
		for ; len(b) >= 4; b = b[4:] {
			all = append(all, binary.LittleEndian.Uint32(b))
		}
		r := rand.New(rand.NewPCG(uint64(more), uint64(len(all))))
		for range more {
			all = append(all, r.Uint32()<<r.IntN(8))
		}
		checkSample(t, all)
	})
}
