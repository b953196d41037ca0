package replay

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qclean/scan/disk/faulty"
)

func isLog(name string) bool {
	return strings.HasPrefix(name, "postfix/defer/") || strings.HasPrefix(name, "postfix/bounce/")
}

// logsOf gives the files of a kind of log, by ID.
func logsOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, text := range snapshot(t, dir, ".old") {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && !info.IsDir() && isLog(name) {
			out[name] = text
		}
	}
	return out
}

// TestLogsStayWhereTheyAreSafe: in quarantine the reason is still told. When
// messages leave for good, by deletion or to another filesystem, their logs
// leave before them, so that no other message can get them.
func TestLogsStayWhereTheyAreSafe(t *testing.T) {
	r := rigs()[2]
	for _, way := range []string{"purge", "another filesystem"} {
		t.Run(way, func(t *testing.T) {
			dir := r.lay(t, true)
			before := logsOf(t, dir)
			o := Options{}
			if way != "purge" {
				o.Old = tree(t, scratch(t))
			}
			tr := faulty.Open(t, dir, faulty.Faults{})
			m, s := r.open(t, tr, o)
			run, err := r.apply(t, m, s, Quarantine, chosen(t, s, false), testTime)
			if err != nil || run.Outcome != Complete || len(before) == 0 {
				t.Fatalf("%+v %v, logs %v", run, err, before)
			}
			if way == "purge" {
				same(t, "logs", before, logsOf(t, dir))
				var evidence bytes.Buffer
				if _, err := m.Export(ctx, run, &evidence); err != nil {
					t.Error(err)
				}
				exported := 0
				for name := range untar(t, &evidence) {
					if strings.HasPrefix(name, run.Name+"/logs/") {
						exported++
					}
				}
				if exported != len(before) {
					t.Errorf("%d of %d logs are exported", exported, len(before))
				}
				picks := chosen(t, s, true)
				reasons := 0
				for _, p := range picks {
					if _, err := s.Load(ctx, &p.Entry, make([]byte, 100)); err == nil && p.Entry.Envelope.Reason != "" {
						reasons++
					}
				}
				if reasons == 0 {
					t.Error("no reason is told any more")
				}
				if run, err = r.apply(t, m, s, Purge, picks, testTime.Add(time.Hour)); err != nil || run.Outcome != Complete {
					t.Fatalf("%+v %v", run, err)
				}
				logsFirst(t, tr)
				if v, err := m.Verify(ctx, run); err != nil || len(v.Wrong) > 0 {
					t.Errorf("%+v %v", v, err)
				}
				same(t, "logs", map[string]string{}, logsOf(t, dir))
				return
			}
			same(t, "logs", map[string]string{}, logsOf(t, dir))
			if undo, err := m.Undo(ctx, run); err != nil || undo.Outcome != Complete {
				t.Fatalf("%+v %v", undo, err)
			}
			same(t, "logs", before, logsOf(t, dir))
		})
	}
}

// logsFirst: of each ID the log is removed before the message.
func logsFirst(t *testing.T, tr *faulty.Tree) {
	t.Helper()
	gone, logs := map[string]bool{}, 0
	for _, op := range tr.Ops() {
		if op.Kind != faulty.OpRemove {
			continue
		}
		id := filepath.Base(op.Name)
		if isLog(op.Name) {
			if logs++; gone[id] {
				t.Errorf("%s: the message went before its log", id)
			}
		}
		gone[id] = true
	}
	if logs == 0 {
		t.Error("no log was removed")
	}
}
