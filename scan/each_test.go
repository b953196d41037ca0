package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"

	"qclean/scan/spool"
)

// memory is a spool of n messages, some of which misbehave.
type memory struct {
	n     int
	loads func(e *spool.Entry) error
}

func (m *memory) Layout() spool.Layout { return spool.Layout{} }

func (m *memory) Entries(ctx context.Context) iter.Seq2[spool.Entry, error] {
	return func(yield func(spool.Entry, error) bool) {
		if !yield(spool.Entry{}, &spool.Left{Name: "Archive", Reason: "folder"}) {
			return
		}
		for i := range m.n {
			if !yield(spool.Entry{ID: spool.ID(fmt.Sprint(i))}, nil) {
				return
			}
		}
	}
}

func (m *memory) Quarantined(context.Context) iter.Seq2[spool.Entry, error] {
	return func(yield func(spool.Entry, error) bool) { yield(spool.Entry{ID: "q"}, nil) }
}

func (m *memory) Find(context.Context, spool.ID) (spool.Entry, error) {
	return spool.Entry{}, spool.ErrGone
}

func (m *memory) Stat(_ context.Context, e *spool.Entry) error {
	e.Ident = "i" + string(e.ID)
	return nil
}

func (m *memory) Load(_ context.Context, e *spool.Entry, buf []byte) (spool.Text, error) {
	if m.loads != nil {
		if err := m.loads(e); err != nil {
			return spool.Text{}, err
		}
	}
	e.Ident = "i" + string(e.ID)
	n := copy(buf, "Subject: "+string(e.ID)+"\r\n\r\ntext\r\n")
	return spool.Text{Bytes: buf[:n]}, nil
}

func (m *memory) Body(context.Context, *spool.Entry) (io.ReadCloser, error) {
	return nil, spool.ErrGone
}

func subjects() func(*Message) (string, error) {
	return func(m *Message) (string, error) {
		if m.Known {
			return "known " + string(m.Entry.ID), nil
		}
		return strings.Clone(m.Letter.Subject()), nil
	}
}

func TestEachReadsEveryMessageOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 7} {
		var got []string
		left := 0
		for s, err := range Each(t.Context(), &memory{n: 1000}, Options{Workers: workers}, subjects) {
			var l *spool.Left
			if errors.As(err, &l) {
				left++
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, s)
		}
		slices.Sort(got)
		if len(slices.Compact(got)) != 1000 || left != 1 {
			t.Errorf("%d workers: %d messages, %d left alone", workers, len(got), left)
		}
	}
}

// TestTroubleWithOneMessageIsNotTheEnd: an error, and a message that breaks the parser.
func TestTroubleWithOneMessageIsNotTheEnd(t *testing.T) {
	s := &memory{n: 100, loads: func(e *spool.Entry) error {
		switch e.ID {
		case "13":
			return spool.ErrGone
		case "50":
			panic("hostile")
		}
		return nil
	}}
	good, gone, broken := 0, 0, 0
	for _, err := range Each(t.Context(), s, Options{}, subjects) {
		var left *spool.Left
		var trouble *MessageError
		switch {
		case err == nil:
			good++
		case errors.As(err, &left):
		case errors.Is(err, spool.ErrGone):
			gone++
		case errors.Is(err, ErrParser) && errors.As(err, &trouble) && trouble.ID == "50":
			broken++
		default:
			t.Error(err)
		}
	}
	if good != 98 || gone != 1 || broken != 1 {
		t.Errorf("%d good, %d gone, %d broken", good, gone, broken)
	}
}

func TestKnownMessagesAreNotRead(t *testing.T) {
	s := &memory{n: 10, loads: func(e *spool.Entry) error {
		if e.ID == "3" {
			t.Error("a known message was read")
		}
		return nil
	}}
	o := Options{Known: func(e *spool.Entry) bool { return e.Ident == "i3" }, Skip: func(e *spool.Entry) bool { return e.ID == "4" }}
	known, all := 0, 0
	for v, err := range Each(t.Context(), s, o, subjects) {
		if err == nil {
			all++
		}
		if v == "known 3" {
			known++
		}
	}
	if known != 1 || all != 9 {
		t.Errorf("%d known of %d", known, all)
	}
}

// TestStoppingEarlyLeavesNobodyBehind would hang, or be told by the race detector.
func TestStoppingEarlyLeavesNobodyBehind(t *testing.T) {
	for range Each(t.Context(), &memory{n: 100000}, Options{Workers: 4}, subjects) {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for range Each(ctx, &memory{n: 100000}, Options{Workers: 4}, subjects) {
		if n++; n == 10 {
			cancel()
		}
	}
	if n >= 100000 {
		t.Error("the whole spool was read after the context was done")
	}
}

func TestOne(t *testing.T) {
	m, err := One(t.Context(), &memory{}, spool.Entry{ID: "x"}, Options{})
	if err != nil || m.Letter.Subject() != "x" || m.Entry.Ident != "ix" {
		t.Errorf("%+v, %v", m, err)
	}
	broken := &memory{loads: func(*spool.Entry) error { panic("hostile") }}
	if _, err := One(t.Context(), broken, spool.Entry{}, Options{}); !errors.Is(err, ErrParser) {
		t.Errorf("got %v", err)
	}
}

// batched is a spool that is asked for many messages at once.
type batched struct {
	memory
	breaks bool
	asked  int
}

func (b *batched) StatAll(ctx context.Context, entries []spool.Entry, tell func(int, error)) {
	b.asked += len(entries)
	for i := range entries {
		if b.breaks && i == 3 {
			panic("hostile")
		}
		tell(i, b.Stat(ctx, &entries[i]))
	}
}

func TestMessagesAreLookedAtInBatches(t *testing.T) {
	for _, breaks := range []bool{false, true} {
		s := &batched{memory: memory{n: 500}, breaks: breaks}
		known, all := 0, 0
		o := Options{Workers: 1, Known: func(e *spool.Entry) bool { return strings.HasSuffix(e.Ident, "7") }}
		for v, err := range Each(t.Context(), s, o, subjects) {
			if err == nil {
				all++
			}
			if strings.HasPrefix(v, "known ") {
				known++
			}
		}
		if all != 500 || known != 50 || s.asked != 500 {
			t.Errorf("breaks %v: %d messages, %d known, %d asked for at once", breaks, all, known, s.asked)
		}
	}
}
