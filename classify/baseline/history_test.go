package baseline

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// full is a measure with something in every field.
func full(at time.Time) Measure {
	return Measure{At: at, Messages: 12, Bytes: 1 << 40, Oldest: 3*time.Hour + time.Second, NDRs: 3, Senders: 4,
		Queues: map[string]int{"Out": 7, "a <b> \"c\"\u2028": 5}, Verdicts: map[string]int{"relayed": 12}, Quarantined: 5, Released: 6, Purged: 7,
		Duration: 1234 * time.Millisecond, Outcome: Acted, Alarm: true, Past: true}
}

func TestMeasureComesBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there")
	h, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	at := start(t)
	in := full(at)
	if err := h.Add(in); err != nil {
		t.Fatal(err)
	}
	in.Totals = Totals{5, 6, 7}
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := again.Last()
	if d := cmp.Diff(in, got); d != "" {
		t.Error(d)
	}
	if _, was := at.Zone(); was != func() int { _, o := got.At.Zone(); return o }() {
		t.Errorf("the wall clock changed: %v is %v", at, got.At)
	}
	for name, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, FileName): 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestAddRefusesNonsense(t *testing.T) {
	h, _ := Open(t.TempDir())
	for name, m := range map[string]Measure{
		"negative": {At: start(t), Messages: -1}, "no time": {}, "year 10000": {At: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		if err := h.Add(m); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if h.Len() != 0 {
		t.Error("kept")
	}
}

// TestEveryCutIsSurvived cuts the file at each byte: the whole lines are
// there, and the next measure follows them.
func TestEveryCutIsSurvived(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, FileName)
	h, _ := Open(dir)
	at := start(t)
	for i := range 3 {
		if err := h.Add(Measure{At: at.Add(time.Duration(i) * time.Hour), Messages: i}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for size := range len(all) {
		if err := os.WriteFile(name, all[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		want := bytes.Count(all[:size], []byte("\n"))
		h, err := Open(dir)
		if err != nil || h.Len() != want || h.Damaged() != 0 {
			t.Fatalf("cut at %d: %d lines, %d damaged, %v", size, h.Len(), h.Damaged(), err)
		}
		if err := h.Add(full(at.Add(5 * time.Hour))); err != nil {
			t.Fatal(err)
		}
		again, err := Open(dir)
		if err != nil || again.Len() != want+1 || again.Damaged() != 0 {
			t.Fatalf("cut at %d, then added: %d lines, %d damaged, %v", size, again.Len(), again.Damaged(), err)
		}
	}
}

// TestDamageIsPassedOver: a bad line in the middle costs that line alone.
func TestDamageIsPassedOver(t *testing.T) {
	dir := t.TempDir()
	h, _ := Open(dir)
	at := start(t)
	for i := range 3 {
		if err := h.Add(full(at.Add(time.Duration(i) * time.Hour))); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(dir, FileName)
	all, _ := os.ReadFile(name)
	lines := bytes.SplitAfter(all, []byte("\n"))
	flipped := bytes.Clone(lines[1])
	flipped[30] ^= 1
	for what, middle := range map[string][]byte{
		"flipped": flipped, "zeros": make([]byte, 5000), "long": bytes.Repeat([]byte("x"), 5*maxLine), "lines": []byte("a\n\n\nb\n"),
	} {
		t.Run(what, func(t *testing.T) {
			middle := append(bytes.TrimSuffix(middle, []byte("\n")), '\n')
			if err := os.WriteFile(name, bytes.Join([][]byte{lines[0], middle, lines[2]}, nil), 0o600); err != nil {
				t.Fatal(err)
			}
			h, err := Open(dir)
			if err != nil || h.Len() != 2 || h.Damaged() == 0 {
				t.Fatalf("%d lines, %d damaged, %v", h.Len(), h.Damaged(), err)
			}
			if err := h.Add(full(at.Add(9 * time.Hour))); err != nil || h.Len() != 3 {
				t.Errorf("%d lines, %v", h.Len(), err)
			}
		})
	}
}

func TestOpensNothingButAFile(t *testing.T) {
	for what, make := range map[string]func(string) error{
		"link":   func(n string) error { return os.Symlink("/etc/passwd", n) },
		"FIFO":   func(n string) error { return syscall.Mkfifo(n, 0o600) },
		"folder": func(n string) error { return os.Mkdir(n, 0o700) },
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			if err := make(filepath.Join(dir, FileName)); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(dir); err == nil {
				t.Error("opened")
			}
			if err := (&History{dir: dir}).Add(full(start(t))); err == nil {
				t.Error("written to")
			}
		})
	}
}

func TestHistoryStaysSmall(t *testing.T) {
	at := start(t)
	var all []Measure
	for i := range 500 * 24 { // hourly for 500 days
		all = append(all, Measure{At: at.Add(time.Duration(i) * time.Hour)})
	}
	kept, fewer := thin(all, 0)
	if days := at.Add(500*day).Sub(kept[0].At).Hours() / 24; !fewer || days > keepDays+1 || len(kept) > maxLines {
		t.Errorf("%d measures of %.0f days", len(kept), days)
	}
	if _, fewer := thin(kept, 0); fewer {
		t.Error("it is written anew each time")
	}
	all = nil
	for i := range maxLines + 1 { // every five minutes
		all = append(all, Measure{At: at.Add(time.Duration(i) * 5 * time.Minute), Alarm: i == 30})
	}
	kept, _ = thin(all, 0)
	if kept[0].At.Sub(at) > time.Hour || !slices.ContainsFunc(kept, func(m Measure) bool { return m.Alarm }) || len(kept) > 5000 {
		t.Errorf("%d are left, from %v", len(kept), kept[0])
	}
	if kept, fewer := thin(all, maxFile); !fewer || len(kept) > len(all)/2+1 {
		t.Errorf("a large file keeps %d", len(kept))
	}
}

// TestHugeFileIsReadFromItsEnd: whatever has been written there, the newest
// measures are found and the next is kept.
func TestHugeFileIsReadFromItsEnd(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, FileName)
	m := full(start(t))
	text, err := appendLine(nil, &m)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(maxFile + 12345); err != nil { // a hole
		t.Fatal(err)
	}
	if _, err := f.WriteAt(append([]byte("\n"), text...), maxFile+12345); err != nil {
		t.Fatal(err)
	}
	f.Close()
	h, err := Open(dir)
	if err != nil || h.Len() != 1 {
		t.Fatalf("%d lines, %v", h.Len(), err)
	}
	if err := h.Add(m); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(name); err != nil || info.Size() > maxFile/2 {
		t.Errorf("still %d bytes, %v", info.Size(), err)
	}
}

// TestTwoWriters: neither takes away what the other has added.
func TestTwoWriters(t *testing.T) {
	dir := t.TempDir()
	at := start(t)
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			h, err := Open(dir)
			for i := range 10 {
				if err == nil {
					err = h.Add(Measure{At: at.Add(time.Duration(w*10+i) * time.Minute), Quarantined: 1})
				}
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	h, err := Open(dir)
	last, _ := h.Last()
	if err != nil || h.Len() != 40 || h.Damaged() != 0 || last.Totals.Quarantined != 40 {
		t.Errorf("%d measures, %d damaged, totals %+v, %v", h.Len(), h.Damaged(), last.Totals, err)
	}
}

func TestLongestNamesFit(t *testing.T) {
	m := Measure{At: start(t), Queues: map[string]int{}, Verdicts: map[string]int{}}
	for i := range 100 {
		name := fmt.Sprintf("%02d", i) + strings.Repeat("\"\\\x00<\u2028\U000e0001", 50)
		m.Queues[name], m.Verdicts[name] = 1<<62, 1<<62
	}
	m.Queues = map[string]int{"x": 1}
	for i := range 100 {
		m.Queues[fmt.Sprintf("%02d", i)+strings.Repeat("\"\\\u2028", 50)] = 1 << 50
	}
	m.Verdicts = m.Queues
	h, _ := Open(t.TempDir())
	if err := h.Add(m); err != nil {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	m := full(time.Date(2026, 1, 5, 3, 0, 0, 0, time.FixedZone("", 3600)))
	text, err := appendLine(nil, &m)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(append(bytes.Clone(text), text[:40]...))
	f.Add(append([]byte("00000000 {}\n\n"), text...))
	f.Add([]byte(`{"at":"2026-01-05T03:00:00+01:00","messages":1,"bytes":2,"oldest":1e300,"queues":{"\u0000":1},"totals":[1,2,3]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		// The checksum is given, or no input would get behind it.
		for _, data := range [][]byte{data, fmt.Appendf(nil, "%08x %s\n", sumOf(data), data)} {
			measures, good, _, err := readLines(bufio.NewReaderSize(bytes.NewReader(data), maxLine+1))
			if err != nil || good > int64(len(data)) {
				t.Fatalf("%d good bytes of %d, %v", good, len(data), err)
			}
			h := &History{measures: measures}
			for i := range measures {
				m := &measures[i]
				h.Usual(m.At.Add(time.Hour)).Alarm(*m, 5)
				out, err := appendLine(nil, m)
				if err != nil {
					t.Fatalf("%+v: %v", m, err)
				}
				again, err := parseLine(bytes.TrimSuffix(out, []byte("\n")))
				if err != nil || !cmp.Equal(*m, again) {
					t.Fatalf("%v: %s", err, cmp.Diff(*m, again))
				}
			}
		}
	})
}
