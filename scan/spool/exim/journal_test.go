package exim

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"qclean/scan/spool"
	"qclean/scan/spool/queued"
)

// TestJournalThatComesLater: in a folder at rest nobody looks for journals,
// until one comes.
func TestJournalThatComesLater(t *testing.T) {
	t.Parallel()
	const id = "1xV1Ra-0007sF-36"
	dir := t.TempDir()
	input := filepath.Join(dir, "exim4/input")
	lay(t, input, map[string]string{
		id + "-H": headerFile(id, "a@example.com", "", no, []string{"b@example.net", "c@example.net"}, head1),
		id + "-D": id + "-D\n" + body1,
	})
	journal := filepath.Join(input, id+"-J")
	served := func(when string, asks bool, want int) {
		t.Helper()
		s := openAt(t, dir, "exim4")
		for _, err := range s.Entries(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
		}
		view, letGo := s.Near(true)
		defer letGo()
		e := entry(id, "input", s.queues[0].Dir, id)
		for range 2 { // the second time out of the held folder
			if _, err := view.Load(t.Context(), &e, make([]byte, 1000)); err != nil {
				t.Fatal(err)
			}
		}
		if got := len(e.Envelope.To); got != want {
			t.Errorf("%s: %d recipients wait, want %d", when, got, want)
		}
		if free := view.(*spoolDir).free.none; free == asks {
			t.Errorf("%s: no journal is %v", when, free)
		}
	}
	rest := func() { time.Sleep(time.Second / 4) }
	served("right behind", true, 2)
	rest()
	served("at rest", false, 2)
	if err := os.WriteFile(journal, []byte("b@example.net\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	served("a journal", true, 1)
	rest()
	served("a journal at rest", true, 1)
	if err := os.Remove(journal); err != nil {
		t.Fatal(err)
	}
	rest()
	served("at rest again", false, 2)

	s := openAt(t, dir, "exim4")
	for range s.Entries(t.Context()) {
	}
	if err := os.WriteFile(journal, []byte("b@example.net\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	view, letGo := s.Near(true)
	defer letGo()
	e := entry(id, "input", s.queues[0].Dir, id)
	if _, err := view.Load(t.Context(), &e, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	if got := len(e.Envelope.To); got != 1 {
		t.Errorf("a journal behind the listing: %d recipients wait, want 1", got)
	}
}

// TestOutletGivesAll: of a small folder and of a large one, each message once
// and in order, and the first ones before the rest is listed.
func TestOutletGivesAll(t *testing.T) {
	first := forEach * runtime.GOMAXPROCS(0)
	for _, n := range []int{0, 1, first, first + 1, first * heldBack, first * (heldBack + 1), first*(heldBack+1) + 1, first * (heldBack + 2)} {
		var got []string
		w := &walk{Walk: queued.Walk{Ctx: context.Background(), Yield: func(e spool.Entry, err error) bool {
			got = append(got, string(e.ID))
			return err == nil
		}}}
		out := newOutlet(w, "input", "input")
		var want []string
		for i := range n {
			id := fmt.Sprint(i)
			want = append(want, id)
			if !out.take(header{id: id}) {
				t.Fatal("it ended")
			}
			if len(out.held) > first*heldBack || i < first && len(got) != i+1 {
				t.Fatalf("%d of %d: %d came, %d are held", i+1, n, len(got), len(out.held))
			}
		}
		if !out.flush() || !slices.Equal(got, want) {
			t.Errorf("%d of %d came: %s", len(got), n, strings.Join(got[:min(len(got), 5)], " "))
		}
	}
	out := newOutlet(&walk{Walk: queued.Walk{Yield: func(spool.Entry, error) bool { return false }}}, "input", "input")
	if out.held = []header{{id: "1"}}; out.flush() || out.take(header{id: "2"}) {
		t.Error("it goes on after the end")
	}
}
