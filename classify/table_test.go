package classify

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
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
		r, err := x.intern(s, 0)
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

// TestIdentsFindTheFirst of several messages, among many, and none that has none.
func TestIdentsFindTheFirst(t *testing.T) {
	table := &Table{}
	for i := range 3 * chunkRows {
		r := Record{ID: spool.ID(fmt.Sprint(i)), Ident: fmt.Sprint(i % (2 * chunkRows))}
		if i%10 == 0 {
			r.Ident = ""
		}
		if err := table.Append(&r); err != nil {
			t.Fatal(err)
		}
	}
	x := table.Idents()
	for i := range 2 * chunkRows {
		got, ok := x.Find(fmt.Sprint(i))
		want := i
		if i%10 == 0 {
			want = i + 2*chunkRows // 2 * chunkRows is no multiple of 10
		}
		if found := want < 3*chunkRows && want%10 != 0; ok != found || ok && got != want {
			t.Fatalf("%d: %d, %v", i, got, ok)
		}
	}
	if _, ok := x.Find(""); ok {
		t.Error("a message without an Ident was found")
	}
}

// TestTallyOfRefs: counting by place is counting by value, whether few are
// counted or many, of few kinds or of many.
func TestTallyOfRefs(t *testing.T) {
	var c counter // one for all, as it is used
	for _, n := range []int{0, 1, 2, 20, fewRefs, fewRefs + 1, 100, 1000, 5000} {
		for _, kinds := range []int{1, 2, 9, 10, 11, 300, 5000} {
			var x texts
			var refs []ref
			var values []string
			r := rand.New(rand.NewPCG(uint64(n), uint64(kinds)))
			for range n {
				s := fmt.Sprint("v", min(r.IntN(kinds), r.IntN(kinds)))
				at, err := x.intern(s, 0)
				if err != nil {
					t.Fatal(err)
				}
				refs, values = append(refs, at, 0), append(values, s, "")
			}
			if d := cmp.Diff(tally(values), c.tally(&x, refs)); d != "" {
				t.Errorf("%d of %d kinds: %s", n, kinds, d)
			}
		}
	}
}

// TestTotalsAreThoseOfTheTimes: first, last and hours are those that time.Time gives.
func TestTotalsAreThoseOfTheTimes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var records []Record
	var first, last time.Time
	var hours [24]int
	for i := range 500 {
		at := time.Unix(r.Int64N(8e9)-4e9, r.Int64N(1e9)).UTC()
		switch i % 7 {
		case 0:
			at = time.Unix(3600*(r.Int64N(100)-50), 0).UTC() // on the hour
		case 1:
			records = append(records, Record{ID: spool.ID(fmt.Sprint(i))})
			continue
		}
		records = append(records, Record{ID: spool.ID(fmt.Sprint(i)), Arrived: at})
		if hours[at.Hour()]++; first.IsZero() || at.Before(first) {
			first = at
		}
		if at.After(last) {
			last = at
		}
	}
	got := Summarize(TableOf(records...), nil)
	if !got.First.Equal(first) || !got.Last.Equal(last) || got.Hours != hours {
		t.Errorf("%v to %v, %v\nwant %v to %v, %v", got.First, got.Last, got.Hours, first, last, hours)
	}
}

// TestStoredTableComesBack also holds that one which came back goes on growing.
func TestStoredTableComesBack(t *testing.T) {
	records := []Record{everything(), {}, {ID: "a", Ident: "i", Files: []spool.File{{Name: "a"}}, To: []string{"x"}, Subject: "s"}}
	for i := range 2 * chunkRows {
		records = append(records, Record{ID: spool.ID(fmt.Sprint("r", i)), Subject: fmt.Sprint("subject ", i%100), Sketch: sketchOf(uint32(i+1), uint32(i+2))})
	}
	table := TableOf(records...)
	table.Seal()
	var b bytes.Buffer
	if err := table.Encode(&b); err != nil {
		t.Fatal(err)
	}
	got, err := DecodeTable(b.Bytes(), nil)
	if err != nil {
		t.Fatal(err)
	}
	more := Record{ID: "last", Subject: "subject 7", Sketch: sketchOf(5, 50), Bounce: &Bounce{Original: sketchOf(1)}}
	if err := got.Append(&more); err != nil {
		t.Fatal(err)
	}
	records = append(records, more)
	if got.Len() != len(records) {
		t.Fatalf("%d messages", got.Len())
	}
	for i, r := range got.All() {
		if d := cmp.Diff(records[i], *r, sameRecords); d != "" {
			t.Fatalf("record %d:\n%s", i, d)
		}
	}
	if n := Summarize(got, nil).Subjects.Top[0]; n != (Count{"subject 7", 83}) {
		t.Errorf("a text is held twice: %+v", n)
	}
}

