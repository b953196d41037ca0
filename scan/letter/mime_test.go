package letter

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/emersion/go-message"
	"github.com/google/go-cmp/cmp"
)

func TestParts(t *testing.T) {
	for _, tt := range []struct {
		name, raw string
		want      string // "depth type[name] body" of each part, an attachment with "+"
		defects   Defect
	}{
		{"no MIME", "A: b\n\nhello\n", "0 text/plain hello\n", 0},
		{"mixed", "Content-Type: multipart/mixed; boundary=b\n\npre\n--b\n\none\n--b\nContent-Type: text/html\n\ntwo\n--b--\npost\n", "1 text/plain one|1 text/html two", 0},
		{"line ends belong to the delimiter", "Content-Type: multipart/mixed; boundary=b\n\n--b\r\n\r\none\r\n\r\n--b--", "1 text/plain one\r\n", 0},
		{"blanks after the delimiter", "Content-Type: multipart/mixed; boundary=b\n\n--b \t\n\none\n--b-- \n", "1 text/plain one", 0},
		{"outer boundary begins the inner", "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=ab\n\n--ab\n\nx\n--ab--\n--a\n\ny\n--a--", "2 text/plain x|1 text/plain y", 0},
		{"carriage returns alone", "Content-Type: multipart/mixed; boundary=b\r\r--b\r\rone\r--b--\r", "1 text/plain one", 0},
		{"a carriage return inside a line", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\r--b\ry\n--b\rz\n--b--", "1 text/plain x\r--b\ry\n--b\rz", 0},
		{"delimiter inside a line", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx --b\n--b--", "1 text/plain x --b", 0},
		{"never closed", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n", "1 text/plain x\n", Unclosed},
		{"inner never closed", "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--a\n\ny\n--a--", "2 text/plain x|1 text/plain y", Unclosed},
		{"no boundary", "Content-Type: multipart/mixed\n\nhello\n", "0 text/plain hello\n", NoBoundary},
		{"boundary that never comes", "Content-Type: multipart/mixed; boundary=b\n\nhello\n", "0 text/plain hello\n", NoBoundary},
		{"boundary with something behind it", "Content-Type: multipart/mixed; boundary=b\n\n--b1\n\nx\n--b2\n\ny\n--b--\n", "1 text/plain x|1 text/plain y", NoBoundary},
		{"only the closing boundary", "Content-Type: multipart/mixed; boundary=b\n\n--b--\nhello\n", "0 text/plain --b--\nhello\n", NoBoundary},
		{"boundary guessed", "Content-Type: multipart/mixed\n\n--x\nContent-Type: text/html\n\n<p>\n--x--", "1 text/html <p>", NoBoundary},
		{"empty part", "Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\nx\n--b--", "1 text/plain |1 text/plain x", 0},
		{"part without a header", "Content-Type: multipart/mixed; boundary=b\n\n--b\nsome text\n--b--", "1 text/plain some text", 0},
		{"digest", "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\ny\n--b--", "1 message/rfc822+ Subject: x\n\ny", 0},
		{"attachment", "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: ATTACHMENT; filename=\"a b.txt\"\n\nx\n--b--", "1 text/plain[a b.txt]+ x", 0},
		{"one attachment is the message", "Content-Disposition: attachment; filename=x.txt\n\ny", "0 text/plain[x.txt] y", 0},
		{"picture", "Content-Type: image/png; name=\"=?utf-8?q?=C3=A9.png?=\"\n\ny", "0 image/png[é.png]+ y", 0},
		{"type that is none", "Content-Type: ; charset=x\n\ny", "0 text/plain y", UnknownCharset},
		{"multipart with an encoding", "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n--b\n\nx\n--b--", "1 text/plain x", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := read(tt.raw)
			var got []string
			for _, p := range m.Parts {
				s := fmt.Sprintf("%d %s", p.Depth, p.Type)
				if p.Name != "" {
					s += "[" + p.Name + "]"
				}
				if p.Attachment {
					s += "+"
				}
				got = append(got, s+" "+string(p.Body))
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, "|")); diff != "" {
				t.Error(diff)
			}
			if m.Defects != tt.defects {
				t.Errorf("defects %b, want %b", m.Defects, tt.defects)
			}
		})
	}
}

func TestDepthAndPartsAreBounded(t *testing.T) {
	deep := ""
	for i := range 20 {
		deep += fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	m := NewReader(Limits{Depth: 3}).Read([]byte(deep + "\nx"))
	if m.Defects&TooDeep == 0 || len(m.Parts) != 1 || m.Parts[0].Depth != 3 || !m.Parts[0].Attachment {
		t.Errorf("defects %b, parts %v", m.Defects, m.Parts)
	}
	wide := "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 100)
	m = NewReader(Limits{Parts: 10}).Read([]byte(wide))
	if m.Defects&TooManyParts == 0 || len(m.Parts) != 9 { // and the multipart itself
		t.Errorf("defects %b, %d parts", m.Defects, len(m.Parts))
	}
}

func TestEqualAttachmentsHashAlike(t *testing.T) {
	mail := func(encoding, body string) uint64 {
		return read("Content-Type: image/png\nContent-Transfer-Encoding: " + encoding + "\n\n" + body).Parts[0].Hash
	}
	long := strings.Repeat("QUJD", 100_000)
	if a, b := mail("base64", "QUJD\r\nREVG\r\n"), mail("base64", "QU JDR\nEVG"); a != b {
		t.Error("base64 that is wrapped in another way has another hash")
	}
	if a, b := mail("base64", long), mail("base64", strings.ReplaceAll(long, "QUJDQUJD", "QUJD\r\nQUJD")); a != b {
		t.Error("a long attachment that is wrapped in another way has another hash")
	}
	if a, b := mail("base64", "QUJD"), mail("base64", "QUJE"); a == b {
		t.Error("two attachments have one hash")
	}
	if a, b := mail("8bit", "a b\n"), mail("8bit", "ab\n"); a == b {
		t.Error("blanks do not count in text")
	}
}

// libraryParts lists the leaves that go-message finds, with their content
// decoded; false when it gives up.
func libraryParts(raw string) (out []string, ok bool) {
	e, err := message.Read(strings.NewReader(raw))
	if err != nil {
		return nil, false
	}
	err = e.Walk(func(_ []int, e *message.Entity, err error) error {
		if err != nil {
			return err
		}
		typ, _, err := e.Header.ContentType()
		if err != nil {
			return err
		}
		if strings.HasPrefix(typ, "multipart/") {
			return nil
		}
		if major, minor, _ := strings.Cut(typ, "/"); major == "" || minor == "" {
			return errors.New("no type: text/plain here, as it stands there")
		}
		body, err := io.ReadAll(e.Body)
		out = append(out, typ+" "+oneSpace(string(body)))
		return err
	})
	return out, err == nil
}

// FuzzParts holds that a message which go-message reads to the end has the
// same parts with the same content here.
func FuzzParts(f *testing.F) {
	for _, m := range samples {
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		m := read(raw)
		if m.Defects&^(DuplicateField|TextCut) != 0 || strings.Contains(raw, "\x00") || oddMIME(m, raw) {
			return // whatever is wrong, the library goes another way or none
		}
		want, ok := libraryParts(raw)
		if !ok || !utf8.ValidString(strings.Join(want, "")) {
			return // the library leaves bytes as they are in text that claims to be ASCII
		}
		var got []string
		for i := range m.Parts {
			p := &m.Parts[i]
			text := p.Decoded(nil, 1<<20)
			if strings.HasPrefix(p.Type, "text/") {
				text, _ = new(charsets).append(nil, text, p.Charset)
			}
			got = append(got, p.Type+" "+oneSpace(string(text)))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("parts differ from go-message's:\n%s", diff)
		}
	})
}

// oddMIME picks out what is read in another way on purpose: an encoding on a
// multipart, which RFC 2045 section 6.4 forbids and the library undoes; a
// type repeated or with comments; a digest's parts; and text that claims to be
// ASCII and is not, or Latin-1, which is windows-1252 here; and a part that
// ends in its header, which the library leaves out, or has a field without a
// name, which it passes over.
func oddMIME(m *Message, raw string) bool {
	for _, p := range m.Parts {
		if len(p.Body) == 0 {
			return true
		}
	}
	low := strings.ToLower(raw)
	if strings.HasPrefix(m.Type, "multipart/") && m.Header.Has("Content-Transfer-Encoding") || !plain([]byte(raw)) {
		return true
	}
	for _, odd := range []string{"digest", "8859-1", "latin", "windows-1252", "cp1252", "us-ascii", "utf-7", "=80", "=9", "=8"} {
		if strings.Contains(low, odd) {
			return true
		}
	}
	for v := range m.Header.All("Content-Type") {
		if strings.ContainsAny(v, "(\\*") || !strings.Contains(v, "/") {
			return true
		}
	}
	if n := strings.Count(raw, "\r\n"); n > 0 && n != strings.Count(raw, "\n") {
		return true // a delimiter whose line ends in another way than the first is none to the library
	}
	return strings.Contains(low, "\r\r") || strings.Contains(low, "\n:") || strings.Count(low, "content-transfer-encoding") > len(m.Parts)
}
