package letter

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime/quotedprintable"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// FuzzRead holds what is true of every message, however broken.
func FuzzRead(f *testing.F) {
	for _, m := range samples {
		f.Add([]byte(m))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := NewReader(Limits{Header: 4 << 10, Fields: 40, Parts: 30, Depth: 4, Text: 4 << 10})
		keep := bytes.Clone(raw)
		m := r.Read(raw)
		checkMessage(t, r, m)
		if !bytes.Equal(raw, keep) {
			t.Fatal("the text that was read has changed")
		}
		first := snapshot(m)
		r.Read([]byte(samples[len(raw)%len(samples)]))
		if !bytes.Equal(raw, keep) {
			t.Fatal("the text that was read before has changed")
		}
		if diff := cmp.Diff(first, snapshot(r.Read(raw))); diff != "" {
			t.Errorf("another reading is another message:\n%s", diff)
		}
	})
}

// checkMessage holds the promises of Message.
func checkMessage(t *testing.T, r *Reader, m *Message) {
	t.Helper()
	if m.BodyAt < 0 || m.BodyAt > len(m.Raw) {
		t.Errorf("body at %d of %d", m.BodyAt, len(m.Raw))
	}
	if !utf8.Valid(m.Text) || !utf8.Valid(m.Aside) {
		t.Errorf("text is not UTF-8: %q", m.Text)
	}
	if len(m.Text) > r.limits.Text || len(m.Aside) > maxAside {
		t.Errorf("%d bytes of text, %d aside", len(m.Text), len(m.Aside))
	}
	if len(m.Header) > r.limits.Fields || len(m.Parts) > r.limits.Parts || len(m.Links) > maxLinks {
		t.Errorf("%d fields, %d parts, %d links", len(m.Header), len(m.Parts), len(m.Links))
	}
	for _, p := range m.Parts {
		if !inside(p.Body, m.Raw) || p.Depth > r.limits.Depth {
			t.Errorf("part %q at depth %d has a body of its own", p.Type, p.Depth)
		}
		if p.Type != strings.ToLower(p.Type) || !utf8.ValidString(p.Name) {
			t.Errorf("part %q named %q", p.Type, p.Name)
		}
	}
	for _, l := range m.Links {
		if l.Host == "" || !strings.HasSuffix(l.Host, l.Domain) || len(l.URL) > maxURL+utf8.UTFMax {
			t.Errorf("link %+v", l)
		}
	}
	if s := m.Subject(); !utf8.ValidString(s) {
		t.Errorf("subject %q", s)
	}
	for _, a := range m.From() {
		if !utf8.ValidString(a.Name) {
			t.Errorf("name %q", a.Name)
		}
	}
	m.Date()
	m.MessageID()
	m.ReturnPath()
}

// inside tells whether part lies in whole's memory.
func inside(part, whole []byte) bool {
	if len(part) == 0 {
		return true
	}
	p, w := reflect.ValueOf(part).Pointer(), reflect.ValueOf(whole).Pointer()
	return p >= w && p+uintptr(len(part)) <= w+uintptr(len(whole))
}

// snapshot copies what a reading gave, deep enough to outlive the next.
func snapshot(m *Message) map[string]any {
	s := map[string]any{
		"header": cloneHeader(m.Header), "body": m.BodyAt, "type": strings.Clone(m.Type), "text": string(m.Text), "aside": string(m.Aside),
		"quoted": m.Quoted, "hidden": m.Hidden, "returned": string(m.Returned), "defects": m.Defects, "subject": strings.Clone(m.Subject()),
	}
	var parts, links []string
	for _, p := range m.Parts {
		parts = append(parts, strings.Join([]string{p.Type, p.Charset, p.Encoding, p.Name, string(p.Body)}, "|"))
	}
	for _, l := range m.Links {
		links = append(links, l.URL+" "+l.Host+" "+l.Domain)
	}
	s["parts"], s["links"] = parts, links
	if m.Report != nil {
		s["report"] = m.Report.Type
		for _, g := range m.Report.Groups {
			s["groups"] = append(cloneHeader(g), Field{})
		}
	}
	return s
}

func cloneHeader(h Header) (out []Field) {
	for _, f := range h {
		out = append(out, Field{Name: strings.Clone(f.Name), Value: strings.Clone(f.Value)})
	}
	return out
}

// FuzzHeader holds that a header in which go-message finds nothing wrong has
// the same fields here.
func FuzzHeader(f *testing.F) {
	for _, m := range samples {
		f.Add([]byte(m))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if differs(raw) {
			t.Skip()
		}
		want, clean := libraryFields(raw)
		if !clean || len(want) > defaultFields {
			t.Skip()
		}
		r := NewReader(Limits{})
		r.reset()
		_, flaws := r.header(raw)
		var got []Field
		for _, f := range r.fields {
			got = append(got, Field{Name: strings.ToLower(f.Name), Value: oneSpace(f.Value)})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("fields differ from go-message's:\n%s", diff)
		}
		if flaws&(BadField|HeaderCut) != 0 {
			t.Errorf("flaws %b in a clean header", flaws)
		}
	})
}

// differs picks out what the library and this package read differently on purpose.
func differs(raw []byte) bool {
	switch {
	case bytes.IndexByte(raw, '\n') < 0 && bytes.IndexByte(raw, '\r') >= 0:
		return true // a text whose lines end in CR alone: one line to the library
	case len(trim(raw)) == 0:
		return true // nothing at all
	case bytes.HasPrefix(raw, []byte(":")) || bytes.Contains(raw, []byte("\n:")):
		return true // a field without a name: the library passes over it in silence
	}
	return false
}

