package known

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"qclean/classify/fingerprint"
)

func entry(hash uint64, note string) Entry {
	return Entry{Print: fingerprint.Print{Class: fingerprint.Mail, Need: 1, Kind: fingerprint.OfWhole, Hashes: []uint64{hash}},
		Added: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Note: note}
}

func TestListComesBack(t *testing.T) {
	list := List{entry(1, "pills, November"), entry(2, ""), entry(3, "two  words\nand a line \x1b[2J")}
	var b bytes.Buffer
	if err := list.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := Read(&b)
	if err != nil || len(got) != 3 {
		t.Fatalf("%v, %d entries", err, len(got))
	}
	if got[0].Note != "pills, November" || !got[0].Added.Equal(list[0].Added) || strings.ContainsAny(got[2].Note, "\n\x1b") || got.Sum() != list.Sum() {
		t.Errorf("%+v", got)
	}
}

func TestAddAndDrop(t *testing.T) {
	list, err := List{}.Add(entry(1, "a"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := list.Add(entry(1, "again")); !errors.Is(err, ErrTwice) {
		t.Error(err)
	}
	if _, _, err := list.Drop("nothing"); !errors.Is(err, ErrNone) {
		t.Error(err)
	}
	rest, dropped, err := list.Drop(string(list[0].ID())[:5])
	if err != nil || len(rest) != 0 || dropped.Note != "a" || len(list) != 1 {
		t.Errorf("%v %v %v", rest, dropped, err)
	}
}

func TestReadNamesTheLine(t *testing.T) {
	if _, err := Read(strings.NewReader("# head\n\nnot a fingerprint\n")); !errors.Is(err, ErrLine) || !strings.Contains(err.Error(), "line 3") {
		t.Error(err)
	}
	if _, err := Read(strings.NewReader(strings.Repeat("x", 2*maxLine))); !errors.Is(err, ErrLine) {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("# x\n" + entry(7, "").Print.String() + " 2026-11-22 note\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := list.Write(&b); err != nil {
			t.Fatal(err)
		}
		again, err := Read(&b)
		if err != nil || again.Sum() != list.Sum() {
			t.Errorf("%q came back as %d of %d entries, %v", text, len(again), len(list), err)
		}
	})
}
