package journal

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// memory is a journal's file.
type memory struct {
	bytes.Buffer
	synced int // bytes
	fail   error
}

func (m *memory) Write(p []byte) (int, error) {
	if m.fail != nil {
		n, _ := m.Buffer.Write(p[:len(p)/2])
		return n, m.fail
	}
	return m.Buffer.Write(p)
}

func (m *memory) Sync() error { m.synced = m.Len(); return m.fail }

func (m *memory) Truncate(size int64) error { m.Buffer.Truncate(int(size)); return nil }

// read gives the lines as text, where they end, and the error.
func read(data []byte) ([]string, Position, error) {
	r := NewReader(bytes.NewReader(data))
	var got []string
	for l, err := range r.Lines() {
		if err != nil {
			return got, r.End(), err
		}
		got = append(got, fmt.Sprintf("%s %q", l.Kind, l.Args))
	}
	return got, r.End(), nil
}

// write makes a journal of stretches, each ended by a sync.
func write(t *testing.T, stretches ...[]string) *memory {
	t.Helper()
	m := &memory{}
	w := NewWriter(m)
	for _, s := range stretches {
		for _, l := range s {
			args := strings.Fields(l)
			if err := w.Append(args[0], args[1:]...); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func TestKeepsAnyBytes(t *testing.T) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	args := []string{"", " ", "%", "%%", "a b", "\n", "\xff\xfe", "é", "\x1b[31m", "a\x00b", string(every), "plain"}
	m := &memory{}
	w := NewWriter(m)
	if err := errors.Join(w.Append("step", args...), w.Append("bare"), w.Sync()); err != nil {
		t.Fatal(err)
	}
	got, _, err := read(m.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{fmt.Sprintf("step %q", args), `bare []`}, got); diff != "" {
		t.Error(diff)
	}
	for _, c := range m.Bytes() {
		if c != '\n' && (c < ' ' || c > '~') {
			t.Fatalf("byte %#x in the file", c)
		}
	}
}

func TestCutsTornEnd(t *testing.T) {
	m := write(t, []string{"plan a", "plan b"}, []string{"done 1", "done 2", "done 3"})
	whole := bytes.SplitAfter(m.Bytes(), []byte("\n"))
	join := func(lines ...[]byte) []byte { return bytes.Join(lines, nil) }
	zeros := func(i int) []byte { return make([]byte, len(whole[i])) }
	flip := bytes.Replace(whole[4], []byte("done"), []byte("dune"), 1)
	// Lines: plan a, plan b, sync, done 1, done 2, done 3, sync.
	tests := []struct {
		name string
		data []byte
		want int // lines that are good; -1: damaged
	}{
		{"whole", m.Bytes(), 5},
		{"nothing", nil, 0},
		{"last line cut", m.Bytes()[:len(m.Bytes())-3], 5},
		{"in the middle of the last stretch", join(whole[0], whole[1], whole[2], whole[3], whole[4][:7]), 3},
		{"hole in the last stretch", join(whole[0], whole[1], whole[2], whole[3], zeros(4), whole[5]), 3},
		{"hole at the beginning of the last stretch", join(whole[0], whole[1], whole[2], zeros(3), whole[4], whole[5]), 2},
		{"flipped in the last stretch", join(whole[0], whole[1], whole[2], whole[3], flip, whole[5], whole[6]), 3},
		{"twice in the last stretch", join(whole[0], whole[1], whole[2], whole[3], whole[3], whole[4]), 3},
		{"zeros after the end", join(m.Bytes(), make([]byte, 4096)), 5},
		{"only zeros", make([]byte, 512), 0},
		{"first line cut", whole[0][:5], 0},
		{"first line bad, later sync", join(zeros(0), whole[1], whole[2], whole[3]), -1},
		{"hole before a sync", join(whole[0], zeros(1), whole[2], whole[3]), -1},
		{"sync line lost", join(whole[0], whole[1], zeros(2), whole[3]), -1},
		{"line taken out", join(whole[0], whole[2], whole[3]), -1},
		{"line twice", join(whole[0], whole[0], whole[1], whole[2], whole[3]), -1},
		{"lines changed round", join(whole[1], whole[0], whole[2], whole[3]), -1},
		{"foreign", []byte("Received: from here\n"), -1},
		{"foreign without line end", bytes.Repeat([]byte("x"), 3*MaxLine), -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, end, err := read(tt.data)
			if tt.want < 0 {
				if !errors.Is(err, ErrDamaged) {
					t.Fatalf("%d lines, error %v; want ErrDamaged", len(got), err)
				}
				return
			}
			if err != nil || len(got) != tt.want {
				t.Fatalf("%d lines, error %v; want %d", len(got), err, tt.want)
			}
			if torn := end.Offset < int64(len(tt.data)); torn != end.Torn {
				t.Errorf("Torn %v, %d bytes of %d are good", end.Torn, end.Offset, len(tt.data))
			}
		})
	}
}

// TestEveryTruncation cuts a journal at each byte: what is left is a
// beginning of it, and a Writer can go on there.
func TestEveryTruncation(t *testing.T) {
	m := write(t, []string{"plan a", "plan b"}, []string{"done 1"}, []string{"end done"})
	all, _, _ := read(m.Bytes())
	for size := range m.Len() {
		cut := &memory{}
		cut.Buffer.Write(m.Bytes()[:size])
		got, end, err := read(cut.Bytes())
		if err != nil {
			t.Fatalf("cut at %d: %v", size, err)
		}
		if diff := cmp.Diff(all[:len(got)], append([]string{}, got...)); diff != "" {
			t.Fatalf("cut at %d: %s", size, diff)
		}
		w, err := Resume(cut, end)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Append("note", "again"), w.Sync()); err != nil {
			t.Fatal(err)
		}
		again, end, err := read(cut.Bytes())
		if err != nil || end.Torn || len(again) != len(got)+1 {
			t.Fatalf("cut at %d, resumed: %d lines, torn %v, %v", size, len(again), end.Torn, err)
		}
	}
}

