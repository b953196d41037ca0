package survey

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"qclean/classify"
	"qclean/classify/index"
	"qclean/classify/origin"
	"qclean/fixtures"
	"qclean/scan/disk"
	"qclean/scan/spool"
	"qclean/scan/spool/all"
)

func open(t testing.TB, path string) spool.Spool {
	t.Helper()
	s, tree, err := all.Open(path, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return s
}

func flood(t testing.TB, n int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out")
	if _, err := (fixtures.Flood{N: n, Seed: 7, Bare: true}).Write(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func take(t testing.TB, s spool.Spool, before *index.Snapshot, o Options) *Survey {
	t.Helper()
	v, err := Take(t.Context(), s, index.Queued, before, o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestOnlyWhatIsNewIsRead: the second survey takes over what it knows, reads
// what came, drops what went, and sees the same campaigns.
func TestOnlyWhatIsNewIsRead(t *testing.T) {
	dir := flood(t, 300)
	first := take(t, open(t, dir), nil, Options{})
	if first.Read != 300 || first.Known != 0 || first.Table.Len() != 300 {
		t.Fatalf("%d read, %d known", first.Read, first.Known)
	}
	second := take(t, open(t, dir), first.Snapshot(), Options{})
	if second.Read != 0 || second.Known != 300 {
		t.Errorf("%d read, %d known", second.Read, second.Known)
	}
	if d := cmp.Diff(ids(first), ids(second)); d != "" {
		t.Errorf("campaigns differ:\n%s", d)
	}
	name := filepath.Join(dir, first.Table.At(0).ID().Short())
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "NEWMSG01"), []byte("Subject: new\r\n\r\nnothing like it\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	third := take(t, open(t, dir), second.Snapshot(), Options{})
	if third.Read != 1 || third.Known != 299 {
		t.Errorf("%d read, %d known", third.Read, third.Known)
	}
	if fresh := take(t, open(t, dir), third.Snapshot(), Options{Fresh: true}); fresh.Read != 300 {
		t.Errorf("fresh: %d read", fresh.Read)
	}
}

func records(v *Survey) []classify.Record {
	var out []classify.Record
	for _, r := range v.Table.All() {
		out = append(out, *r)
	}
	return out
}

func ids(v *Survey) map[string]int {
	out := map[string]int{}
	for _, c := range v.Campaigns {
		out[string(c.ID)] = c.Count
	}
	return out
}

// TestWorkersDoNotMatter: the same spool gives the same records and campaigns
// with any number of workers.
func TestWorkersDoNotMatter(t *testing.T) {
	dir := flood(t, 300)
	var want *Survey
	for _, workers := range []int{1, 2, 5} {
		var o Options
		o.Scan.Workers = workers
		got := take(t, open(t, dir), nil, o)
		if want == nil {
			want = got
			continue
		}
		if d := cmp.Diff(records(want), records(got), cmpopts.IgnoreUnexported(origin.Hop{})); d != "" {
			t.Fatalf("%d workers: records differ:\n%s", workers, d)
		}
		if d := cmp.Diff(ids(want), ids(got)); d != "" {
			t.Errorf("%d workers: campaigns differ:\n%s", workers, d)
		}
	}
}

// TestRoomMakesNoDifference: where the facts lie changes nothing of them, also
// when their pages are taken from memory all the time, and read from the index.
func TestRoomMakesNoDifference(t *testing.T) {
	dir := flood(t, 400)
	want := take(t, open(t, dir), nil, Options{})
	room := disk.NewRoom(t.TempDir())
	room.Ordinary, room.Most = 0, 1
	defer room.Close()
	got := take(t, open(t, dir), nil, Options{Room: room})
	store, err := index.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	store.Room = room
	if err := store.Save(index.Queued, got.Snapshot()); err != nil {
		t.Fatal(err)
	}
	snap, err := store.Load(got.Path, index.Queued)
	if err != nil {
		t.Fatal(err)
	}
	again := take(t, open(t, dir), snap, Options{Room: room})
	if again.Read != 0 {
		t.Errorf("%d messages were read again", again.Read)
	}
	for _, v := range []*Survey{got, again} {
		if d := cmp.Diff(records(want), records(v), cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(origin.Hop{})); d != "" {
			t.Fatal(d)
		}
		if d := cmp.Diff(ids(want), ids(v)); d != "" {
			t.Error(d)
		}
	}
}

func TestTolls(t *testing.T) {
	v := &Survey{Left: Tolls{}, Trouble: Tolls{}}
	for range 7 {
		v.note(&spool.Left{Name: "Out/link\n", Reason: "symbolic link"})
	}
	v.note(errors.New("folder trouble"))
	if v.Left.Total() != 7 || len(v.Left["symbolic link"].Examples) != maxExamples || v.Left["symbolic link"].Examples[0] != "Out/link%0A" || len(v.Folders) != 1 {
		t.Errorf("%+v %v", v.Left["symbolic link"], v.Folders)
	}
}
