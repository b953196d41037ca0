package replay

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qclean/scan/disk/faulty"
)

// TestHashedQueueIsExchangedMeanwhile: somebody moves a folder of the queue away
// and makes a new one, at each operation of a quarantine. The new one's files
// stay, none is lost, and nothing is left to be recovered. Of Exim they have
// other IDs, since an ID is a message there, whatever file has it.
func TestHashedQueueIsExchangedMeanwhile(t *testing.T) {
	folders := map[string]string{"postfix": "deferred/B", "exim": "input/n"}
	for _, r := range rigs() {
		t.Run(r.name, func(t *testing.T) {
			at := filepath.Join(r.name, folders[r.name])
			for i := 1; ; i += stride(3) {
				if !exchangeAt(t, r, at, i) || t.Failed() {
					return
				}
			}
		})
	}
}

func newName(r rig, name string) string {
	if r.name == "exim" {
		return strings.Replace(name, "-0001", "-0002", 1)
	}
	return name
}

// exchangeAt tells whether operation i was reached.
func exchangeAt(t *testing.T, r rig, at string, i int) bool {
	t.Helper()
	dir := r.lay(t, true)
	held := filepath.Join(dir, at)
	names, err := os.ReadDir(held)
	if err != nil || len(names) == 0 {
		t.Fatalf("%s has no messages: %v", at, err)
	}
	content := contents(t, dir)
	planned := 0 // operations before the plan was applied
	tr := faulty.Open(t, dir, faulty.Faults{Before: func(op faulty.Op) {
		if planned == 0 || op.N != planned+i {
			return
		}
		os.Rename(held, filepath.Join(dir, "aside"))
		os.Mkdir(held, 0o700)
		for _, n := range names {
			put(t, filepath.Join(held, newName(r, n.Name())), "another")
		}
	}})
	m, s := r.open(t, tr, Options{Now: clockFrom(testTime.Add(time.Hour))})
	picks := chosen(t, s, false)
	pl, err := NewPlan(s, Quarantine, "", picks, testTime.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	planned = len(tr.Ops())
	if _, err := m.Apply(ctx, pl); err != nil {
		t.Fatalf("at operation %d: %v", i, err)
	}
	reached := len(tr.Ops()) >= planned+i
	for _, n := range names {
		if !reached {
			break
		}
		name := filepath.Join(held, newName(r, n.Name()))
		if data, err := os.ReadFile(name); err != nil || string(data) != "another" {
			t.Errorf("at operation %d: the new %s: %q %v", i, n.Name(), data, err)
		}
		os.Remove(name)
	}
	if got := contents(t, dir); fmt.Sprint(got) != fmt.Sprint(content) {
		t.Errorf("at operation %d: contents %v, were %v", i, got, content)
	}
	if runs, err := m.Recover(ctx); err != nil || len(runs) > 0 {
		t.Errorf("at operation %d, left to recover: %+v %v", i, runs, err)
	}
	return reached
}
