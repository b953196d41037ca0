package letter

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHeader(t *testing.T) {
	for _, tt := range []struct {
		name, raw string
		fields    string // "Name=value" joined by "|"
		body      string
		flaws     Defect
	}{
		{name: "line feeds", raw: "A: 1\nB: 2\n\nbody\n", fields: "A=1|B=2", body: "body\n"},
		{name: "carriage returns and line feeds", raw: "A: 1\r\nB: 2\r\n\r\nbody\r\n", fields: "A=1|B=2", body: "body\r\n"},
		{name: "carriage returns alone", raw: "A: 1\rB: 2\r\rbody\r", fields: "A=1|B=2", body: "body\r"},
		{name: "two carriage returns", raw: "A: 1\r\r\n\r\r\nbody", fields: "A=1", body: "body"},
		{name: "folded", raw: "A: 1\r\n  2\r\n\t3\r\nB:4\r\n\r\n", fields: "A=1  2\t3|B=4"},
		{name: "folded from the start", raw: "A:\n b\n\n", fields: "A=b"},
		{name: "a folded line of blanks", raw: "A: 1\n \t\n 2\n\nx", fields: "A=1 \t 2", body: "x"},
		{name: "blanks before the colon", raw: "Subject \t: x\n\n", fields: "Subject=x"},
		{name: "no value", raw: "A:\nB: \n\n", fields: "A=|B="},
		{name: "names are kept as written", raw: "sUBject: x\n\n", fields: "sUBject=x"},
		{name: "bytes above ASCII", raw: "A: \xe9\xff\n\n", fields: "A=\xe9\xff"},
		{name: "a bad line between fields", raw: "A: 1\nthis is none\nB: 2\n\nbody", fields: "A=1|B=2", body: "body", flaws: BadField},
		{name: "bad lines after the last field are body", raw: "A: 1\nthis is text\nand more\n\nbody", fields: "A=1", body: "this is text\nand more\n\nbody", flaws: NoBlankLine},
		{name: "no blank line and no end", raw: "A: 1\nB: 2", fields: "A=1|B=2", flaws: NoBlankLine},
		{name: "no header", raw: "some text\nmore\n\nrest", body: "some text\nmore\n\nrest", flaws: NoHeader},
		{name: "blank first", raw: "\nA: 1\n\n", body: "A: 1\n\n", flaws: NoHeader},
		{name: "continuation first", raw: " x\nA: 1\n\n", fields: "A=1", flaws: BadField},
		{name: "no name", raw: ": x\nA: 1\n\n", fields: "A=1", flaws: BadField},
		{name: "a blank in the name", raw: "A: 1\nB C: 2\nD: 3\n\n", fields: "A=1|D=3", flaws: BadField},
		{name: "many bad lines are body", raw: "A: 1\n" + strings.Repeat("x\n", 20) + "B: 2\n\n", fields: "A=1", body: strings.Repeat("x\n", 20) + "B: 2\n\n", flaws: NoBlankLine},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := NewReader(Limits{})
			body, flaws := r.header([]byte(tt.raw))
			var got []string
			for _, f := range r.fields {
				got = append(got, f.Name+"="+f.Value)
			}
			if diff := cmp.Diff(tt.fields, strings.Join(got, "|")); diff != "" {
				t.Errorf("fields:\n%s", diff)
			}
			if got := tt.raw[body:]; got != tt.body {
				t.Errorf("body %q, want %q", got, tt.body)
			}
			if flaws != tt.flaws {
				t.Errorf("flaws %b, want %b", flaws, tt.flaws)
			}
		})
	}
}

func TestHeaderWithinLimits(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for _, tt := range []struct {
		name, raw string
		limits    Limits
		fields    int
		last      string // value of the last field
		body      string
		flaws     Defect
	}{
		{name: "more fields than are read", raw: strings.Repeat("A: 1\n", 50) + "\nbody", limits: Limits{Fields: 10}, fields: 10, last: "1", body: "body", flaws: HeaderCut},
		{name: "as many fields as are read", raw: strings.Repeat("A: 1\n", 10) + "\nbody", limits: Limits{Fields: 10}, fields: 10, last: "1", body: "body"},
		{name: "a line beyond the limit", raw: "A: " + long + "\nB: 2\n\nbody", limits: Limits{Header: 100}, fields: 1, last: long[:97], body: "body", flaws: HeaderCut},
		{name: "a fold beyond the limit", raw: "A: 1\n " + long + "\n\nbody", limits: Limits{Header: 100}, fields: 1, last: "1 " + long[:94], body: "body", flaws: HeaderCut},
		{name: "the limit at a line's end", raw: "A: 1\nB: 2\n\nbody", limits: Limits{Header: 4}, fields: 1, last: "1", body: "body", flaws: HeaderCut},
		{name: "the limit at the blank line", raw: "A: 1\n\nbody", limits: Limits{Header: 5}, fields: 1, last: "1", body: "body", flaws: HeaderCut},
		{name: "never ends", raw: "A: 1\n" + strings.Repeat("B: 2\n", 100), limits: Limits{Header: 20}, fields: 4, last: "2", flaws: HeaderCut | NoBlankLine},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := NewReader(tt.limits)
			body, flaws := r.header([]byte(tt.raw))
			if len(r.fields) != tt.fields {
				t.Fatalf("%d fields, want %d", len(r.fields), tt.fields)
			}
			if got := r.fields[len(r.fields)-1].Value; got != tt.last {
				t.Errorf("last value %q, want %q", got, tt.last)
			}
			if got := tt.raw[body:]; got != tt.body || flaws != tt.flaws {
				t.Errorf("body %q, flaws %b, want %q, %b", got, flaws, tt.body, tt.flaws)
			}
		})
	}
}

func TestHeaderAccess(t *testing.T) {
	h := Header{{"Received", "one"}, {"subject", "s"}, {"RECEIVED", "two"}}
	if got := h.Get("Received"); got != "one" {
		t.Errorf("Get gave %q", got)
	}
	if got := h.Get("To"); got != "" || h.Has("To") || !h.Has("Subject") {
		t.Errorf("a field that is not there: %q", got)
	}
	if diff := cmp.Diff([]string{"one", "two"}, slices.Collect(h.All("received"))); diff != "" {
		t.Error(diff)
	}
}
