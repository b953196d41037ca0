package replay

import (
	"errors"
	"testing"
	"time"
)

// TestANightIsFoundWhole: an undo after an unattended run finds all of its
// runs, newest first, and says which cannot be taken back.
func TestANightIsFoundWhole(t *testing.T) {
	dir := quarantined(t, 4)
	for _, id := range []string{"n000", "n001"} {
		putMessage(t, dir, "out", id)
	}
	m, p := mover(t, tree(t, dir), Options{})
	if last, err := m.LastRun(ctx); err != nil || last.Night != "" {
		t.Fatalf("%+v %v", last, err)
	}
	const night = "20261123-030000"
	at := testTime.Add(24 * time.Hour)
	all := picks(t, p, true, "m")
	make := func(v Verb, picks []Pick, night string) Run {
		t.Helper()
		at = at.Add(time.Second)
		pl, err := NewPlan(p, v, "rules", picks, at)
		if err != nil {
			t.Fatal(err)
		}
		pl.Night = night
		m.o.Now = func() time.Time { return at }
		return mustApply(t, m, pl)
	}
	take := make(Quarantine, picks(t, p, false, "n"), night)
	back := make(PutBack, all[:1], night)
	purge := make(Purge, all[1:2], night)
	last, err := m.LastRun(ctx)
	if err != nil || last.Night != night || last.Name != back.Name {
		t.Fatalf("%+v %v", last, err)
	}
	runs, gone, err := m.Night(ctx, night)
	if err != nil || len(runs) != 2 || runs[0].Name != back.Name || runs[1].Name != take.Name || len(gone) != 1 || gone[0].Name != purge.Name {
		t.Fatalf("%v %v %v", runs, gone, err)
	}
	for _, r := range runs {
		if _, err := m.Undo(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	if runs, _, err = m.Night(ctx, night); err != nil || len(runs) != 0 {
		t.Errorf("after the undo: %v %v", runs, err)
	}
	if _, _, err := m.Night(ctx, "20261124-030000"); !errors.Is(err, ErrNoRun) {
		t.Errorf("another night: %v", err)
	}

	// A night that only deleted is not passed over for the run before it.
	purge = make(Purge, all[2:3], "20261125-030000")
	if last, err = m.LastRun(ctx); err != nil || last.Name != purge.Name {
		t.Errorf("%+v %v", last, err)
	}
}
