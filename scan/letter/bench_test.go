package letter

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"

	"encoding/base64"
)

// benchMail are messages of about four kilobytes, as they stand in a flood.
func benchMail() map[string][]byte {
	words := strings.Repeat("The quick brown fox offers you a very special price today, and only today.\r\n", 40)
	html := "<html><head><style>p{margin:0}</style></head><body bgcolor=\"#ffffff\">" + strings.Repeat(
		"<tr><td style=\"font-family:Arial;font-size:13px\"><p>The quick <b>brown</b> fox&nbsp;offers you a <a href=\"http://www.shop.example/item?x=1&amp;y=2\">price</a></p></td></tr>\r\n", 18) + "</body></html>"
	head := plainMail[:strings.Index(plainMail, "Content-Type")]
	wrapped := func(s string) string {
		var b strings.Builder
		for e := base64.StdEncoding.EncodeToString([]byte(s)); e != ""; {
			n := min(76, len(e))
			b.WriteString(e[:n] + "\r\n")
			e = e[n:]
		}
		return b.String()
	}
	return map[string][]byte{
		"plain":  []byte(head + "Content-Type: text/plain; charset=us-ascii\r\n\r\n" + words),
		"html":   []byte(head + "Content-Type: text/html; charset=utf-8\r\n\r\n" + html),
		"base64": []byte(head + "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + wrapped(html)),
		"alternative": []byte(head + "Content-Type: multipart/alternative; boundary=\"=_x\"\r\n\r\n--=_x\r\nContent-Type: text/plain\r\n\r\n" + words[:len(words)/3] +
			"\r\n--=_x\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
			strings.ReplaceAll(html[:len(html)*2/3], "=", "=3D") + "\r\n--=_x--\r\n"),
		"bounce": []byte(strings.Replace(postfixBounce, "Buy now", words[:len(words)*2/3]+"Buy now", 1)),
	}
}

// BenchmarkRead reads messages of four kilobytes, and in the same run by the
// standard library's header, MIME and decoders, which knows no text or links.
func BenchmarkRead(b *testing.B) {
	for _, name := range []string{"plain", "html", "base64", "alternative", "bounce"} {
		raw := benchMail()[name]
		b.Run(name, func(b *testing.B) {
			r := NewReader(Limits{})
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				r.Read(raw)
			}
		})
		b.Run(name+"/std", func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				stdWalk(raw)
			}
		})
	}
}

// stdWalk decodes all parts with the standard library.
func stdWalk(raw []byte) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return
	}
	stdPart(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
}

func stdPart(typ, encoding string, body io.Reader) {
	kind, params, _ := mime.ParseMediaType(typ)
	if strings.HasPrefix(kind, "multipart/") {
		mr := multipart.NewReader(body, params["boundary"])
		for {
			p, err := mr.NextRawPart()
			if err != nil {
				return
			}
			stdPart(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)
		}
	}
	switch encoding {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	_, _ = io.Copy(io.Discard, body)
}

// BenchmarkFields reads what a scan asks every message for.
func BenchmarkFields(b *testing.B) {
	r := NewReader(Limits{})
	m := r.Read([]byte(plainMail))
	b.ReportAllocs()
	for b.Loop() {
		r.tools.arena.reset()
		m.from = m.from[:0]
		m.Subject()
		m.From()
		m.Date()
		m.MessageID()
	}
}

// BenchmarkHTML strips a page.
func BenchmarkHTML(b *testing.B) {
	raw := benchMail()["html"]
	page := raw[bytes.Index(raw, []byte("<html>")):]
	var s stripper
	var links linkSet
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		links.reset()
		s.strip(page, &links, 1<<20)
	}
}