// TestEveryFlip turns each bit of a journal: the reader may see less, but
// never something else.
func TestEveryFlip(t *testing.T) {
	m := write(t, []string{"plan a b"}, []string{"done 1"}, []string{"end"})
	all, _, _ := read(m.Bytes())
	for i := range m.Len() * 8 {
		data := bytes.Clone(m.Bytes())
		data[i/8] ^= 1 << (i % 8)
		got, _, err := read(data)
		if err == nil && len(got) == len(all) && i/8 < m.Len()-20 {
			t.Fatalf("bit %d: not noticed", i)
		}
		if diff := cmp.Diff(all[:len(got)], append([]string{}, got...)); diff != "" {
			t.Fatalf("bit %d: %s", i, diff)
		}
	}
}

func TestWriterStopsAtFirstFailure(t *testing.T) {
	m := write(t, []string{"plan a"})
	w, err := Resume(m, Position{Offset: int64(m.Len()), Syncs: 1, Lines: 2})
	if err != nil {
		t.Fatal(err)
	}
	m.fail = errors.New("disk full")
	if err := errors.Join(w.Append("done", "1"), w.Sync()); !errors.Is(err, m.fail) {
		t.Fatalf("got %v", err)
	}
	failed := m.fail
	m.fail = nil
	if err := w.Append("done", "2"); !errors.Is(err, failed) {
		t.Fatalf("went on after a torn line: %v", err)
	}
	if got, end, err := read(m.Bytes()); err != nil || len(got) != 1 || !end.Torn {
		t.Fatalf("%q, %+v, %v", got, end, err)
	}
}

func TestBounds(t *testing.T) {
	tests := []struct {
		name string
		args []string
	}{
		{"long line", []string{strings.Repeat("\n", MaxLine/3)}},
		{"many arguments", make([]string, maxArgs+1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := &memory{}
			w := NewWriter(m)
			if err := w.Append("step", tt.args...); !errors.Is(err, ErrTooLong) {
				t.Fatalf("got %v", err)
			}
			if err := w.Sync(); !errors.Is(err, ErrTooLong) || m.Len() != 0 {
				t.Fatalf("then %v, %d bytes", err, m.Len())
			}
		})
	}
	t.Run("long journal", func(t *testing.T) {
		w := &Writer{file: &memory{}, at: Position{Offset: MaxSize - 4}}
		if err := w.Append("done"); !errors.Is(err, ErrTooLong) {
			t.Fatalf("got %v", err)
		}
	})
	t.Run("endless line", func(t *testing.T) {
		m := write(t, []string{"plan a"}, []string{"done 1"})
		m.Write(bytes.Repeat([]byte{'x'}, 2*maxTorn))
		if _, _, err := read(m.Bytes()); !errors.Is(err, ErrDamaged) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestTail(t *testing.T) {
	long := strings.Repeat("x", tailSize)
	tests := []struct {
		name string
		data []byte
		want []string
	}{
		{"ended", write(t, []string{"plan"}, []string{"done 1"}, []string{"end"}).Bytes(), []string{"done", "end"}},
		{"short", write(t, []string{"plan"}).Bytes(), []string{"plan"}},
		{"empty", nil, nil},
		{"torn", append(write(t, []string{"plan"}).Bytes(), 'x'), nil},
		{"long line before", write(t, []string{"plan " + long, "end"}).Bytes(), []string{"end"}},
		{"zeros", make([]byte, 10), nil},
		{"line ends", []byte("\n\n\n"), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lines, err := Tail(bytes.NewReader(tt.data), int64(len(tt.data)), 2)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, l := range lines {
				got = append(got, l.Kind)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	m := &memory{}
	w := NewWriter(m)
	w.Append("plan", "a b", "")
	w.Sync()
	w.Append("done", "1")
	w.Sync()
	f.Add(m.Bytes())
	f.Add(m.Bytes()[:m.Len()-3])
	f.Add([]byte("00000000 0.1 plan\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, end, err := read(data)
		Tail(bytes.NewReader(data), int64(len(data)), 3)
		if end.Offset > int64(len(data)) {
			t.Fatalf("%d good bytes of %d", end.Offset, len(data))
		}
		if err != nil {
			return
		}
		again, end2, err := read(data[:end.Offset])
		if err != nil || end2.Torn || !cmp.Equal(got, again) {
			t.Fatalf("good part read again: %v, %+v", err, end2)
		}
		// Written again, the lines give the same bytes: a line has one form.
		out := &memory{}
		w := NewWriter(out)
		r := NewReader(bytes.NewReader(data))
		for l := range r.Lines() {
			for w.at.Syncs < r.at.Syncs {
				w.Sync()
			}
			w.Append(l.Kind, l.Args...)
		}
		w.Flush()
		if !bytes.HasPrefix(data, out.Bytes()) {
			t.Fatalf("written again: %q", out.Bytes())
		}
	})
}

func FuzzEscape(f *testing.F) {
	f.Add("")
	f.Add("%41 \xff")
	f.Fuzz(func(t *testing.T, s string) {
		text := string(appendEscaped(nil, s))
		if back, err := unescape(text); err != nil || back != s {
			t.Fatalf("%q escaped %q, back %q, %v", s, text, back, err)
		}
		if back, err := unescape(s); err == nil && s != "" && string(appendEscaped(nil, back)) != s {
			t.Fatalf("%q has a second form", s)
		}
	})
}
