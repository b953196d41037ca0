package replay

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"qclean/scan/disk"
	"qclean/scan/disk/faulty"
	"qclean/scan/spool"
	"qclean/scan/spool/imcdata"
)

// plainMover works on a queue of plain files, which go through held folders.
func plainMover(t *testing.T, tr disk.Tree, boot string, at time.Time) (*Mover, spool.Spool) {
	t.Helper()
	s, err := imcdata.Driver{}.Open(tr, "Imcdata")
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(tr, s, Options{Batch: 2, Boot: boot, Now: clockFrom(at), Host: "host", PID: 42})
	if err != nil {
		t.Fatal(err)
	}
	m.inline = true
	return m, s
}

// TestFaultsOnPlainFiles is the sweep of a quarantine and of its undo on a queue of
// one file a message, without locks.
func TestFaultsOnPlainFiles(t *testing.T) {
	tests := []struct {
		name   string
		faults faulty.Faults
		power  *faulty.Power
	}{
		{"death", faulty.Faults{Only: faulty.Op.Changes, Torn: true}, nil},
		{"EIO", faulty.Faults{Err: unix.EIO}, nil},
		{"EIO for good", faulty.Faults{Err: unix.EIO, Stuck: true}, nil},
		{"ENOSPC", faulty.Faults{Err: unix.ENOSPC, Torn: true}, nil},
		{"power", faulty.Faults{Only: faulty.Op.Changes}, &faulty.Power{}},
		{"power, halves", faulty.Faults{Only: faulty.Op.Changes}, &faulty.Power{Split: true}},
		{"power, entries only", faulty.Faults{Only: faulty.Op.Changes}, &faulty.Power{Entries: faulty.All}},
		{"power, by luck", faulty.Faults{Only: faulty.Op.Changes}, &faulty.Power{Entries: faulty.Luck(5), Data: faulty.DataTorn}},
	}
	for _, tt := range tests {
		for _, verb := range []Verb{Quarantine, Undo} {
			t.Run(fmt.Sprintf("%s/%s", tt.name, verb), func(t *testing.T) {
				n := sweep(t, 5, func(t *testing.T, i int) *faulty.Tree {
					set := tt.faults
					if set.FailAt = i; set.Err == nil {
						set.FailAt, set.DieAt = 0, i
					}
					return plainFault(t, verb, set, tt.power)
				})
				t.Logf("at %d operations", n)
			})
		}
	}
}

func plainFault(t *testing.T, verb Verb, set faulty.Faults, power *faulty.Power) *faulty.Tree {
	t.Helper()
	dir, m, s := makeImcdata(t, 5)
	top := filepath.Dir(dir)
	before := snapshot(t, top, ".old", "Queue.dat")
	chosen := pickAll(t, s, false)
	var first Run
	if verb == Undo {
		first = applyPicks(t, m, s, Quarantine, chosen)
	}
	tr := faulty.Open(t, top, set)
	opened, err := imcdata.Driver{}.Open(tr, "Imcdata")
	if err == nil {
		m, err = New(tr, opened, Options{Batch: 2, Boot: "boot-1", Now: clockFrom(testTime.Add(time.Hour))})
	}
	if err == nil {
		m.inline = true
		if verb == Undo {
			m.Undo(ctx, first)
		} else if p, err := NewPlan(opened, verb, "", chosen, testTime.Add(time.Hour)); err == nil {
			m.Apply(ctx, p) // with whatever error
		}
	}
	boot := "boot-1"
	if power != nil {
		boot = "boot-2"
		if err := tr.Crash(*power); err != nil {
			t.Fatal(err)
		}
	}
	m, _ = plainMover(t, tree(t, top), boot, testTime.AddDate(0, 0, 1))
	recoverOnce(t, m)
	undoneWhole(t, m)
	same(t, "after recovery and undo", before, snapshot(t, top, ".old", "Queue.dat"))
	return tr
}

// TestQueueIsExchangedMeanwhile: somebody moves the whole queue folder away and
// makes a new one, in the middle of a batch. No message is lost, none of
// another folder is taken for one that was chosen.
func TestQueueIsExchangedMeanwhile(t *testing.T) {
	for i := 1; ; i += stride(3) {
		dir, _, s := makeImcdata(t, 5)
		top := filepath.Dir(dir)
		os.Remove(filepath.Join(dir, "Queue.dat")) // goes to the run's own folder
		content := contents(t, dir)
		chosen := pickAll(t, s, false)
		tr := faulty.Open(t, top, faulty.Faults{Before: func(op faulty.Op) {
			if op.N == i {
				os.Rename(filepath.Join(dir, "Out"), filepath.Join(dir, "Aside"))
				os.Mkdir(filepath.Join(dir, "Out"), 0o750)
				put(t, filepath.Join(dir, "Out/WK000004"), "Subject: another\r\n\r\n")
			}
		}})
		m, opened := plainMover(t, tr, "boot-1", testTime.Add(time.Hour))
		pl, err := NewPlan(opened, Quarantine, "", chosen, testTime.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Apply(ctx, pl); err != nil {
			t.Fatalf("at operation %d: %v", i, err)
		}
		reached := len(tr.Ops()) >= i
		if reached {
			if data, err := os.ReadFile(filepath.Join(dir, "Out/WK000004")); err != nil || string(data) != "Subject: another\r\n\r\n" {
				t.Errorf("at operation %d: the new one: %q %v", i, data, err)
			}
			os.Remove(filepath.Join(dir, "Out/WK000004"))
		}
		if got := contents(t, dir); fmt.Sprint(got) != fmt.Sprint(content) {
			t.Errorf("at operation %d: contents %v, were %v", i, got, content)
		}
		if runs, err := m.Recover(ctx); err != nil || len(runs) > 0 {
			t.Errorf("at operation %d, left to recover: %+v %v", i, runs, err)
		}
		if !reached || t.Failed() {
			return
		}
	}
}
