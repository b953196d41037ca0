package parquet

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	library "github.com/parquet-go/parquet-go"
)

// row is what the library reads, and fields the same as this package has it.
type row struct {
	Name  string   `parquet:"name"`
	Word  string   `parquet:"word,dict"`
	Data  []byte   `parquet:"data"`
	Small int32    `parquet:"small"`
	Large int64    `parquet:"large"`
	At    int64    `parquet:"at,timestamp(nanosecond)"`
	Flag  bool     `parquet:"flag"`
	List  []string `parquet:"list,list"`
	Codes []int32  `parquet:"codes,list"`
	Group *group   `parquet:"group,optional"`
}

type group struct {
	Text  string   `parquet:"text,dict"`
	Flag  bool     `parquet:"flag"`
	Names []string `parquet:"names,list"`
	Steps []step   `parquet:"steps,list"`
}

type step struct {
	Word string `parquet:"word"`
	Flag bool   `parquet:"flag"`
}

func fields() []Field {
	return []Field{
		{Name: "name", Kind: Text}, {Name: "word", Kind: Word}, {Name: "data", Kind: Bytes}, {Name: "small", Kind: Int32}, {Name: "large", Kind: Int64},
		{Name: "at", Kind: Moment}, {Name: "flag", Kind: Bool}, {Name: "list", Kind: Text, List: true}, {Name: "codes", Kind: Int32, List: true},
		{Name: "group", Optional: true, Fields: []Field{{Name: "text", Kind: Word}, {Name: "flag", Kind: Bool}, {Name: "names", Kind: Word, List: true},
			{Name: "steps", List: true, Fields: []Field{{Name: "word", Kind: Word}, {Name: "flag", Kind: Bool}}}}},
	}
}

// fill puts a row into the columns, level by level.
func fill(c []*Column, r *row) {
	c[0].Text(r.Name)
	c[1].Text(r.Word)
	c[2].Bytes(r.Data)
	c[3].Int(int64(r.Small))
	c[4].Int(r.Large)
	c[5].Int(r.At)
	c[6].Bool(r.Flag)
	list(len(r.List), 0, func(rep, def uint8) { c[7].Level(rep, def) }, func(i int) { c[7].Text(r.List[i]) })
	list(len(r.Codes), 0, func(rep, def uint8) { c[8].Level(rep, def) }, func(i int) { c[8].Int(int64(r.Codes[i])) })
	g := r.Group
	if g == nil {
		for _, c := range c[9:] {
			c.Level(0, 0)
		}
		return
	}
	c[9].Level(0, 1)
	c[9].Text(g.Text)
	c[10].Level(0, 1)
	c[10].Bool(g.Flag)
	list(len(g.Names), 1, func(rep, def uint8) { c[11].Level(rep, def) }, func(i int) { c[11].Text(g.Names[i]) })
	list(len(g.Steps), 1, func(rep, def uint8) { c[12].Level(rep, def); c[13].Level(rep, def) }, func(i int) {
		c[12].Text(g.Steps[i].Word)
		c[13].Bool(g.Steps[i].Flag)
	})
}

func list(n int, def uint8, level func(rep, def uint8), value func(int)) {
	if n == 0 {
		level(0, def)
	}
	for i := range n {
		level(uint8(min(i, 1)), def+1)
		value(i)
	}
}

// some makes a row by chance. With few kinds all of it is mostly the same.
func some(r *rand.Rand, kinds int) row {
	text := func() string {
		n := r.IntN(kinds)
		return []string{"", "a", "naïve", "\x00", "longer than most of them are"}[n%5] + fmt.Sprint(n / 5)[1:]
	}
	texts := func() (out []string) {
		for range r.IntN(kinds) % 5 {
			out = append(out, text())
		}
		return out
	}
	out := row{Name: text(), Word: text(), Data: []byte(text()), Small: int32(r.IntN(kinds)) - 1, Large: r.Int64(), At: r.Int64(), Flag: r.IntN(kinds) == 0, List: texts()}
	for range r.IntN(kinds) % 4 {
		out.Codes = append(out.Codes, int32(r.Uint32()))
	}
	if r.IntN(kinds)%3 == 1 {
		out.Group = &group{Text: text(), Flag: r.IntN(kinds) == 0, Names: texts()}
		for range r.IntN(kinds) % 4 {
			out.Group.Steps = append(out.Group.Steps, step{text(), r.IntN(kinds) == 0})
		}
	}
	return out
}

