package cluster

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
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

// crowd are more messages of one class than look for their group one after
// another: copies of campaigns, some of them footers of others, and strangers.
func crowd(rnd *rand.Rand) (out []fingerprint.Sketch) {
	var texts [30][]uint32
	for i := range texts {
		texts[i] = hashes(rnd, 30)
		if i%3 == 2 {
			texts[i] = append(slices.Clone(texts[i-1][:12]), texts[i-2][:12]...)
		}
	}
	for len(out) < 2*leadFirst {
		k := fingerprint.Sketch{Class: fingerprint.Mail, Hashes: hashes(rnd, 25)}
		if i := rnd.IntN(50); i < len(texts) {
			for _, h := range texts[i] {
				if rnd.IntN(5) > 1 {
					k.Hashes = append(k.Hashes, h)
				}
			}
		}
		slices.Sort(k.Hashes)
		out = append(out, k)
	}
	return out
}

// told is all that is said of each sketch's group, by number of the sketch.
func told(sketches []fingerprint.Sketch, order []int, workers int) []string {
	var s Set
	for _, i := range order {
		s.Add(&sketches[i])
	}
	out := make([]string, len(order))
	for _, g := range Groups(&s, Options{Workers: workers}) {
		members := g.Members
		g.Members = nil
		all := fmt.Sprint(len(members), g)
		for _, at := range members {
			out[order[at]] = all
		}
	}
	return out
}

// TestAnyWorkersAnyOrder: the same messages give the same campaigns to a letter
// with any number of workers and in any order of listing.
func TestAnyWorkersAnyOrder(t *testing.T) {
	rnd := rand.New(rand.NewPCG(81, 1))
	sketches := crowd(rnd)
	order := make([]int, len(sketches))
	for i := range order {
		order[i] = i
	}
	want := told(sketches, order, 1)
	grouped := 0
	for _, said := range want {
		if !strings.HasPrefix(said, "1 ") {
			grouped++
		}
	}
	if grouped < len(want)/4 || grouped == len(want) {
		t.Fatalf("%d of %d messages are in campaigns", grouped, len(want))
	}
	for _, workers := range []int{0, 2, 7} {
		rnd.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		if got := told(sketches, order, workers); !slices.Equal(got, want) {
			i := 0
			for got[i] == want[i] {
				i++
			}
			t.Fatalf("%d workers and another order: message %d is in\n%.300s\nand with one worker in\n%.300s", workers, i, got[i], want[i])
		}
	}
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
	for s.Len() < 3*leadFirst {
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
