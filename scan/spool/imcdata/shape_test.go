package imcdata

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"qclean/scan/disk"
	"qclean/scan/disk/faulty"
	"qclean/scan/spool"
)

func names(list ...string) map[string]string {
	files := map[string]string{}
	for _, name := range list {
		files[name] = "From: a@x.example\n\nx\n"
	}
	return files
}

func TestShape(t *testing.T) {
	queue := func(name, dir, old string) spool.Queue { return spool.Queue{Name: name, Dir: dir, Old: old} }
	for name, c := range map[string]struct {
		names  []string
		at     string
		sure   int
		queues []spool.Queue
		pickup string
		index  []string
	}{
		"Imcdata with its index": {[]string{"I/Queue.dat", "I/Out/", "I/In/", "I/Pickup/", "I/Work/", "I/Log/"}, "I", 3,
			[]spool.Queue{queue("Out", "I/Out", "I/Out.old"), queue("In", "I/In", "I/In.old")}, "I/Pickup", []string{"I/Queue.dat"}},
		"Imcdata without": {[]string{"I/OUT/", "I/in/"}, "I", 2,
			[]spool.Queue{queue("OUT", "I/OUT", "I/OUT.old"), queue("in", "I/in", "I/in.old")}, "", nil},
		"only Out in it": {[]string{"I/out/", "I/out.OLD/"}, "I", 1,
			[]spool.Queue{queue("out", "I/out", "I/out.OLD")}, "", nil},
		"a folder of messages that has an in": {[]string{"I/in/", "I/message"}, "I", 1,
			[]spool.Queue{queue("I", "I", "I.old")}, "", nil},
		"Out beside the index": {[]string{"Out/", "Queue.dat", "pickup/"}, "Out", 3,
			[]spool.Queue{queue("Out", "Out", "Out.old")}, "pickup", []string{"Queue.dat"}},
		"index inside": {[]string{"q/QUEUE.DAT", "q/A"}, "q", 2,
			[]spool.Queue{queue("q", "q", "q.old")}, "", []string{"q/QUEUE.DAT"}},
		"pickup itself": {[]string{"Pickup/A", "Out/"}, "Pickup", 1,
			[]spool.Queue{queue("Pickup", "Pickup", "Pickup.old")}, "", nil},
		"Badmail of IIS": {[]string{"Badmail/A.BAD", "Queue/", "Pickup/"}, "Badmail", 1,
			[]spool.Queue{queue("Badmail", "Badmail", "Badmail.old")}, "Pickup", nil},
		"empty folder":     {[]string{"q/"}, "q", 1, []spool.Queue{queue("q", "q", "q.old")}, "", nil},
		"only folders":     {[]string{"q/a/", "q/b/"}, "q", 0, []spool.Queue{queue("q", "q", "q.old")}, "", nil},
		"Out with Archive": {[]string{"out/Archive/"}, "out", 1, []spool.Queue{queue("out", "out", "out.old")}, "", nil},
		"quarantine":       {[]string{"OUT.OLD/A", "Out/", "Queue.dat"}, "OUT.OLD", 2, []spool.Queue{queue("Out", "Out", "OUT.OLD")}, "", []string{"Queue.dat"}},
		"quarantine whose queue is gone": {[]string{"q.old/A", "q.old/.qclean.lock"}, "q.old", 2,
			[]spool.Queue{queue("q", "q", "q.old")}, "", nil},
		"a folder that is called old": {[]string{"mail.old/A"}, "mail.old", 1,
			[]spool.Queue{queue("mail.old", "mail.old", "mail.old.old")}, "", nil},
		"just .old": {[]string{".old/A"}, ".old", 1, []spool.Queue{queue(".old", ".old", ".old.old")}, "", nil},
		"index that is a folder": {[]string{"Out/", "In/", "queue.dat/"}, "Out", 1,
			[]spool.Queue{queue("Out", "Out", "Out.old")}, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, names(c.names...))
			tree, err := disk.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer tree.Close()
			m, err := Driver{}.Detect(tree, c.at)
			if err != nil || m.Sure != c.sure || (m.Why == "") != (c.sure == 0) {
				t.Errorf("detected %+v, %v; want %d", m, err, c.sure)
			}
			s, err := Driver{}.Open(tree, c.at)
			if err != nil {
				t.Fatal(err)
			}
			l := s.Layout()
			want := spool.Layout{MTA: "imcdata", Root: filepath.Join(dir, c.at), Queues: c.queues, Pickup: c.pickup, Index: c.index}
			if diff := cmp.Diff(want, l, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(spool.Layout{}, "MayIndex")); diff != "" {
				t.Errorf("layout (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNotADirectory(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, names("file", "folder/x"))
	if err := os.Symlink("folder", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	tree, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	for at, want := range map[string]error{"file": disk.ErrNotFolder, "link": disk.ErrNotFolder, "missing": fs.ErrNotExist, ".": spool.ErrNotSpool, "../x": disk.ErrBadName} {
		if _, err := (Driver{}).Open(tree, at); !errors.Is(err, want) {
			t.Errorf("open %q: %v, want %v", at, err, want)
		}
		if m, err := (Driver{}).Detect(tree, at); !errors.Is(err, want) || m.Sure != 0 {
			t.Errorf("detect %q: %+v, %v, want %v", at, m, err, want)
		}
	}
}

// TestBesideIsClosed opens a queue in a folder that may be entered, and not listed.
func TestBesideIsClosed(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, names("q/m", "Pickup/"))
	beside := func(op faulty.Op) bool { return op.Kind == faulty.OpList && op.Name == "." }
	s, err := Driver{}.Open(faulty.Open(t, dir, faulty.Faults{FailAt: 1, Err: syscall.EACCES, Only: beside}), "q")
	if err != nil {
		t.Fatal(err)
	}
	if l := s.Layout(); l.Pickup != "" || l.Queues[0].Dir != "q" {
		t.Errorf("layout %+v", l)
	}
	_, err = Driver{}.Open(faulty.Open(t, dir, faulty.Faults{FailAt: 1, Err: syscall.EIO, Only: beside}), "q")
	if !errors.Is(err, syscall.EIO) {
		t.Errorf("another error: %v", err)
	}
}

// TestLargeQueueKeepsItsIndex has more names than are looked at.
func TestLargeQueueKeepsItsIndex(t *testing.T) {
	dir := t.TempDir()
	files := names("q/Queue.dat")
	for i := range peekInside + 10 {
		files["q/"+strconv.Itoa(i)] = ""
	}
	put(t, dir, files)
	tree, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	s, err := Driver{}.Open(tree, "q")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"q/Queue.dat"}, s.Layout().Index); diff != "" {
		t.Errorf("index (-want +got):\n%s", diff)
	}
}

// openOne opens a bare folder "q" that holds one message "m".
func openOne(t *testing.T, content string, faults faulty.Faults) (spool.Spool, *spool.Entry, string) {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, map[string]string{"q/m": content})
	s, err := Driver{}.Open(faulty.Open(t, dir, faults), "q")
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.Find(context.Background(), "q/m")
	if err != nil {
		t.Fatal(err)
	}
	return s, &e, filepath.Join(dir, "q/m")
}