// write writes rows, so many a group.
func write(t testing.TB, rows []row, each int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, fields())
	if err != nil {
		t.Fatal(err)
	}
	group := w.NewRows()
	for len(rows) > 0 {
		n := min(each, len(rows))
		for i := range rows[:n] {
			fill(group.Columns, &rows[i])
		}
		if err := w.Write(group, n); err != nil {
			t.Fatal(err)
		}
		rows = rows[n:]
	}
	if err := w.Close("this test", []Meta{{"key", "value"}, {"other", ""}}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestTheLibraryReadsTheSame: whatever the rows are like and however many a
// group has, the library reads what was written, and sees the schema that it
// would have written itself.
func TestTheLibraryReadsTheSame(t *testing.T) {
	for _, kinds := range []int{1, 2, 4, 30, 3000} {
		for _, n := range []int{0, 1, 7, 8, 9, 500} {
			for _, each := range []int{1, 8, 64, 500} {
				r := rand.New(rand.NewPCG(uint64(kinds), uint64(n)))
				var want []row
				for range n {
					want = append(want, some(r, kinds))
				}
				b := write(t, want, each)
				got, err := library.Read[row](bytes.NewReader(b), int64(len(b)))
				if err != nil {
					t.Fatalf("%d kinds, %d rows, %d a group: %v", kinds, n, each, err)
				}
				if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
					t.Fatalf("%d kinds, %d rows, %d a group: %s", kinds, n, each, d)
				}
			}
		}
	}
	b := write(t, nil, 1)
	f, err := library.OpenFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(library.SchemaOf(row{}).String(), f.Schema().String()); d != "" {
		t.Error(d)
	}
	if v, ok := f.Lookup("key"); !ok || v != "value" {
		t.Errorf("key = %q", v)
	}
}

// FuzzWrite holds texts and lengths of every kind against the library's reader.
func FuzzWrite(f *testing.F) {
	f.Add(uint64(1), uint16(20), uint8(3), uint8(5), "text")
	f.Add(uint64(2), uint16(300), uint8(255), uint8(200), "")
	f.Add(uint64(3), uint16(9), uint8(1), uint8(1), "\x00\xff")
	f.Fuzz(func(t *testing.T, seed uint64, n uint16, each, kinds uint8, text string) {
		r := rand.New(rand.NewPCG(seed, 1))
		var want []row
		for i := range int(n % 512) {
			one := some(r, int(kinds)+1)
			if i%3 == 0 {
				one.Name, one.Word, one.List = text, text, append(one.List, text)
			}
			want = append(want, one)
		}
		b := write(t, want, int(each)+1)
		got, err := library.Read[row](bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
			t.Fatal(d)
		}
	})
}

// full is a disk without room.
type full struct{ left int }

var errFull = errors.New("no space left")

func (f *full) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errFull
	}
	return len(b), nil
}

// TestNoRoom: a write that fails anywhere is told.
func TestNoRoom(t *testing.T) {
	one := some(rand.New(rand.NewPCG(1, 1)), 5)
	for room := range len(write(t, []row{one}, 1)) {
		w, err := NewWriter(&full{room}, fields())
		if err == nil {
			rows := w.NewRows()
			fill(rows.Columns, &one)
			err = w.Write(rows, 1)
		}
		if err == nil {
			err = w.Close("this test", []Meta{{"key", "value"}, {"other", ""}})
		}
		if !errors.Is(err, errFull) {
			t.Fatalf("with room for %d bytes: %v", room, err)
		}
	}
}
