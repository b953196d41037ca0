package survey

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/classify/index"
	"qclean/scan/spool"
)

// comeAndGo takes every k-th message of a flood away and brings others in.
func comeAndGo(t *testing.T, dir, aside string, r *rand.Rand, share float64) {
	t.Helper()
	move := func(from, to string) {
		entries, err := os.ReadDir(from)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if r.Float64() < share {
				if err := os.Rename(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	other := t.TempDir()
	move(dir, other)
	move(aside, dir)
	move(other, aside) // some of it comes back another time
}

// kept is a survey as the next one finds it.
func kept(t *testing.T, v *Survey) *index.Snapshot {
	t.Helper()
	s, err := index.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save(v.Set, v.Snapshot()); err != nil {
		t.Fatal(err)
	}
	snap, err := s.Load(v.Path, v.Set)
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

func campaignOf(v *Survey) map[spool.ID]string {
	out := map[spool.ID]string{}
	for i := range v.Table.Len() {
		m := v.Table.At(i)
		out[m.ID()] = string(m.Campaign())
	}
	return out
}

// floodOf is campaignOf with "" for a message that is alone, or in a campaign
// that holds together by too little to go by: these come and go with what else
// lies in the queue, however it is grouped.
func floodOf(v *Survey) map[spool.ID]string {
	out := map[spool.ID]string{}
	for _, c := range v.Campaigns {
		for _, m := range c.Members {
			if id := v.Table.At(int(m)).ID(); c.Count > 1 && c.Weak == "" {
				out[id] = string(c.ID)
			} else {
				out[id] = ""
			}
		}
	}
	return out
}

// TestGrownCampaignsAreThoseOfAFreshScan: whatever came and went, a survey that
// places what is new into the campaigns that stand finds what one finds that
// reads and groups everything anew and keeps the IDs.
func TestGrownCampaignsAreThoseOfAFreshScan(t *testing.T) {
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 7))
		dir, aside := flood(t, 600), t.TempDir()
		comeAndGo(t, dir, aside, r, 0.04)
		v := take(t, open(t, dir), nil, Options{})
		for round := range 4 {
			comeAndGo(t, dir, aside, r, 0.012)
			before := kept(t, v)
			fresh := take(t, open(t, dir), before, Options{Fresh: true})
			v = take(t, open(t, dir), kept(t, v), Options{})
			if v.Read > 60 || v.Known < 500 {
				t.Fatalf("seed %d, round %d: %d read, %d known", seed, round, v.Read, v.Known)
			}
			want, got := floodOf(fresh), floodOf(v)
			other := 0
			for id, c := range want {
				if got[id] != c {
					other++
				}
			}
			if len(got) != len(want) || other*200 > len(want) {
				t.Errorf("seed %d, round %d: %d of %d messages are in another campaign", seed, round, other, len(want))
			}
			calls := 0
			for i := range v.Table.Len() {
				if v.Table.At(i).Call() != fresh.Table.At(i).Call() {
					calls++
				}
			}
			if calls*100 > len(want) {
				t.Errorf("seed %d, round %d: %d of %d messages are called something else", seed, round, calls, len(want))
			}
			checkSums(t, v)
		}
	}
}

// checkSums holds the campaigns against the messages.
func checkSums(t *testing.T, v *Survey) {
	t.Helper()
	seen := map[int32]bool{}
	for _, c := range v.Campaigns {
		if c.Count != len(c.Members) || c.Count == 0 {
			t.Errorf("campaign %s of %d has %d members", c.ID, c.Count, len(c.Members))
		}
		for _, m := range c.Members {
			if seen[m] || v.Table.At(int(m)).Campaign() != c.ID {
				t.Errorf("message %d is not in the campaign %s that has it, or in two", m, c.ID)
			}
			seen[m] = true
		}
		for _, b := range c.Bounces {
			if v.Table.At(int(b)).BounceOf() != c.ID {
				t.Errorf("report %d is not about %s", b, c.ID)
			}
		}
	}
	if len(seen) != v.Table.Len() {
		t.Errorf("%d of %d messages are in a campaign", len(seen), v.Table.Len())
	}
}

// TestGrowingDependsOnNoOrder: the same snapshot and the same spool give the
// same with any number of workers.
func TestGrowingDependsOnNoOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	dir, aside := flood(t, 400), t.TempDir()
	comeAndGo(t, dir, aside, r, 0.04)
	v := take(t, open(t, dir), nil, Options{})
	comeAndGo(t, dir, aside, r, 0.02)
	var want *Survey
	for _, workers := range []int{1, 3} {
		var o Options
		o.Scan.Workers = workers
		got := take(t, open(t, dir), kept(t, v), o)
		if want == nil {
			want = got
			continue
		}
		if d := cmp.Diff(campaignOf(want), campaignOf(got)); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff(ids(want), ids(got)); d != "" {
			t.Error(d)
		}
	}
}

// TestNothingNewIsNothingToDo: an unchanged spool gives what was remembered,
// and has nothing to be remembered again.
func TestNothingNewIsNothingToDo(t *testing.T) {
	dir := flood(t, 300)
	first := take(t, open(t, dir), nil, Options{})
	again := take(t, open(t, dir), kept(t, first), Options{})
	if again.Changed || !first.Changed {
		t.Errorf("changed: %v, then %v", first.Changed, again.Changed)
	}
	if d := cmp.Diff(first.Campaigns, again.Campaigns); d != "" {
		t.Error(d)
	}
	for i, want := range first.Judgement.Records {
		if got := again.Judgement.Records[i]; got.Call != want.Call || got.Likely != want.Likely {
			t.Fatalf("message %d is called %v", i, got)
		}
	}
	if d := cmp.Diff(first.Judgement.Site.Domains, again.Judgement.Site.Domains); d != "" {
		t.Error(d)
	}
	if judged := take(t, open(t, dir), kept(t, first), Options{Points: map[string]int{"flood": 1}}); !judged.Came && judged.said == again.said {
		t.Error("other points, the same opinion")
	}
}
