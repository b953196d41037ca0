package imcdata

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qclean/scan/spool"
)

func TestFormIsReadBack(t *testing.T) {
	for name, env := range map[string]spool.Envelope{
		"one":         {From: "a@x.example", To: []string{"b@y.example"}},
		"null sender": {Null: true, To: []string{"b@y.example", "c@y.example"}},
		"odd":         {From: `"a b"@x.example`, To: []string{"j\xfcrgen@y.example", "postmaster"}},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := (&raw{}).Form(&out, env, strings.NewReader(text1)); err != nil {
				t.Fatal(err)
			}
			got := readFront(nil, out.Bytes())
			env.Source = spool.FromXLines
			if diff := cmp.Diff(env, got.envelope); diff != "" {
				t.Errorf("envelope (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(text1, out.String()[got.text:]); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
	var out bytes.Buffer
	if err := (&raw{}).Form(&out, spool.Envelope{From: "a@x.example", To: []string{"b@y.example"}}, strings.NewReader("Subject: s\r\n\r\nx\r\n")); err != nil {
		t.Fatal(err)
	}
	want := "X-Sender: <a@x.example>\r\nX-Receiver: <b@y.example>\r\nSubject: s\r\n\r\nx\r\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestFormRefuses(t *testing.T) {
	good := spool.Envelope{From: "a@x.example", To: []string{"b@y.example"}}
	with := func(change func(*spool.Envelope)) spool.Envelope {
		env := good
		env.To = append([]string(nil), good.To...)
		change(&env)
		return env
	}
	for name, c := range map[string]struct {
		env  spool.Envelope
		text string
	}{
		"line end in the sender":    {with(func(e *spool.Envelope) { e.From = "a@x.example\r\nX-Receiver: evil@y.example" }), "S: s\n\n"},
		"line end in a recipient":   {with(func(e *spool.Envelope) { e.To[0] = "b@y.example\nX-Receiver: <evil@y.example>" }), "S: s\n\n"},
		"bracket in a recipient":    {with(func(e *spool.Envelope) { e.To[0] = "b@y.example> <evil@y.example" }), "S: s\n\n"},
		"NUL":                       {with(func(e *spool.Envelope) { e.To[0] = "b\x00@y.example" }), "S: s\n\n"},
		"DEL":                       {with(func(e *spool.Envelope) { e.From = "a\x7f@x.example" }), "S: s\n\n"},
		"empty recipient":           {with(func(e *spool.Envelope) { e.To[0] = "" }), "S: s\n\n"},
		"recipient of blanks":       {with(func(e *spool.Envelope) { e.To[0] = " " }), "S: s\n\n"},
		"endless address":           {with(func(e *spool.Envelope) { e.From = strings.Repeat("a", 10_000) }), "S: s\n\n"},
		"no sender":                 {with(func(e *spool.Envelope) { e.From = "" }), "S: s\n\n"},
		"a null sender with a name": {with(func(e *spool.Envelope) { e.Null = true }), "S: s\n\n"},
		"no recipient":              {with(func(e *spool.Envelope) { e.To = nil }), "S: s\n\n"},
		"recipients that are lost":  {with(func(e *spool.Envelope) { e.More = 1 }), "S: s\n\n"},
		"text with x-receiver":      {good, "X-RECEIVER: <evil@y.example>\n\n"},
		"text with x-sender":        {good, "x-sender : evil@y.example\n\n"},
		"text with x-helodomain":    {good, "X-HeloDomain: x\n\n"},
		"text that goes on":         {good, " <evil@y.example>\n\n"},
		"text that goes on by tab":  {good, "\tx\n\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := (&raw{}).Form(&out, c.env, strings.NewReader(c.text)); !errors.Is(err, ErrEnvelope) {
				t.Errorf("%v, and %q was written", err, out.String())
			}
			if out.Len() > 0 {
				t.Errorf("it was refused, and %q was written", out.String())
			}
		})
	}
}

type broken struct{}

var errBroken = errors.New("broken")

func (broken) Read([]byte) (int, error)  { return 0, errBroken }
func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestFormTellsOfErrors(t *testing.T) {
	env := spool.Envelope{Null: true, To: []string{"b@y.example"}}
	if err := (&raw{}).Form(&bytes.Buffer{}, env, broken{}); !errors.Is(err, errBroken) {
		t.Errorf("a text that cannot be read: %v", err)
	}
	if err := (&raw{}).Form(broken{}, env, strings.NewReader("S: s\n\n")); !errors.Is(err, errBroken) {
		t.Errorf("a file that cannot be written: %v", err)
	}
}

func TestPickupName(t *testing.T) {
	long := strings.Repeat("n", 255)
	for name, c := range map[string]struct {
		file string
		iis  bool
		want string
	}{
		"as it is":    {"Out/WKA6D6YM", false, "WKA6D6YM"},
		"eml":         {"Out/a.eml", false, "a.eml"},
		"IIS":         {"Queue/NTFS_1.EML", true, "NTFS_1.eml"},
		"IIS, bare":   {"Queue/one", true, "one.eml"},
		"quarantined": {"Out.old/20261122-054300-quarantine/WKA6D6YM", false, "WKA6D6YM"},
		"control":     {"Out/a\nb\x1b", false, "a_b_-e5dd0619e70fee1e"},
		"blank, eml":  {"Out/a b.eml", false, "a_b-e7f20f19053d1b24.eml"},
		"of Windows":  {`Out/a:b*c`, false, "a_b_c-7b6b8f4d8a8f2f6c"},
		"very long":   {"Out/" + long, false, long[:200] + "-"},
		"option":      {"Out/-rf", false, "_rf-"},
		"dot at end":  {"Out/a.", false, "a_-"},
		"not UTF-8":   {"Out/\xff\xfe", false, "__-"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &raw{shape: shape{dotEML: c.iis}}
			got := s.PickupName(spool.Entry{Files: []spool.File{{Name: c.file}}})
			prefix, _, sum := strings.Cut(c.want, "-")
			if c.want != got && !(sum && strings.HasPrefix(got, prefix+"-") && len(got) <= 255) {
				t.Errorf("%q becomes %q, want %q", c.file, got, c.want)
			}
		})
	}
	s := &raw{}
	a := s.PickupName(spool.Entry{Files: []spool.File{{Name: "Out/a b"}}})
	b := s.PickupName(spool.Entry{Files: []spool.File{{Name: "Out/a:b"}}})
	if a == b {
		t.Errorf("two names became one: %q", a)
	}
}

func FuzzForm(f *testing.F) {
	f.Add("a@x.example", "b@y.example", "Subject: s\r\n\r\nx\r\n")
	f.Add("", "b@y.example", "X-Receiver: x\n")
	f.Add("a\n", "b>", "")
	f.Fuzz(func(t *testing.T, from, to, text string) {
		env := spool.Envelope{From: from, Null: from == "", To: []string{to}}
		var out bytes.Buffer
		if (&raw{}).Form(&out, env, strings.NewReader(text)) != nil {
			return
		}
		got := readFront(nil, out.Bytes()[:min(out.Len(), maxFront)])
		if got.envelope.From != from || got.envelope.Null != env.Null || !cmp.Equal(got.envelope.To, env.To) {
			t.Fatalf("wrote %+v, read %+v", env, got.envelope)
		}
		if rest := out.String()[got.text:]; rest != text {
			t.Fatalf("wrote the text %q, read %q", text, rest)
		}
	})
}