// FuzzDecode holds that what the standard library decodes without an error is
// decoded to the same here, and that anything is decoded to something bounded.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{"aGVsbG8gd29ybGQ=", "aGVsbG8\r\ngd29ybGQ=\r\n", "=\n", "a=3Db=\r\nc", "====", "=4", "a =20 \r\n", "YQ==YQ==", "+AGE-b"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, _ := unbase64(nil, raw, len(raw)+4)
		if len(got) > len(raw) {
			t.Errorf("%d bytes out of %d", len(got), len(raw))
		}
		stripped := bytes.Map(func(r rune) rune {
			if r < 0x80 && base64Values[r] == skipChar {
				return -1
			}
			return r
		}, raw)
		if want, err := base64.StdEncoding.DecodeString(string(stripped)); err == nil && !bytes.Equal(want, got) {
			t.Errorf("base64 %q, want %q", got, want)
		}
		short, _ := unbase64(nil, raw, 5)
		if !bytes.HasPrefix(got, short) || len(short) > 5 {
			t.Errorf("the first five bytes are %q of %q", short, got)
		}
		got, clean := unquote(nil, raw, len(raw))
		if len(got) > len(raw) {
			t.Errorf("%d bytes out of %d", len(got), len(raw))
		}
		want, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(raw)))
		if err == nil && clean && !bytes.Equal(lineTrimmed(want), lineTrimmed(got)) {
			t.Errorf("quoted-printable %q, want %q", got, want)
		}
		for _, name := range []string{"utf-7", "utf-16", "gb18030", "iso-2022-jp", "windows-1251", "ibm437", "nonsense"} {
			var sets charsets
			out, _ := sets.append(nil, raw, name)
			if !utf8.Valid(out) || len(out) > 4*len(raw)+8 {
				t.Errorf("%s: %d bytes of %d, %q", name, len(out), len(raw), out)
			}
		}
	})
}

// lineTrimmed takes off what quoted-printable may put at a line's end or not.
func lineTrimmed(b []byte) []byte {
	b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	lines := bytes.Split(b, []byte("\n"))
	for i := range lines {
		lines[i] = bytes.TrimRight(lines[i], " \t\r")
	}
	return bytes.TrimRight(bytes.Join(lines, []byte("\n")), "\n")
}

// FuzzHTML holds that the lexer sees the tokens that x/net/html's tokenizer sees.
func FuzzHTML(f *testing.F) {
	for _, s := range pages {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if bytes.Contains(bytes.ToLower(src), []byte("<noscript")) {
			t.Skip() // a mail program runs no scripts, so this is no raw text here
		}
		if diff := cmp.Diff(libraryTokens(src), ourTokens(src)); diff != "" {
			t.Errorf("tokens differ from x/net/html's:\n%s", diff)
		}
		var s stripper
		var links linkSet
		s.strip(src, &links, 1<<16)
		if len(s.stack) > maxOpen || len(s.out) > 1<<16+len(src) {
			t.Errorf("%d open elements, %d bytes", len(s.stack), len(s.out))
		}
		s.bare = true
		s.strip(src, &links, 1<<16)
		if s.unseen > 0 {
			t.Errorf("%d bytes hidden where all is to be shown", s.unseen)
		}
	})
}

// libraryTokens lists tags with their attributes, and text between them.
func libraryTokens(src []byte) (out []string) {
	z := html.NewTokenizer(bytes.NewReader(src))
	text := ""
	flush := func() {
		if text != "" {
			out = append(out, "text "+text)
		}
		text = ""
	}
	for {
		switch z.Next() {
		case html.ErrorToken:
			flush()
			return out
		case html.TextToken:
			text += string(z.Raw())
		case html.StartTagToken, html.SelfClosingTagToken:
			flush()
			out = append(out, "start "+rawName(z.Raw()[1:]))
			for more := true; more; {
				var k, v []byte
				if k, v, more = z.TagAttr(); len(k) > 0 {
					out = append(out, fmt.Sprintf("%q=%q", k, v))
				}
			}
		case html.EndTagToken:
			flush()
			out = append(out, "end "+rawName(z.Raw()[2:]))
		}
	}
}

// rawName is a tag's name as it was written: the library changes NUL and case.
func rawName(tag []byte) string {
	return string(tag[:bytes.IndexAny(tag, " \n\t\r\f/>")])
}

func ourTokens(src []byte) (out []string) {
	l := lexer{src: src}
	text := ""
	flush := func() {
		if text != "" {
			out = append(out, "text "+text)
		}
		text = ""
	}
	for {
		kind := l.next()
		var tagged []string
		switch kind {
		case endToken:
			flush()
			return out
		case textToken, rawToken:
			text += string(l.text)
			continue
		case startToken:
			tagged = append(tagged, "start "+string(l.name))
			if t, _ := tags.find(l.name); t.is&verbatim != 0 {
				l.raw = t
			}
		case closeToken:
			tagged = append(tagged, "end "+string(l.name))
		}
		seen := map[string]bool{}
		for {
			k, v, ok := l.attr()
			if !ok {
				break
			}
			name := libraryForm(lowered(nil, k))
			if kind == startToken && !seen[name] {
				tagged = append(tagged, fmt.Sprintf("%q=%q", name, libraryForm(unescaped(nil, v))))
				seen[name] = true
			}
		}
		if l.cut {
			flush()
			return out // a tag that the text ends in is none
		}
		flush()
		out = append(out, tagged...)
	}
}

// libraryForm is what x/net/html makes of line ends and NUL in an attribute.
func libraryForm(b []byte) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\ufffd").Replace(string(b))
}