func TestGrowingMessage(t *testing.T) {
	for name, size := range map[string]int{"longer": len(text3) + 5, "shorter": len(text3) - 5} {
		t.Run(name, func(t *testing.T) {
			s, e, path := openOne(t, text3, faulty.Faults{})
			if err := os.WriteFile(path, []byte((text3 + "12345")[:size]), 0o600); err != nil {
				t.Fatal(err)
			}
			text, err := s.Load(context.Background(), e, make([]byte, 1000))
			if err != nil || !slices.Contains(text.Flaws, "changed while it was read") {
				t.Errorf("flaws %q, %v", text.Flaws, err)
			}
			if want := (text3 + "12345")[:min(size, len(text3))]; !strings.HasPrefix(string(text.Bytes), want) {
				t.Errorf("read %q", text.Bytes)
			}
		})
	}
}

func TestUnreadableMessage(t *testing.T) {
	onRead := func(op faulty.Op) bool { return op.Kind == faulty.OpRead || op.Kind == faulty.OpLoad }
	s, e, _ := openOne(t, text3, faulty.Faults{FailAt: 1, Err: syscall.EIO, Only: onRead})
	if _, err := s.Load(context.Background(), e, make([]byte, 1000)); !errors.Is(err, syscall.EIO) {
		t.Errorf("load: %v", err)
	}
	s, e, _ = openOne(t, text3, faulty.Faults{FailAt: 2, Err: syscall.EIO, Only: onRead})
	r, err := s.Body(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.ReadAll(r); !errors.Is(err, syscall.EIO) {
		t.Errorf("body: %v", err)
	}
}

func TestCancelledReading(t *testing.T) {
	s, e, _ := openOne(t, text3, faulty.Faults{})
	ctx, cancel := context.WithCancel(context.Background())
	r, err := s.Body(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cancel()
	_, errs := io.ReadAll(r)
	_, load := s.Load(ctx, e, make([]byte, 10))
	_, body := s.Body(ctx, e)
	for name, err := range map[string]error{"reading": errs, "Load": load, "Body": body, "Stat": s.Stat(ctx, e)} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLeftAloneWithAReason(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, names("q/m", "q/.hidden", "q/.qclean-x", "q/b.bdp", "q/b.BDR", "q/l.Ltr", "q/r.RTR", "q/QUEUE.old", "q/queue.DAT", "q/Archive/x"))
	if err := os.Symlink("m", filepath.Join(dir, "q/link")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "q/fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	tree, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	s, err := Driver{}.Open(tree, "q")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for e, err := range s.Entries(context.Background()) {
		var left *spool.Left
		if errors.As(err, &left) {
			got[left.Name] = left.Reason
		} else {
			got[string(e.ID)] = "message"
		}
	}
	want := map[string]string{
		"q/m": "message", "q/.hidden": "hidden", "q/.qclean-x": "qclean's own", "q/b.bdp": "note of the Badmail folder",
		"q/b.BDR": "note of the Badmail folder", "q/l.Ltr": "transcript", "q/r.RTR": "transcript", "q/QUEUE.old": "queue index",
		"q/queue.DAT": "queue index", "q/Archive": "folder", "q/link": "symbolic link", "q/fifo": "FIFO",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestQuarantineOfTwoRuns has one file name in two runs: IDs tell them apart.
func TestQuarantineOfTwoRuns(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, names("I/Out/", "I/In/", "I/Out.old/20261122-054300-quarantine/A", "I/Out.old/20261122-054301-quarantine/A", "I/In.old/20261122-054300-quarantine/A"))
	tree, err := disk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	s, err := Driver{}.Open(tree, "I")
	if err != nil {
		t.Fatal(err)
	}
	got := map[spool.ID]string{}
	for e, err := range s.Quarantined(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		got[e.ID] = e.Queue
		found, err := s.Find(context.Background(), e.ID)
		if err != nil || found.Queue != e.Queue || found.Files[0] != e.Files[0] || !found.Arrived.Equal(arrived) {
			t.Errorf("Find %q: %+v, %v", e.ID, found, err)
		}
	}
	want := map[spool.ID]string{
		"Out.old/20261122-054300-quarantine/A": "Out", "Out.old/20261122-054301-quarantine/A": "Out", "In.old/20261122-054300-quarantine/A": "In",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, id := range []spool.ID{"Out.old/A", "Out.old/../Out.old/20261122-054300-quarantine/A", "Out.old/.qclean/A", "Out.old/Archive/A", "Out.old/", "Out.old/1/2/3/4/5/A", "Out/A"} {
		if e, err := s.Find(context.Background(), id); !errors.Is(err, spool.ErrGone) {
			t.Errorf("Find %q: %+v, %v", id, e, err)
		}
	}
}
