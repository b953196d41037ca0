package index

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/parquet-go/parquet-go"

	"qclean/classify"
	"qclean/classify/cluster"
	"qclean/classify/fingerprint"
	"qclean/classify/kind"
	"qclean/classify/origin"
	"qclean/scan/letter"
	"qclean/scan/spool"
)

func records() []classify.Record {
	at := time.Date(2026, 11, 22, 5, 43, 0, 123456789, time.UTC)
	return []classify.Record{
		{
			ID: "Out/new\nline\xff", Queue: "Out", Files: []spool.File{{Name: "Out/new\nline\xff", Role: spool.Control}, {Name: "Out/x-D", Role: spool.Body}},
			Ident: "1-2-3", Size: 4096, Arrived: at, From: "a@b", To: []string{"c@d", "e@f"}, Recipients: 7, Envelope: spool.FromXLines,
			AuthUser: "alice", SourceIP: "192.0.2.1", SourceName: "host", Helo: "helo", Reason: "timed out", Frozen: true,
			HeaderFrom: "A <a@b>", Subject: "naïve \x1b[2J", MessageID: "id@host", Links: []string{"example.net"}, Kind: kind.NDRFailed,
			Class: fingerprint.Report, Sketch: fingerprint.Sketch{Class: fingerprint.Report, Level: 1, Hashes: []uint32{2, 4, 6, 8, 10}},
			Defects: letter.Unclosed | letter.Binary, Flaws: []string{"head without end"}, Campaign: "abc", Weak: true, BounceOf: "def", Known: "ghi", Call: classify.Backscatter, Likely: true,
			Traits: classify.Traits{Auth: true, Listed: true, Answers: "a", By: "b", For: "f"},
			Bounce: &classify.Bounce{Failed: []string{"c@d"}, Status: "5.1.1", Diagnostic: "no such user", ReportingMTA: "mx",
				MessageID: "other@host", From: "x@y", Trail: []origin.Hop{{IP: "192.0.2.9", By: "mx", Auth: true}}, Original: fingerprint.Sketch{Hashes: []uint32{1, 2, 3, 4}}},
		},
		{ID: "Out/empty", Null: true},
	}
}

func TestSnapshotComesBack(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	in := &Snapshot{Spool: "/spool/out", MTA: "imcdata", Taken: time.Now().UTC(), Basis: "sum", Table: classify.TableOf(records()...), Opinion: "o", Drift: 7,
		Site:   classify.Site{Domains: []string{"ours.com"}, Relays: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/28")}, Guessed: []string{"why"}},
		Priors: []classify.Prior{{ID: "abc", Print: fingerprint.FromCore(fingerprint.Mail, []uint32{1 << 8, 2 << 8, 3 << 8}, 1), Count: 3}}}
	in.Campaigns = []*classify.Campaign{{Summary: classify.Summarize(in.Table, nil), ID: "abc", Print: in.Priors[0].Print, Weak: "why", Coherence: 0.5, Words: 9,
		Core: []cluster.Feature{{Hash: 1, Share: 0.5, Purity: 0.25}}, Verdict: classify.Verdict{Call: classify.Relayed, Score: 70, Mixed: true,
			Evidence: []classify.Evidence{{Rule: "flood", For: classify.Relayed, Points: 9, Text: "t", Samples: []spool.ID{"Out/x"}}}}}}
	if err := s.Save(Queued, in); err != nil {
		t.Fatal(err)
	}
	out, err := s.Load("/spool/out", Queued)
	if err != nil {
		t.Fatal(err)
	}
	options := cmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(origin.Hop{}), cmpopts.IgnoreFields(Snapshot{}, "Table"), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })}
	if d := cmp.Diff(in, out, options); d != "" {
		t.Error(d)
	}
	if out.Table.Len() != len(records()) {
		t.Fatalf("%d messages came back", out.Table.Len())
	}
	for i, r := range out.Table.All() {
		if d := cmp.Diff(records()[i], *r, options); d != "" {
			t.Error(d)
		}
	}
	if _, err := s.Load("/spool/out", Quarantined); !errors.Is(err, ErrNone) {
		t.Errorf("the other set: %v", err)
	}
	if _, err := s.Load("/other/out", Queued); !errors.Is(err, ErrNone) {
		t.Errorf("a spool of the same name elsewhere: %v", err)
	}
}

