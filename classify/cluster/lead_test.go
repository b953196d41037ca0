package cluster

import (
	"math/rand/v2"
	"slices"
	"testing"

	"qclean/classify/fingerprint"
)

// hashes are n hashes by chance.
func hashes(rnd *rand.Rand, n int) []uint32 {
	out := make([]uint32, n)
	for i := range out {
		out[i] = rnd.Uint32()
	}
	return out
}

// TestSmallAmongMany: where so many messages look for their group at once that
// most of a small campaign comes while none of it has one yet, its copies are
// found all the same; so are those of a large one, and strangers stay alone.
func TestSmallAmongMany(t *testing.T) {
	var s Set
	rnd := rand.New(rand.NewPCG(80, 1))
	add := func(text []uint32, padding int) int32 {
		k := fingerprint.Sketch{Class: fingerprint.Mail, Hashes: append(slices.Clone(text), hashes(rnd, padding)...)}
		slices.Sort(k.Hashes)
		return int32(s.Add(&k))
	}
	var campaigns [][]int32
	for i := range 40 {
		text, copies := hashes(rnd, 25), []int32(nil)
		for range []int{3, 6, 20, 400}[i%4] {
			copies = append(copies, add(text, 20))
		}
		campaigns = append(campaigns, copies)
	}
	var strangers []int32
	for s.Len() < 5*leadFirst {
		strangers = append(strangers, add(nil, 40))
	}
	groups := Groups(&s, Options{})
	for i, copies := range campaigns {
		g := wantTogether(t, groups, "copies", copies, len(copies))
		if len(groups[g].Members) != len(copies) {
			t.Errorf("campaign %d of %d is in a group of %d", i, len(copies), len(groups[g].Members))
		}
	}
	of := groupOf(groups)
	for _, at := range strangers {
		if n := len(groups[of[at]].Members); n > 1 {
			t.Fatalf("a stranger is in a group of %d", n)
		}
	}
}