// FuzzDecodeTable: whatever lies in the state directory, a table that is taken
// can be gone through.
func FuzzDecodeTable(f *testing.F) {
	for _, records := range [][]Record{{}, {everything()}, {{ID: "a"}, {ID: "b", To: []string{"x", "y"}}}} {
		var b bytes.Buffer
		if err := TableOf(records...).Encode(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		table, err := DecodeTable(b, nil)
		if err != nil {
			return
		}
		for range table.All() {
		}
		table.Idents()
		Summarize(table, nil)
		Campaigns(table, nil, 0)
		table.Sort()
		if err := table.Append(&Record{ID: "x", Subject: "y"}); err != nil && !errors.Is(err, ErrFull) {
			t.Error(err)
		}
	})
}

// TestDamagedTableIsRefused: one byte more or fewer is not a table, and no size
// is believed.
func TestDamagedTableIsRefused(t *testing.T) {
	var b bytes.Buffer
	if err := TableOf(everything(), Record{ID: "a"}).Encode(&b); err != nil {
		t.Fatal(err)
	}
	for n := range b.Len() {
		if _, err := DecodeTable(b.Bytes()[:n], nil); err == nil {
			t.Errorf("the first %d bytes of %d are taken for all", n, b.Len())
		}
	}
	if _, err := DecodeTable(append(b.Bytes(), 0), nil); err == nil {
		t.Error("a byte more is not seen")
	}
	for part := range partCount {
		for _, size := range []uint64{1, 1 << 31, 1<<63 - 1, 1<<64 - 1} {
			b := bytes.Clone(b.Bytes())
			binary.LittleEndian.PutUint64(b[len(tableHead)+8+8*part:], size)
			if _, err := DecodeTable(b, nil); err == nil {
				t.Errorf("part %d of %d bytes is taken", part, size)
			}
		}
	}
}

// TestTextsOfDamagedRows: rows may say that a text is anywhere. What is there is
// given, or nothing, and no list is longer than it is.
func TestTextsOfDamagedRows(t *testing.T) {
	var b bytes.Buffer
	long := Record{ID: "long", Subject: strings.Repeat("\xc3\xa4", maxKeptString/2), To: []string{"a@x.example", "b@y.example", "c@z.example"}}
	if err := TableOf(everything(), Record{ID: "a"}, long).Encode(&b); err != nil {
		t.Fatal(err)
	}
	rnd, taken := rand.New(rand.NewPCG(1, 2)), 0
	for range 300 {
		b := bytes.Clone(b.Bytes())
		rows := b[len(tableHead)+8*(1+partCount):][:3*rowBytes]
		for range 1 + rnd.IntN(20) {
			at := rows[rnd.IntN(3)*rowBytes:][4*rnd.IntN(rowRefs):]
			binary.LittleEndian.PutUint32(at, rnd.Uint32()>>rnd.IntN(32))
		}
		rows[rnd.IntN(3)*rowBytes+4*rowRefs+4*4+2*8+2+rnd.IntN(4)] = byte(rnd.Uint32())
		table, err := DecodeTable(b, nil)
		if err != nil {
			continue
		}
		taken++
		for range table.All() {
		}
		table.Idents()
		table.Sort()
		Summarize(table, nil)
		Judge(table, Campaigns(table, nil, 0), Site{}, nil)
	}
	if taken < 100 {
		t.Errorf("%d tables are taken", taken)
	}
}

// TestCompactForgetsWhatIsGone: what is left behind does not stay for ever.
func TestCompactForgetsWhatIsGone(t *testing.T) {
	table := &Table{}
	for i := range 4 * chunkRows {
		if err := table.Append(&Record{ID: spool.ID(fmt.Sprintf("%06d", i)), Subject: strings.Repeat("x", 200) + fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	size := func(t *Table) (n int) {
		for _, x := range t.texts() {
			for _, b := range x.blocks {
				n += len(b)
			}
		}
		return n
	}
	full := size(table)
	table.Keep(func(i int) bool { return i%4 == 0 })
	got, err := table.Compact()
	if err != nil || got == table || got.Len() != chunkRows || size(got)*3 > full {
		t.Fatalf("%v: %d messages, %d bytes of %d", err, got.Len(), size(got), full)
	}
	if again, err := got.Compact(); err != nil || again != got {
		t.Error("a table with nothing to forget was made anew")
	}
}
