package cluster

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"qclean/classify/fingerprint"
)

// TestPriorsAreFoundAsByComparingAll: what the index finds for a group is what
// comparing it with every campaign finds, whether fingerprints share a hash, or
// most, and also where two features of a core have the same upper bits.
func TestPriorsAreFoundAsByComparingAll(t *testing.T) {
	for seed := range uint64(200) {
		checkPriors(t, seed, uint32(1+seed%7*seed))
	}
}

// FuzzPriors does so for more kinds of sharing.
func FuzzPriors(f *testing.F) {
	f.Add(uint64(1), uint32(3))
	f.Add(uint64(2), uint32(100))
	f.Add(uint64(3), uint32(1<<20))
	f.Fuzz(func(t *testing.T, seed uint64, kinds uint32) { checkPriors(t, seed, kinds) })
}

// checkPriors makes campaigns and groups of that many kinds of hashes.
func checkPriors(t *testing.T, seed uint64, kinds uint32) {
	r := rand.New(rand.NewPCG(seed, 1))
	hash := func() uint32 { return r.Uint32N(max(1, kinds))<<6 | r.Uint32N(2)<<(8*r.Uint32N(2)) }
	core := func() (out []uint32) {
		for range 1 + r.IntN(60) {
			out = append(out, hash())
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	classes := []fingerprint.Class{fingerprint.Mail, fingerprint.Report}
	var prior []Prior
	for range 1 + r.IntN(40) {
		p := Prior{Print: fingerprint.FromCore(classes[r.IntN(2)], core(), r.Float64()), Count: r.IntN(5)}
		if r.IntN(9) == 0 {
			p.Print = fingerprint.Print{Class: fingerprint.Mail, Kind: fingerprint.OfWhole, Need: 1, Hashes: []uint64{r.Uint64N(3)}}
		}
		prior = append(prior, p)
	}
	x := index(prior).search()
	for range 20 {
		g := Group{Class: classes[r.IntN(2)]}
		for _, h := range core() {
			g.Core = append(g.Core, Feature{Hash: h})
		}
		if r.IntN(5) == 0 {
			g.Print = fingerprint.Print{Kind: fingerprint.OfWhole, Hashes: []uint64{r.Uint64N(3)}}
		}
		x.find(nil, &g)
		for i := range prior {
			want := 0
			for _, h := range x.shown(nil, &g) {
				if p := &prior[i].Print; p.Class == g.Class && p.Kind == g.Print.Kind && slices.Contains(p.Hashes, h) {
					want++
				}
			}
			got := 0
			if slices.Contains(x.touched, int32(i)) {
				got = int(x.found[i])
			}
			if need := x.need(i); (want >= need || got >= need) && got != want {
				t.Fatalf("seed %d: campaign %d: %d of its hashes, want %d of the %d needed", seed, i, got, want, need)
			}
		}
	}
}

// TestClaimsAreTheSameWithAnyWorkers: each looks up runs of groups, and all of
// them come together in order.
func TestClaimsAreTheSameWithAnyWorkers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	core := func() (out []uint32) {
		for range 8 + r.IntN(8) {
			out = append(out, r.Uint32N(400)<<8)
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	var o Options
	for range 300 {
		o.Prior = append(o.Prior, Prior{Print: fingerprint.FromCore(fingerprint.Mail, core(), 1)})
	}
	groups := make([]Group, 5*claimRun+7)
	for i := range groups {
		for _, h := range core() {
			groups[i].Core = append(groups[i].Core, Feature{Hash: h})
		}
		for _, h := range o.Prior[r.IntN(len(o.Prior))].Print.Hashes { // so that it has a claim
			groups[i].Core = append(groups[i].Core, Feature{Hash: uint32(h) << 8})
		}
		slices.SortFunc(groups[i].Core, func(a, b Feature) int { return cmp.Compare(a.Hash, b.Hash) })
		groups[i].Core = slices.Compact(groups[i].Core)
	}
	claims := func(workers int) []claim {
		o.Workers = workers
		out := claimsOf(nil, groups, o)
		if !slices.IsSortedFunc(out, func(a, b claim) int { return cmp.Compare(a.group, b.group) }) {
			t.Errorf("%d workers: not in the order of groups", workers)
		}
		slices.SortFunc(out, func(a, b claim) int { return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.prior, b.prior)) })
		return out
	}
	want := claims(1)
	if len(want) < len(groups) {
		t.Fatalf("%d claims of %d groups", len(want), len(groups))
	}
	for _, workers := range []int{2, 3, 8} {
		if !slices.Equal(claims(workers), want) {
			t.Errorf("%d workers claim something else than one", workers)
		}
	}
}
