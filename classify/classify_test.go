package classify

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"qclean/classify/fingerprint"
	"qclean/classify/kind"
)

func TestDomain(t *testing.T) {
	for in, want := range map[string]string{
		"a@Example.NET": "example.net", `"a@b"@c.org`: "c.org", "nobody": "", "": "", "a@x.": "x", "@": "",
	} {
		if got := Domain(in); got != want {
			t.Errorf("Domain(%q) = %q, want %q", in, got, want)
		}
	}
	if d := cmp.Diff([]string{"x", "y"}, Domains([]string{"a@x", "b@Y", "c@X", "none"})); d != "" {
		t.Error(d)
	}
}

func TestKeepIsBoundedValidUTF8(t *testing.T) {
	for _, in := range []string{strings.Repeat("é", 1000), strings.Repeat("x", 299) + "日本", "a\xffb", strings.Repeat("\xf0\x9f", 400)} {
		got := new(keeper).string(in)
		if !utf8.ValidString(got) || len(got) > 3*maxKeptString {
			t.Errorf("keep(%.10q…) = %d bytes, valid %v", in, len(got), utf8.ValidString(got))
		}
	}
	if got := new(keeper).string("short"); got != "short" {
		t.Error(got)
	}
}

// tally counts values as they are, by sorting them.
func tally(values []string) Tally {
	slices.Sort(values)
	var t Tally
	for i := 0; i < len(values); {
		j := i + 1
		for j < len(values) && values[j] == values[i] {
			j++
		}
		if values[i] != "" {
			t.Distinct++
			t.add(Count{values[i], j - i})
		}
		i = j
	}
	return t
}

func TestTallyKeepsTheMostFrequent(t *testing.T) {
	var values []string
	for i := range 30 {
		for range i + 1 {
			values = append(values, fmt.Sprintf("v%02d", i))
		}
	}
	values = append(values, "", "", "")
	got := tally(values)
	if got.Distinct != 30 || len(got.Top) != Top || got.Top[0] != (Count{"v29", 30}) || got.Top[9] != (Count{"v20", 21}) {
		t.Errorf("%+v", got)
	}
	if d := cmp.Diff(Tally{Distinct: 2, Top: []Count{{"a", 1}, {"b", 1}}}, tally([]string{"b", "a"})); d != "" {
		t.Error("ties are not in order:", d)
	}
}

func TestSizeBuckets(t *testing.T) {
	for n, want := range map[int64]string{0: "empty", 1: "under 1k", 1023: "under 1k", 1024: "1k..2k", 5000: "4k..8k", 1 << 30: "over 10M"} {
		if got := sizeBucket(n); got != want {
			t.Errorf("%d is in %q, want %q", n, got, want)
		}
	}
}

func TestPlainSubject(t *testing.T) {
	for in, want := range map[string]string{"Re: AW:  Fwd: hello  there": "hello there", "Note: this": "Note: this", "re:": "", "10:30 today": "10:30 today"} {
		if got := plainSubject(in); got != want {
			t.Errorf("%q gave %q, want %q", in, got, want)
		}
	}
}

func sketchOf(words ...uint32) fingerprint.Sketch {
	return fingerprint.Sketch{Hashes: words}
}

// TestBouncesJoinTheCampaignThatCausedThem also holds the summary and the order.
func TestBouncesJoinTheCampaignThatCausedThem(t *testing.T) {
	flood := make([]uint32, 50)
	for i := range flood {
		flood[i] = uint32(i+1) * 1000
	}
	at := time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	var records []Record
	for i := range 20 {
		records = append(records, Record{From: fmt.Sprintf("s%d@x.org", i), To: []string{"a@b.net", "c@d.net"}, Recipients: 2, Size: 100,
			Arrived: at.Add(time.Duration(i) * time.Minute), Subject: "pills", Sketch: sketchOf(flood...)})
	}
	records = append(records, Record{Null: true, Kind: kind.NDRFailed, Size: 300, Class: fingerprint.Report,
		Sketch: fingerprint.Sketch{Class: fingerprint.Report, Hashes: []uint32{7, 77, 777, 7777, 77777}},
		Bounce: &Bounce{Original: sketchOf(flood...)}})
	table := TableOf(records...)
	campaigns := Campaigns(table, nil, 0)
	if len(campaigns) != 2 || campaigns[0].Count != 20 || len(campaigns[0].Bounces) != 1 || campaigns[0].Bounces[0] != 20 {
		t.Fatalf("%+v", campaigns)
	}
	c := campaigns[0]
	if c.Bytes != 2000 || c.Recipients != 40 || c.Senders.Distinct != 20 || c.Subjects.First() != "pills" || c.RcptDomains.Distinct != 2 ||
		!c.First.Equal(at) || c.Last.Sub(at) != 19*time.Minute || c.Hours[5] != 20 {
		t.Errorf("%+v", c.Summary)
	}
	if table.At(20).BounceOf() != c.ID || table.At(0).BounceOf() != "" || table.At(3).Campaign() != c.ID {
		t.Errorf("messages: %q %q %q", table.At(20).BounceOf(), table.At(0).BounceOf(), table.At(3).Campaign())
	}
	short := ShortIDs(campaigns)
	if s := short[c.ID]; len(s) < minShortID || !strings.HasPrefix(string(c.ID), s) {
		t.Errorf("short ID %q", s)
	}
}

func TestGroupByCountsUnderEachValue(t *testing.T) {
	table := TableOf(Record{To: []string{"a@x", "b@y"}}, Record{To: []string{"c@x"}}, Record{})
	var key Key
	for _, k := range Keys() {
		if k.Name == "rcpt-domain" {
			key = k
		}
	}
	rows := GroupBy(table, key)
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%s=%d", r.Label, r.Count))
	}
	if d := cmp.Diff([]string{"x=2", "y=1"}, got); d != "" {
		t.Error(d)
	}
}

func TestShortIDsAreUnique(t *testing.T) {
	short := ShortIDs([]*Campaign{{ID: "abcdefgh1111"}, {ID: "abcdefgi1111"}, {ID: "zzzz11111111"}})
	want := map[fingerprint.ID]string{"abcdefgh1111": "abcdefgh", "abcdefgi1111": "abcdefgi", "zzzz11111111": "zzzz"}
	if d := cmp.Diff(want, short); d != "" {
		t.Error(d)
	}
}
