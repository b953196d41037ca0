package cluster

import (
	"math/rand/v2"
	"slices"
	"testing"

	"qclean/classify/fingerprint"
)

// TestAppendBinaryIsThatOfTheSketch: of any number of hashes and media.
func TestAppendBinaryIsThatOfTheSketch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var s Set
	for hashes := range fingerprint.MaxHashes + 1 {
		k := fingerprint.Sketch{Class: fingerprint.Class(hashes % 5), Level: uint8(hashes % 3), Exact: r.Uint64()}
		for range hashes {
			k.Hashes = append(k.Hashes, r.Uint32()<<2|4)
		}
		for range hashes % (fingerprint.MaxMedia + 1) {
			k.Media = append(k.Media, fingerprint.Media(r.Uint32()))
		}
		i := s.Add(&k)
		want, err := s.Sketch(i).AppendBinary([]byte("before"))
		if err != nil {
			t.Fatal(err)
		}
		if got := s.AppendBinary([]byte("before"), i); !slices.Equal(got, want) {
			t.Fatalf("%d hashes: %x, want %x", hashes, got, want)
		}
	}
}