// TestSeenIsTheLaterMoment: a scan that found nothing new is remembered by its time alone.
func TestSeenIsTheLaterMoment(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	taken := time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	if err := s.Save(Queued, &Snapshot{Spool: "/s", Taken: taken, Table: &classify.Table{}}); err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{taken.Add(time.Hour), taken.Add(-time.Hour)} {
		if err := s.Seen("/s", Queued, at); err != nil {
			t.Fatal(err)
		}
		want := taken
		if at.After(taken) {
			want = at
		}
		if snap, err := s.Load("/s", Queued); err != nil || !snap.Taken.Equal(want) {
			t.Errorf("%v: taken %v, want %v", err, snap.Taken, want)
		}
	}
}

// TestSaveAndCopyIsBoth: what is written at once is what is written one after
// the other, and the copy counts as one of this scan.
func TestSaveAndCopyIsBoth(t *testing.T) {
	at := time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	read := func(write func(*Store, *Snapshot) error) map[string]string {
		s, err := Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if err := write(s, &Snapshot{Spool: "/s", Taken: at, Table: classify.TableOf(records()...)}); err != nil {
			t.Fatal(err)
		}
		if !s.Copied("/s", Queued) {
			t.Error("the copy is older than the scan")
		}
		out := map[string]string{}
		entries, err := os.ReadDir(s.Folder("/s"))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			b, err := os.ReadFile(filepath.Join(s.Folder("/s"), e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			out[e.Name()] = string(b)
		}
		return out
	}
	want := read(func(s *Store, snap *Snapshot) error { return errors.Join(s.Save(Queued, snap), s.Copy(Queued, snap)) })
	got := read(func(s *Store, snap *Snapshot) error { return errors.Join(s.SaveAndCopy(Queued, snap)) })
	if d := cmp.Diff(want, got); d != "" || len(got) < 4 {
		t.Errorf("%d files: %s", len(got), d)
	}
}

// TestParquetSaysAllThatIsKnown: what other tools see.
func TestParquetSaysAllThatIsKnown(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	snap := &Snapshot{Spool: "/s", MTA: "imcdata", Taken: time.Now(), Table: classify.TableOf(records()...)}
	if s.Copied("/s", Queued) {
		t.Error("there is no copy yet")
	}
	if err := errors.Join(s.Save(Queued, snap), s.Copy(Queued, snap)); err != nil {
		t.Fatal(err)
	}
	if !s.Copied("/s", Queued) {
		t.Error("the copy is of this scan")
	}
	got, err := parquet.ReadFile[row](s.Path("/s", Queued))
	if err != nil {
		t.Fatal(err)
	}
	var want []row
	for _, r := range snap.Table.All() {
		want = append(want, toRow(r))
	}
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
}

// TestParquetKeepsTheOrder: row groups that were filled beside each other stand
// in order, and the file looks as one that the library writes.
func TestParquetKeepsTheOrder(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	table := &classify.Table{}
	for i := range 5*rowGroup + 7 {
		if err := table.Append(&classify.Record{ID: spool.ID(fmt.Sprintf("%06d", i)), To: []string{"a@b"}, From: fmt.Sprint(i % 300)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Copy(Queued, &Snapshot{Spool: "/s", Table: table}); err != nil {
		t.Fatal(err)
	}
	got, err := parquet.ReadFile[row](s.Path("/s", Queued))
	if err != nil || len(got) != table.Len() {
		t.Fatalf("%d rows: %v", len(got), err)
	}
	for i, r := range got {
		if r.ID != fmt.Sprintf("%06d", i) || r.From != fmt.Sprint(i%300) {
			t.Fatalf("row %d is %s from %s", i, r.ID, r.From)
		}
	}
	b, err := os.ReadFile(s.Path("/s", Queued))
	if err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(parquet.SchemaOf(row{}).String(), f.Schema().String()); d != "" {
		t.Error(d)
	}
	if v, ok := f.Lookup("qclean.spool"); !ok || v != "/s" {
		t.Errorf("spool %q", v)
	}
}

func TestStateIsPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save(Queued, &Snapshot{Spool: "/spool/out", Table: classify.TableOf(records()...)}); err != nil {
		t.Fatal(err)
	}
	if err := s.SetLast("/spool/out"); err != nil {
		t.Fatal(err)
	}
	err = filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if last, err := s.Last(); err != nil || last != "/spool/out" {
		t.Errorf("last is %q, %v", last, err)
	}
}

// TestDamageIsNamed: a file that was cut or changed anywhere never reaches the library.
func TestDamageIsNamed(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save(Queued, &Snapshot{Spool: "/s", Taken: time.Now(), Table: classify.TableOf(records()...)}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{s.scan("/s", Queued), s.messages("/s", Queued)} {
		good, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(good); i += 7 {
			for _, bad := range [][]byte{good[:i], flipped(good, i), append(good[:len(good):len(good)], 'x')} {
				if err := os.WriteFile(name, bad, 0o600); err != nil {
					t.Fatal(err)
				}
				if _, err := s.Load("/s", Queued); !errors.Is(err, ErrDamaged) {
					t.Fatalf("%s, byte %d: %v", name, i, err)
				}
			}
		}
		if err := os.WriteFile(name, good, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Load("/s", Queued); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Load("/s", Queued); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNone) {
			t.Fatalf("without %s: %v", name, err)
		}
		if err := os.WriteFile(name, good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMessagesOfAnotherScan: a head and messages that were not written together
// are not taken for one scan.
func TestMessagesOfAnotherScan(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save(Queued, &Snapshot{Spool: "/s", Table: classify.TableOf(records()...)}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.saveTable(s.messages("/s", Queued), classify.TableOf(records()[1])); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load("/s", Queued); !errors.Is(err, ErrDamaged) {
		t.Error(err)
	}
}

// TestFirstIsTheBeginning: as many campaigns as are asked for, with names that
// are enough among all of them, and what all messages come to.
func TestFirstIsTheBeginning(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	in := &Snapshot{Spool: "/s", MTA: "imcdata", Taken: time.Now().UTC(), Opinion: "o", Table: classify.TableOf(records()...)}
	in.Overview = classify.Overlook(in.Table)
	for i := range MostFirst + 20 {
		id := fmt.Sprintf("%08d", i)
		in.Campaigns = append(in.Campaigns, &classify.Campaign{ID: fingerprint.ID(id), Summary: classify.Summary{Count: 1000 - i}})
	}
	if err := s.Save(Queued, in); err != nil {
		t.Fatal(err)
	}
	all := classify.ShortIDs(in.Campaigns)
	for _, n := range []int{0, 1, 20, MostFirst, MostFirst + 5} {
		got, err := s.First("/s", Queued, n)
		if err != nil {
			t.Fatal(err)
		}
		want := min(n, MostFirst)
		if len(got.Campaigns) != want || len(got.Short) != want || got.Groups != len(in.Campaigns) || got.Table != nil {
			t.Fatalf("%d campaigns with %d names of %d", len(got.Campaigns), len(got.Short), got.Groups)
		}
		for i, c := range got.Campaigns {
			if c.ID != in.Campaigns[i].ID || c.Count != in.Campaigns[i].Count || got.Short[c.ID] != all[c.ID] {
				t.Errorf("campaign %d: %s, %d, %s", i, c.ID, c.Count, got.Short[c.ID])
			}
		}
		if d := cmp.Diff(in.Overview, got.Overview); d != "" {
			t.Error(d)
		}
	}
	if _, err := s.First("/other", Queued, 1); !errors.Is(err, ErrNone) {
		t.Error(err)
	}
}

func flipped(b []byte, i int) []byte {
	out := append([]byte(nil), b...)
	out[i] ^= 0x55
	return out
}

func TestJoinPriors(t *testing.T) {
	all := JoinPriors([]classify.Prior{{ID: "p1", Count: 5}}, []classify.Prior{{ID: "p1", Count: 9}, {ID: "p2"}})
	if len(all) != 2 || all[0].Count != 5 || all[1].ID != "p2" {
		t.Errorf("%+v", all)
	}
}
