package classify

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"qclean/classify/fingerprint"
	"qclean/classify/kind"
	"qclean/classify/origin"
	"qclean/scan/letter"
	"qclean/scan/spool"
)

var sameRecords = cmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(origin.Hop{})}

// everything is a record with something in every field.
func everything() Record {
	return Record{
		ID: "Out/new\nline\xff", Queue: "Out", Files: []spool.File{{Name: "Out/new\nline\xff", Role: spool.Control}, {Name: "Out/x-D", Role: spool.Body}},
		Ident: "1-2-3", Size: 1 << 40, Arrived: time.Date(2026, 11, 22, 5, 43, 0, 123456789, time.UTC), From: "a@b", To: []string{"c@d", "e@f"}, Recipients: 7,
		Envelope: spool.FromXLines, AuthUser: "alice", SourceIP: "192.0.2.1", SourceName: "host", Helo: "helo", Reason: "timed out", Frozen: true,
		HeaderFrom: "A <a@b>", Subject: "naïve \x1b[2J", MessageID: "id@host", Links: []string{"example.net"}, Kind: kind.NDRFailed, Null: true,
		Class: fingerprint.Report, Sketch: fingerprint.Sketch{Class: fingerprint.Report, Level: 1, Hashes: []uint32{2, 4, 6, 8, 10}, Media: []fingerprint.Media{3, 9}},
		Defects: letter.Unclosed | letter.Binary, Flaws: []string{"head without end", "empty"}, Campaign: "abc", Weak: true, BounceOf: "def", Known: "ghi", Call: Backscatter, Likely: true,
		Traits: Traits{Auth: true, Listed: true, List: true, Answers: "a", By: "b", For: "f"},
		Bounce: &Bounce{Failed: []string{"c@d", "x@y"}, Status: "5.1.1", Diagnostic: "no such user", ReportingMTA: "mx", MessageID: "other@host", From: "x@y",
			Trail: []origin.Hop{{IP: "192.0.2.9", By: "mx", Auth: true}, {Name: "n", Helo: "h", Login: "l"}}, Original: fingerprint.Sketch{Hashes: []uint32{1, 2, 3, 4}}},
	}
}

// TestTableGivesBackWhatItTook holds records with everything, with nothing, and
// with texts of every length that a head can say.
func TestTableGivesBackWhatItTook(t *testing.T) {
	records := []Record{everything(), {}, {ID: "a", Files: []spool.File{{Name: "a"}}}, {ID: "b", Files: []spool.File{{Name: "Out/b"}}},
		{ID: "c", Files: []spool.File{{Name: "c", Role: spool.Body}}}, {Bounce: &Bounce{}}, {Bounce: &Bounce{Original: fingerprint.Sketch{Class: fingerprint.Report}}}}
	for _, n := range []int{1, 127, 128, 16383, 16384, 1<<20 - 4, 1 << 20, 1<<20 + 1, 3 << 20, 5} {
		records = append(records, Record{ID: spool.ID(fmt.Sprint("n", n)), Subject: strings.Repeat("x", n)})
	}
	var many []string
	for i := range MaxKeptRecipients {
		many = append(many, fmt.Sprint(i, "@x"))
	}
	records = append(records, Record{To: many, Links: many[:MaxKeptLinks], Arrived: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)})
	table := TableOf(records...)
	records[len(records)-1].Arrived = time.Time{} // more than nanoseconds can say
	for i, r := range table.All() {
		if d := cmp.Diff(records[i], *r, sameRecords); d != "" {
			t.Errorf("record %d:\n%s", i, d)
		}
	}
	if err := (&Table{}).Append(&Record{Subject: strings.Repeat("x", maxText+1)}); !errors.Is(err, ErrFull) {
		t.Errorf("a text that no head can say: %v", err)
	}
}

func TestTextsAreHeldOnce(t *testing.T) {
	var x texts
	want := map[string]ref{}
	for i := range 5000 {
		s := strings.Repeat(fmt.Sprint(i%1700, "-"), i%17+1)
		r, err := x.intern(s)
		if err != nil {
			t.Fatal(err)
		}
		if old, ok := want[s]; ok && old != r {
			t.Fatalf("%.20q is held twice", s)
		}
		if want[s] = r; x.at(r) != s {
			t.Fatalf("%.20q came back as %.20q", s, x.at(r))
		}
	}
}

func TestSortDropsSecondOnes(t *testing.T) {
	table := &Table{}
	for i := range 3 * chunkRows {
		if err := table.Append(&Record{ID: spool.ID(fmt.Sprintf("%06d", (i*7919)%(2*chunkRows))), Size: int64(i)}); err != nil {
			t.Fatal(err)
		}
	}
	table.Sort()
	if table.Len() != 2*chunkRows {
		t.Fatalf("%d messages", table.Len())
	}
	for i := range table.Len() {
		m := table.At(i)
		if want := spool.ID(fmt.Sprintf("%06d", i)); m.ID() != want || m.Size() >= 2*chunkRows {
			t.Fatalf("place %d: %s, the one added as number %d", i, m.ID(), m.Size())
		}
	}
	table.Keep(func(i int) bool { return i%2 == 0 })
	if err := table.Append(&Record{ID: "last"}); err != nil || table.Len() != chunkRows+1 || table.At(chunkRows).ID() != "last" || table.At(1).ID() != "000002" {
		t.Errorf("%v: %d messages", err, table.Len())
	}
}

func TestMovedMessages(t *testing.T) {
	table := TableOf(everything(), Record{ID: "Out/a", Queue: "Out", Ident: "i", Files: []spool.File{{Name: "Out/a"}}})
	for i := range table.Len() {
		e := table.At(i).Entry()
		if !table.At(i).At(&e) {
			t.Errorf("message %d is not where it is", i)
		}
		e.Queue, e.ID, e.Frozen = "hold", "hold/new", !e.Frozen
		e.Files = append([]spool.File{{Name: "hold/new", Role: spool.Control}}, e.Files[1:]...)
		if table.At(i).At(&e) {
			t.Errorf("message %d did not move", i)
		}
		if err := table.Moved(i, &e); err != nil || !table.At(i).At(&e) {
			t.Errorf("message %d: %v", i, err)
		}
	}
	x := table.Idents()
	if i, ok := x.Find("i"); !ok || i != 1 {
		t.Errorf("ident: %d, %v", i, ok)
	}
	if _, ok := x.Find("no such"); ok {
		t.Error("an ident that is not there was found")
	}
}

// TestTallyOfRefs: counting by place is counting by value.
func TestTallyOfRefs(t *testing.T) {
	var x texts
	var refs []ref
	var values []string
	for i := range 1000 {
		s := fmt.Sprint("v", i%37*i%11)
		r, err := x.intern(s)
		if err != nil {
			t.Fatal(err)
		}
		refs, values = append(refs, r, 0), append(values, s, "")
	}
	if d := cmp.Diff(tally(values), x.tally(refs)); d != "" {
		t.Error(d)
	}
}
