package letter

import (
	"bytes"
	"strings"

	"github.com/zeebo/xxh3"
)

// leaf adds a part that has no parts of its own.
func (r *Reader) leaf(e *contentHead, body []byte, depth int) {
	p := Part{Type: e.typ, Encoding: e.encoding, Depth: depth, Body: body, Charset: e.charset}
	if e.rest != "" {
		p.Charset = r.tools.charsetName(e.rest)
		p.Name = r.tools.param(e.rest, "name")
	}
	if e.dispRest != "" {
		if name := r.tools.param(e.dispRest, "filename"); name != "" {
			p.Name = name
		}
	}
	if p.Name != "" {
		p.Name = r.tools.decoded(p.Name, p.Charset)
	}
	// A message that is one attachment and nothing else is shown by most programs.
	p.Attachment = !readable(p.Type) || depth > 0 && e.disposition == "attachment"
	if p.Attachment {
		if !strings.HasPrefix(p.Type, "message/") {
			p.Hash = r.hash(body, e.encoding == "base64")
		}
		if pictured(p.Type) {
			p.Width, p.Height = p.size(&r.decoded)
		}
	}
	r.nodes = append(r.nodes, node{kind: leafNode, part: len(r.parts), end: len(r.nodes) + 1})
	r.parts = append(r.parts, p)
}

// charsetName is the charset parameter in lower case, up to the first blank:
// what follows is a comment or a parameter without its semicolon.
func (t *tools) charsetName(rest string) string {
	v := t.param(rest, "charset")
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case ' ', '\t', '(', ',':
			v = v[:i]
		}
	}
	return t.lower(unquoted(v))
}

// unquoted takes quotes off both ends.
func unquoted(s string) string {
	for s != "" && (s[0] == '"' || s[0] == '\'') {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] == '"' || s[len(s)-1] == '\'') {
		s = s[:len(s)-1]
	}
	return s
}

// readable tells whether a reader of mail is shown a part of this type as
// text. Unknown kinds of text are shown as they are (RFC 2046 section 4.1.4).
func readable(typ string) bool {
	kind, ok := strings.CutPrefix(typ, "text/")
	if !ok {
		return false
	}
	switch kind {
	case "plain", "html":
		return true
	case "css", "javascript", "ecmascript", "calendar", "x-vcalendar", "vcard", "x-vcard", "directory",
		"rfc822-headers", "rfc822", "rtf", "xml", "csv", "x-amp-html", "x-watch-html":
		return false
	}
	return true
}

// hash is what makes two attachments the same: the encoded bytes without line
// ends, and in base64, where they have no meaning, without blanks.
func (r *Reader) hash(body []byte, blanks bool) uint64 {
	if bytes.IndexByte(body, '\n') < 0 && bytes.IndexByte(body, '\r') < 0 && !blanks {
		return xxh3.Hash(body)
	}
	if len(body) <= maxSqueezed {
		r.squeezed = squeeze(r.squeezed[:0], body, blanks)
		return xxh3.Hash(r.squeezed)
	}
	h := xxh3.New()
	for len(body) > 0 {
		n := min(len(body), maxSqueezed)
		r.squeezed = squeeze(r.squeezed[:0], body[:n], blanks)
		_, _ = h.Write(r.squeezed) // a hash takes all that it is given
		body = body[n:]
	}
	return h.Sum64()
}

// maxSqueezed is how much of a part is held a second time.
const maxSqueezed = 256 << 10

// squeeze appends src without line ends and, if asked, without blanks.
func squeeze(dst, src []byte, blanks bool) []byte {
	for len(src) > 0 {
		line := src
		if i := bytes.IndexByte(src, '\n'); i >= 0 {
			line, src = src[:i], src[i+1:]
		} else {
			src = nil
		}
		line = trimCR(line)
		if (!blanks || bytes.IndexByte(line, ' ') < 0 && bytes.IndexByte(line, '\t') < 0) && bytes.IndexByte(line, '\r') < 0 {
			dst = append(dst, line...)
			continue
		}
		for _, c := range line {
			if c != '\r' && !(blanks && blank(c)) {
				dst = append(dst, c)
			}
		}
	}
	return dst
}

// Decoded appends the part's content without its transfer encoding to dst, at
// most limit bytes. What cannot be decoded is left out or left as it is.
func (p *Part) Decoded(dst []byte, limit int) []byte {
	switch p.Encoding {
	case "base64":
		dst, _ = unbase64(dst, p.Body, limit)
	case "quoted-printable":
		dst, _ = unquote(dst, p.Body, limit)
	default:
		dst = append(dst, p.Body[:min(limit, len(p.Body))]...)
	}
	return dst
}
